"""The page of tests: one question, and asking for a test run or a load test."""

import pytest

from backend.endpoint_tests.asking import Trial
from backend.endpoint_tests.plan import Dataset
from backend.errors import NotAllowed, NotFound, NotOffered
from backend.identity import Role
from backend.long_work.record import JobKind
from components import session
from tests.pages.deployed import ENDPOINT, FIRST
from tests.pages.tested import PAGE, labelled, prepared, press, turn_to


@pytest.fixture
def tests(visit):
    return prepared(visit)


def test_whoever_is_no_admin_any_more_sees_nothing_of_it(visit, tests, shown, monkeypatch):
    """Not in their menu; and a tab that is open when the role is taken away closes the page."""
    at = visit.open(PAGE)
    assert "Ask" in [each.label for each in at.button]
    visit.identity.roles = {Role.REVIEWER, Role.ANALYST}
    monkeypatch.setattr(session, "FRESH_SECONDS", -1)

    at.run()

    assert "Ask" not in [each.label for each in at.button]


def test_without_an_endpoint_the_page_says_what_to_do(visit, shown):
    """An empty list is explained."""
    visit.identity.roles = {Role.ADMIN}

    assert "There is nothing to test yet" in shown(visit.open(PAGE))


def test_one_question_shows_what_came_back_and_how_to_repeat_it(visit, tests, shown):
    """The answer is text and no Markdown; time, status, version and id are beside it."""
    at = visit.open(PAGE)
    assert labelled(at.text_input, "Question").value == "How many days?"

    labelled(at.text_input, "Question").input("Why?")
    at = press(at, "Ask").run()

    assert tests.asked == [(ENDPOINT, "Why?", "")]
    text = shown(at)
    assert "Because *so*." in text
    assert "Took 812 ms · status 200 · answered by version 2 · request id req-1" in text
    assert [each.value for each in at.code] == ["curl -X POST …", "import requests"]


def test_version_can_be_asked_by_its_name(visit, tests):
    """Also one that has no share of the traffic."""
    at = visit.open(PAGE)
    versions = labelled(at.selectbox, "Version")
    assert versions.options == [
        "As the traffic is divided",
        "Version 2 (100 %)",
        "Version 1 (kept)",
    ]

    at = versions.select_index(2).run()
    press(at, "Ask").run()

    assert tests.asked == [(ENDPOINT, "How many days?", FIRST.name)]


def test_question_without_an_answer_says_why(visit, tests, shown):
    """With what came back instead."""
    tests.trial = Trial("Why?", error="It failed: *x*", error_code="CHAIN_FAILED", status=None)

    text = shown(press(visit.open(PAGE), "Ask").run())

    assert "It failed: *x*" in text
    assert "status none" in text


def test_test_run_is_asked_for_with_the_typed_questions(visit, tests):
    """What the endpoint suggests is there to begin with; the page turns to what was asked for."""
    at = turn_to(visit.open(PAGE), "Test run")
    labelled(at.text_area, "One question a line").input("Why?\nHow?\n\nWhy?").run()
    labelled(at.number_input, "Questions at once").set_value(2)
    at = press(at, "Start the test run").run()

    ((job, parameters),) = visit.long_work.asked
    assert (job.kind, job.endpoint, job.subject) == (JobKind.TEST_RUN, ENDPOINT, "")
    assert parameters == {
        "questions": ["Why?", "How?"],
        "served_name": "",
        "at_once": 2,
        "source": "typed",
    }
    assert at.query_params["job"] == job.id
    assert "Waits to be begun." in [each.text for each in at.get("progress")]


def test_load_test_says_that_its_requests_are_real(visit, tests, shown):
    """Before it is started; how many and for how long is bounded."""
    at = turn_to(visit.open(PAGE), "Load test")
    assert "These are real requests" in shown(at)
    concurrency = labelled(at.number_input, "Questions at once")
    seconds = labelled(at.number_input, "Seconds")
    assert (concurrency.min, concurrency.max, seconds.min, seconds.max) == (1, 64, 1, 300)

    concurrency.set_value(16)
    seconds.set_value(5)
    press(at, "Start the load test").run()

    ((job, parameters),) = visit.long_work.asked
    assert job.kind is JobKind.LOAD_TEST
    assert (parameters["concurrency"], parameters["seconds"]) == (16, 5)
    assert parameters["questions"] == ["How many days?", "Since when?"]


def test_what_nobody_may_have_done_is_said(visit, tests, shown):
    """The workspace decides, and nothing is put on record."""
    at = turn_to(visit.open(PAGE), "Test run")

    def refuse(*_args):
        raise NotAllowed("This takes an admin who may manage the endpoint.")

    visit.long_work.ask = refuse

    at = press(at, "Start the test run").run()

    assert "This takes an admin who may manage the endpoint." in shown(at)
    assert "job" not in at.query_params


def test_no_question_is_no_test(visit, tests, shown):
    """It is refused before anything is put on record."""
    at = turn_to(visit.open(PAGE), "Test run")
    labelled(at.text_area, "One question a line").input("").run()

    at = press(at, "Start the test run").run()

    assert "There is no question to ask." in shown(at)
    assert visit.long_work.asked == []


def test_questions_of_the_logs_are_counted_and_asked(visit, tests, shown):
    """The newest ones, as many as are wanted."""
    tests.in_logs = [f"Question {number}?" for number in range(30)]
    at = turn_to(visit.open(PAGE), "Test run")
    at = labelled(at.button_group, "Questions from").set_value("Asked lately").run()
    assert [each.label for each in at.expander] == ["20 questions"]

    newer = ["Newer?"]
    tests.in_logs = newer + tests.in_logs
    press(at, "Look again").run()
    press(at, "Start the test run").run()

    ((_, parameters),) = visit.long_work.asked
    assert parameters["questions"] == tests.in_logs[:20]
    assert parameters["source"] == "asked lately"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], "Nobody has asked it anything yet that is on record."),
        (NotFound("This endpoint has no request logs."), "This endpoint has no request logs."),
    ],
)
def test_endpoint_without_questions_on_record_says_so(visit, tests, shown, found, said):
    """The rest of the page works on."""
    tests.in_logs = found
    at = turn_to(visit.open(PAGE), "Test run")

    text = shown(labelled(at.button_group, "Questions from").set_value("Asked lately").run())

    assert said in text
    assert "Earlier ones" in text


def test_questions_of_a_dataset_are_asked(visit, tests):
    """It is found by its id, for names need not be unique."""
    tests.found, tests.in_dataset = [Dataset("main.hr.golden", "d-1")], ["Why?"]
    at = turn_to(visit.open(PAGE), "Test run")
    at = labelled(at.button_group, "Questions from").set_value("A dataset").run()

    press(at, "Start the test run").run()

    ((_, parameters),) = visit.long_work.asked
    assert parameters["questions"] == ["Why? (main.hr.goldend-1)"]
    assert parameters["source"] == "the dataset main.hr.golden"


def test_dataset_is_named_where_none_can_be_listed(visit, tests):
    """As on Databricks."""
    tests.found, tests.in_dataset = NotOffered(), ["Why?"]
    at = turn_to(visit.open(PAGE), "Test run")
    at = labelled(at.button_group, "Questions from").set_value("A dataset").run()
    at = labelled(at.text_input, "Name of the dataset").input("main.hr.golden").run()

    press(at, "Start the test run").run()

    assert visit.long_work.asked[0][1]["questions"] == ["Why? (main.hr.golden)"]
