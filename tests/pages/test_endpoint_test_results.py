"""What came of a test: while it runs, when it is over, and beside the others."""

from datetime import UTC, datetime

import pytest

from backend.long_work.record import JobKind, JobState, Progress
from tests.pages.deployed import FIRST
from tests.pages.tested import PAGE, labelled, prepared, press, turn_to
from tests.pages.working import a_job

FIGURES = {
    "requests": 40.0,
    "errors": 1.0,
    "success_rate": 0.975,
    "throughput_rps": 12.3456,
    "latency_p50_ms": 812.0,
    "latency_p95_ms": 2345.0,
    "latency_p99_ms": 3000.0,
    "concurrency": 4,
    "asked_seconds": 3,
    "versions": ["2"],
    "first_error": "No *luck*.",
    "tables": "Also in main.hr: rag_model_info.",
}
SECONDS = [
    {"second": second, "answered": 6, "failed": 1, "p50_ms": 10.0, "p95_ms": 20.0, "p99_ms": None}
    for second in range(3)
]


@pytest.fixture
def tests(visit):
    return prepared(visit)


def done(visit, kind=JobKind.TEST_RUN, **changes):
    """Put a test that is over on record."""
    usual = {"kind": kind, "state": JobState.DONE, "result": FIGURES, "ended_at": datetime.now(UTC)}
    return visit.long_work.put(a_job(**(usual | changes)))


def open_job(visit, job_id):
    """Open the page by the address of one test."""
    at = visit.open()
    at.query_params["job"] = job_id
    return at.switch_page(f"../pages/{PAGE}").run()


def test_test_that_is_running_shows_how_far_it_is(visit, tests, shown):
    """At an address anybody can be given who may see the endpoint."""
    running = a_job(state=JobState.RUNNING, progress=Progress(3, 10, "3 asked, 0 of them failed."))
    visit.long_work.put(running)

    at = open_job(visit, running.id)

    assert "Test run of version 2" in shown(at)
    assert "3 asked, 0 of them failed. (3 of 10)" in at.get("progress")[0].text.replace("\\", "")
    assert "All tests of the endpoint" in [each.label for each in at.button]


def test_test_run_shows_figures_and_every_answer(visit, tests, shown):
    """What was answered is text; what was not says why."""
    figures = {name: value for name, value in FIGURES.items() if name != "concurrency"}
    job = done(visit, result=figures | {"source": "the file *a*.csv", "at_once": 2})
    rows = [
        {"question": "Why?", "answer": "So.", "latency_ms": 812.0, "success": True},
        {"question": "How?", "answer": "", "latency_ms": 9.0, "success": False},
    ]
    more = {"status": 200, "error": "", "served_name": "chain_2", "request_id": "r-1"}
    visit.long_work.tables[(job.id, "answers")] = [
        more | row | ({} if row["success"] else {"error": "No luck."}) for row in rows
    ]

    at = open_job(visit, job.id)

    figures = {each.label: each.value for each in at.metric}
    assert figures == {
        "Questions": "40",
        "Answered": "98%",
        "50 of 100 within": "812 ms",
        "95 of 100 within": "2.3 s",
    }
    table = at.dataframe[0].value
    assert list(table["Answer"]) == ["So.", ""]
    assert list(table["Why not"]) == ["", "No luck."]
    text = shown(at)
    assert "Where the questions come from: the file *a*.csv. 2 at once." in text
    assert "Answered by version 2." in text
    assert "No *luck*." in text
    assert "Also in main.hr: rag_model_info." in text


def test_load_test_is_plotted_and_there_as_a_table(visit, tests, shown):
    """Who cannot see the plots reads the same figures."""
    job = done(visit, JobKind.LOAD_TEST)
    visit.long_work.tables[(job.id, "seconds")] = SECONDS
    visit.long_work.tables[(job.id, "errors")] = [
        {"status": None, "code": "WORKSPACE_UNREACHABLE", "requests": 3}
    ]

    at = open_job(visit, job.id)

    assert {each.label: each.value for each in at.metric}["Answers a second"] == "12.3"
    assert "4 at once for 3 seconds." in shown(at)
    assert len(at.get("vega_lite_chart")) == 2
    seconds, errors = (each.value for each in at.dataframe)
    assert list(seconds["Second"]) == ["0", "1", "2"]
    assert list(seconds["99 of 100 within"]) == ["-", "-", "-"]
    assert list(errors["Status"]) == ["nothing came"]


def test_failed_test_says_why_and_shows_no_figures(visit, tests, shown):
    """There are none."""
    job = done(visit, state=JobState.FAILED, result={}, problem="The workspace is away.")

    at = open_job(visit, job.id)

    assert "The workspace is away." in shown(at)
    assert not at.metric


def test_address_of_other_work_is_no_test(visit, tests, shown):
    """It is said instead of drawing half of it."""
    job = done(visit, JobKind.REPLAY)

    assert "This is no test" in shown(open_job(visit, job.id))


def test_runs_are_beside_each_other_by_version(visit, tests):
    """With their figures, in a table and in a plot."""
    done(visit, id="a", result=FIGURES | {"versions": ["1"], "latency_p95_ms": 900.0})
    done(visit, id="b")
    visit.long_work.put(a_job(id="c", subject=FIRST.name))

    at = turn_to(visit.open(PAGE), "Test run")

    table = at.dataframe[0].value
    assert list(table["Version"]) == ["1", "2", "1"]
    assert list(table["95 of 100 within"]) == ["-", "2.3 s", "900 ms"]
    assert list(table["State"]) == ["waits", "done", "done"]
    assert len(at.get("vega_lite_chart")) == 1


def test_earlier_one_is_opened_and_left_again(visit, tests, shown):
    """By choosing it; the way back leads to all of the endpoint."""
    job = done(visit)
    at = turn_to(visit.open(PAGE), "Test run")

    at = labelled(at.selectbox, "Open one of them").select_index(0).run()
    assert at.query_params["job"] == job.id
    assert "Finished" in shown(at)

    at = press(at, "All tests of the endpoint").run()
    assert "job" not in at.query_params
    assert "Finished" not in shown(at)
    assert "Earlier ones" in shown(at)
    assert not at.warning


def test_test_of_a_version_that_is_served_no_more_can_still_be_read(visit, tests, shown):
    """It is called as it was served."""
    job = done(visit, subject="chain_7")

    assert "Test run of version chain_7" in shown(open_job(visit, job.id))
