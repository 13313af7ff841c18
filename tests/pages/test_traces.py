"""The page of traces: what is looked for, the controls that write it, and what is found."""

import pytest
from streamlit.testing.v1 import AppTest

from backend.errors import Refused, Unreachable
from backend.identity import Role
from backend.serving.endpoints import Endpoint, Readiness
from backend.serving.reviewer_guide import ReviewerGuide
from backend.trace_search.filter_text import Judged, State
from backend.trace_search.record import (
    ANY_TIME,
    Order,
    SessionPage,
    SessionTurns,
    TracePage,
    TraceQuery,
    UnfiledRequests,
)
from components.request_logs.readable import readable
from tests.pages.conftest import SHELL
from tests.pages.searched import address_of, open_at
from tests.pages.traced import EXPERIMENT, HOSTILE, row, turn


@pytest.fixture
def search(visit):
    """An analyst, and two chains with traces."""
    visit.identity.roles = {Role.ANALYST}
    return visit.trace_search


def test_first_look_shows_the_newest_traces(visit, search, shown):
    """Of all chains, of the usual time, with what there is to know of each."""
    at = open_at()

    assert search.asked == [(TraceQuery(), "")]
    table = at.dataframe[0].value
    assert list(table["Question"]) == ["Question 1", "Question 2"]
    assert list(table["Ended"]) == ["answered", "failed"]
    assert list(table["Verdicts"]) == ["", "1 wrong"]
    # Nobody says what anything cost.
    assert "Cost ($)" not in table
    assert "Mark two to compare" in shown(at)


def test_reviewers_have_no_such_page(visit, search, shown):
    """Nothing is asked for them either."""
    visit.identity.roles = {Role.REVIEWER}

    at = AppTest.from_file(str(SHELL), default_timeout=20).run()

    assert "../pages/traces.py" not in str(at)
    assert search.asked == []


def test_filter_is_looked_for_as_it_is_typed(visit, search):
    """It is the address, and the controls follow it."""
    at = open_at()

    at.text_input(key="traces_filter").input(" status = 'ERROR' AND tag.a = 'b' ").run()

    assert address_of(at)["filter"] == "status = 'ERROR' AND tag.a = 'b'"
    assert search.asked[-1][0].text == "status = 'ERROR' AND tag.a = 'b'"
    assert at.selectbox(key="traces_state").value is State.ERROR
    assert at.text_input(key="traces_tag").value == "a"


def test_controls_write_the_filter(visit, search):
    """All in one click, which nobody has to know the language for."""
    at = open_at()

    at.text_input(key="traces_user").input("o'hara@example.com")
    at.text_input(key="traces_version").input("3")
    at.selectbox(key="traces_judged").select(Judged.DOWN)
    at.number_input(key="traces_min_ms").set_value(2000)
    at.button[_submit(at)].click().run()

    assert at.text_input(key="traces_filter").value == address_of(at)["filter"]
    assert search.asked[-1][0].text == (
        'metadata.`mlflow.trace.user` = "o\'hara@example.com" '
        "AND tag.`reviewapp.model_version` = '3' AND trace.execution_time_ms >= 2000 "
        "AND feedback.answer_correct = 'negative'"
    )


def _submit(at) -> int:
    labels = [each.label for each in at.button]
    return labels.index("Write and search")


def test_what_the_controls_have_no_word_for_stays(visit, search, shown):
    """And they say so."""
    at = open_at(filter="span.type = 'LLM' AND trace.status = 'OK'")
    assert "says more than these controls" in shown(at)
    assert at.code[0].value == "span.type = 'LLM'"

    at.selectbox(key="traces_state").select(None)
    at.button[_submit(at)].click().run()

    assert address_of(at)["filter"] == "span.type = 'LLM'"


def test_filter_the_controls_cannot_read_wins(visit, search, shown):
    """It is MLflow's to judge; the controls are off and say why."""
    search.found = Refused("MLflow does not understand this filter. It says: OR.")
    text = "trace.status = 'OK' OR trace.status = 'ERROR'"

    at = open_at(filter=text)

    assert search.asked[-1][0].text == text
    assert "cannot read the filter" in shown(at)
    assert at.text_input(key="traces_session").disabled
    assert "MLflow does not understand this filter. It says: OR" in shown(at)


def test_value_no_filter_can_hold_is_said_and_kept(visit, search, shown):
    """Nobody has to type it again."""
    at = open_at()
    asked = len(search.asked)

    at.text_input(key="traces_session").input('it\'s "both"')
    at.button[_submit(at)].click().run()

    assert "cannot hold this text" in shown(at)
    assert "filter" not in address_of(at)
    assert at.text_input(key="traces_session").value == 'it\'s "both"'
    assert search.asked[asked:] == [(TraceQuery(), "")]


def test_chain_time_and_order_are_in_the_address(visit, search):
    """Who opens a copy of it sees the same."""
    at = open_at()

    at.selectbox(key="traces_chain").select("18").run()
    at.selectbox(key="traces_time").select(ANY_TIME).run()
    at.selectbox(key="traces_order").select(Order.SLOWEST).run()

    assert address_of(at) == {"experiment": "18", "time": ANY_TIME, "order": "slowest"}
    assert search.asked[-1][0] == TraceQuery("", ANY_TIME, "18", Order.SLOWEST)
    again = open_at(**address_of(at))
    assert again.selectbox(key="traces_chain").value == "18"
    assert search.asked[-1][0] == TraceQuery("", ANY_TIME, "18", Order.SLOWEST)


def test_text_is_looked_for_within_a_time_and_that_is_said(visit, search, shown):
    """Also where any time was chosen."""
    at = open_at(filter="trace.text ILIKE '%days%'", time=ANY_TIME)

    assert "within a time: last 7 days" in shown(at)


def test_filter_that_says_from_when_on_needs_no_other_time(visit, search):
    """The choice of a time is off, and the control shows the moment."""
    at = open_at(filter="trace.timestamp_ms >= 1772366400000")

    assert at.selectbox(key="traces_time").disabled
    assert at.datetime_input(key="traces_since").value.year == 2026


def test_pages_go_on_by_token(visit, search):
    """The token is in the address, too."""
    at = open_at(filter="trace.status = 'OK'")

    at.button(key="traces_next").click().run()
    assert search.asked[-1] == (TraceQuery("trace.status = 'OK'"), "more")
    at.button(key="traces_first").click().run()

    assert search.asked[-1][1] == ""
    # What is looked for anew begins anew.
    at.button(key="traces_next").click().run()
    at.text_input(key="traces_filter").input("").run()
    assert search.asked[-1] == (TraceQuery(), "")


def test_nothing_found_and_nothing_answered_are_told_apart(visit, search, shown):
    """Each says what would change that."""
    search.found = TracePage()
    assert "No trace is like this" in shown(open_at())
    assert "nothing further" in shown(open_at(after="x"))

    search.found = Unreachable()
    assert "cannot be reached" in shown(open_at())

    search.known = []
    assert "no traces you can read" in shown(open_at())


def test_conversations_are_listed_and_read(visit, search, shown):
    """From its first question on, with the way to each trace."""
    at = open_at(view="sessions", after="99")
    assert search.asked == [(TraceQuery(), 99)]
    assert "2 questions" in shown(at)
    assert HOSTILE.split()[0] not in [each.label for each in at.button]

    at.button(key="traced_open_c-1").click().run()

    assert address_of(at) == {"view": "sessions", "session": "c-1"}
    assert "Question 2" in [each.value for each in at.text]
    assert "Answer *1*" in shown(at)
    at.button(key="traced_see_tr-1").click()
    search.talks = SessionPage()
    assert "No conversation is like this" in shown(open_at(view="sessions"))


def test_requests_mlflow_does_not_have_are_listed(visit, search, shown):
    """Or that there are none, or that nobody knows."""
    at = open_at(view="unfiled", experiment=EXPERIMENT)

    assert search.asked == [(EXPERIMENT,)]
    assert "1 of 50 are not in MLflow yet" in shown(at)
    assert readable(HOSTILE) in [each.value for each in at.text]
    search.waiting = UnfiledRequests((), 50)
    assert "MLflow has them all" in shown(open_at(view="unfiled"))
    search.waiting = UnfiledRequests()
    assert "No request of these chains is on record" in shown(open_at(view="unfiled"))
    search.waiting = UnfiledRequests((), 50, ("other_chain",))
    text = shown(open_at(view="unfiled"))
    assert "MLflow has all that could be read" in text
    assert "Could not be looked at: other_chain." in text


def test_only_what_counts_is_there_to_be_set(visit, search):
    """No filter narrows down what MLflow lacks, and conversations have an order of their own."""
    assert open_at().selectbox(key="traces_order")
    at = open_at(view="sessions")
    assert "traces_order" not in [each.key for each in at.selectbox]
    at.selectbox(key="traces_chain").select("18").run()
    assert search.asked[-1][0].experiment == "18"

    at = open_at(view="unfiled", filter="trace.status = 'OK'", order="slowest", time="30d")
    assert [each.key for each in at.selectbox] == ["traces_chain"]
    assert not at.text_input
    at.selectbox(key="traces_chain").select("18").run()
    # What was looked for stays for the way back.
    wanted = {"filter": "trace.status = 'OK'", "order": "slowest", "time": "30d"}
    assert address_of(at) == wanted | {"view": "unfiled", "experiment": "18"}


def test_chains_are_called_as_people_know_them(visit, search, shown):
    """By their titles, in the choice and in what is found; what two share is no name."""
    hr = Endpoint("agents_hr", "", "", Readiness.READY, guide=ReviewerGuide("Personnel"))
    same = ReviewerGuide("Law")
    law = [
        Endpoint(name, "", "", Readiness.READY, guide=same)
        for name in ("agents_legal", "agents_law")
    ]
    visit.endpoints.content = [hr, *law]
    search.found = TracePage((row(1, endpoint="agents_hr"), row(2, endpoint="agents_law")))

    at = open_at()
    assert at.selectbox(key="traces_chain").options == [
        "All chains",
        "Personnel",
        "agents_legal, agents_law",
    ]
    assert list(at.dataframe[0].value["Chain"]) == ["Personnel", "agents_law"]
    assert "Personnel" in shown(open_at(view="sessions"))
    search.talk = SessionTurns((turn(1, endpoint="agents_hr"),))
    assert "rita@example.com and Personnel" in shown(open_at(session="c-1")).replace("\u2060", "")

    visit.endpoints.content = Unreachable()
    assert open_at().selectbox(key="traces_chain").options[1] == "agents_hr"


def test_list_is_asked_for_again(visit, search):
    """Traces come in while somebody looks."""
    at = open_at()

    at.button(key="traces_again").click().run()

    assert search.asked == [(TraceQuery(), ""), (TraceQuery(), "")]


def test_saved_views_are_of_what_is_looked_for(visit, search):
    """They are asked for when somebody unfolds them."""
    visit.saved_views.error = AssertionError("nobody has asked")

    open_at(filter="trace.status = 'OK'", view="sessions")


@pytest.mark.parametrize(
    "text",
    [
        f"metadata.`mlflow.trace.session` = '{'x' * 3000}'",
        f"tag.a = '{'y' * 6000}'",
        "trace.timestamp_ms >= 5",
        "trace.timestamp_ms < 99999999999999 AND trace.execution_time_ms >= 999999999",
        "tag.`<b>*a*</b>` = ':red[x] \u202e\x00'",
    ],
)
def test_address_somebody_has_made_up_is_shown_as_it_is(visit, search, text):
    """However long, early or late, it is sent as it stands, and no control breaks the page."""
    open_at(filter=text)

    assert search.asked[-1][0].text == text
