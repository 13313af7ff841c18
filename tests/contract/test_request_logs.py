"""Request logs on a running workspace: every filter, pages, live tail, one request."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.errors import NotAllowed, NotFound, NotOffered, Refused
from backend.feedback.verdicts import Thumb
from backend.request_logs import log_pages, logs
from backend.request_logs.log_tables import tables_of
from backend.request_logs.query import LogQuery, Outcome, Said
from tests.contract.logged import ENDPOINT, HOSTILE, MODEL, request_of


@pytest.fixture(scope="module")
def ana(logged):
    """An analyst, who looks."""
    return logged.ana


def test_list_shows_what_people_asked_the_newest_first(logged, ana):
    """With what was said of each and why it failed; what the app asks itself is left out."""
    page = ana.page()

    assert [row.question for row in page.rows] == [
        "raise it",
        HOSTILE,
        "late",
        "canteen",
        "and for me",
        "holidays",
    ]
    assert page.older is None
    assert page.newest.request_id == page.rows[0].request_id
    failed, *_, first = page.rows
    assert (failed.status, failed.error_code) == (400, "BAD_REQUEST")
    assert (first.up, first.down, first.comments) == (1, 1, 1)
    assert (first.version, first.requester) == ("1", "reviewers@example.com")
    assert first.conversation_id == logged.talks["holidays"].id
    assert first.latency_ms is not None
    assert "trial" in ana.questions(with_own=True)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"version": "1"}, ["canteen", "and for me", "holidays"]),
        ({"outcome": Outcome.FAILED}, ["raise it"]),
        ({"outcome": Outcome.ANSWERED, "version": "2"}, [HOSTILE, "late"]),
        ({"outcome": Outcome.LEFT}, []),
        ({"status": 400}, ["raise it"]),
        ({"error_code": "BAD_REQUEST"}, ["raise it"]),
        ({"error_code": "NO_SUCH"}, []),
        ({"min_ms": 600_000}, []),
        ({"max_ms": 600_000, "version": "1"}, ["canteen", "and for me", "holidays"]),
        ({"requester": "reviewers@example.com"}, ["and for me", "holidays"]),
        ({"said": Said.UP}, ["and for me", "holidays"]),
        ({"said": Said.DOWN}, ["holidays"]),
        ({"said": Said.ANYTHING}, ["late", "and for me", "holidays"]),
        ({"said": Said.UNKNOWN}, ["late"]),
        ({"said": Said.NOTHING, "with_comment": True}, []),
        ({"said": Said.NOTHING, "reasons": ("clear",)}, []),
        ({"said": Said.NOTHING}, ["raise it", HOSTILE, "canteen"]),
        ({"said": Said.UP, "said_by": "reviewers@example.com"}, ["and for me"]),
        ({"said": Said.UP, "with_comment": True}, []),
        ({"with_comment": True}, ["holidays"]),
        ({"reasons": ("clear",)}, ["and for me"]),
        ({"reasons": ("clear", "wrong")}, ["and for me", "holidays"]),
        ({"reasons": ("'",)}, []),
        ({"text": "CANTEEN"}, ["canteen"]),
        ({"text": "none late"}, ["late"]),
        ({"text": "100% _of_ 'it'"}, [HOSTILE]),
        ({"text": "100% xofx"}, []),
        ({"until": datetime.now(UTC) - timedelta(days=1)}, []),
    ],
)
def test_each_filter_leaves_what_it_says(ana, filters, found):
    """And what somebody typed is only text."""
    assert ana.questions(**filters) == found
    assert ana.logs.count(ana.viewer, LogQuery(ENDPOINT, **filters)) == len(found)


def test_request_is_found_by_either_id_and_conversation_by_its_own(logged, ana):
    """Wherever it is in time."""
    talk, row = logged.talks["holidays"], ana.page(text="late").rows[0]

    assert ana.questions(request=request_of(talk)) == ["holidays"]
    assert ana.questions(request=row.client_request_id) == ["late"]
    assert ana.questions(conversation=talk.id) == ["and for me", "holidays"]
    assert ana.questions(since=row.at, until=row.at + timedelta(microseconds=1)) == ["late"]


def test_pages_follow_each_other_without_gap_or_repetition(ana, monkeypatch):
    """By the moment and the id where the one before ended."""
    monkeypatch.setattr(log_pages, "PAGE_ROWS", 4)
    first = ana.page()
    second = ana.logs.page(ana.viewer, LogQuery(ENDPOINT), first.older)

    shown = [row.question for row in (*first.rows, *second.rows)]
    assert shown == [*ana.questions(span="24h"), "and for me", "holidays"]
    assert second.older is None


def test_tail_has_what_was_answered_a_moment_ago(logged, ana):
    """Also of a request that came in before the newest one of the list, and took longer."""
    query = LogQuery(ENDPOINT, text="tail")
    assert ana.logs.newer(ana.viewer, query, None) == ()
    newest = ana.page().newest

    logged.admin.ask("tail one")
    (row,) = ana.logs.newer(ana.viewer, query, newest)
    assert row.question == "tail one"

    came_later = replace(newest, micros=newest.micros + 1, request_id="another")
    assert [each.question for each in ana.logs.newer(ana.viewer, query, came_later)] == ["tail one"]
    far = replace(newest, micros=newest.micros + 3_600_000_000)
    assert ana.logs.newer(ana.viewer, query, far) == ()


def test_numbers_beside_a_filter_are_those_under_all_the_others(logged, ana):
    """The filter of its own is left out, so that one sees what else there is."""
    without_tail = {"until": ana.page(text="raise").rows[0].at + timedelta(microseconds=1)}

    assert ana.facet("version", **without_tail, version="2") == {"1": 3, "2": 3}
    assert ana.facet("outcome", **without_tail) == {"answered": 5, "failed": 1}
    assert ana.facet("status", **without_tail, version="1") == {"200": 3}
    assert ana.facet("error", **without_tail) == {"BAD_REQUEST": 1}
    assert ana.facet("requester", version="1")["reviewers@example.com"] == 2
    said = {"up": 2, "down": 1, "unknown": 1, "none": 3, "any": 3}
    assert ana.facet("said", **without_tail, said=Said.UP) == said
    assert ana.facet("reasons") == {"clear": 1, "too_long": 1, "wrong": 1}
    assert ana.facet("reviewer") == {"reviewers@example.com": 2, logged.admin.viewer.user_name: 2}
    with pytest.raises(NotFound):
        ana.facet("payload")


def test_number_beside_a_verdict_is_what_choosing_it_would_find(logged, ana):
    """What is asked of a word must be true of one person's, in the number as in the list."""
    rita, admin = "reviewers@example.com", logged.admin.viewer.user_name
    filters = [
        {"said_by": rita},
        {"said_by": admin},
        {"with_comment": True},
        {"reasons": ("clear",)},
    ]

    for more in filters:
        numbers = ana.facet("said", **more)
        assert numbers == {
            each.value: ana.logs.count(ana.viewer, LogQuery(ENDPOINT, said=each, **more))
            for each in Said
        }
    assert ana.facet("said", said_by=rita)["up"] == 1
    assert ana.facet("reasons", said=Said.UP) == {"clear": 1}
    assert ana.facet("reviewer", said=Said.DOWN) == {rita: 1}


def test_course_counts_requests_errors_and_thumbs_by_version(logged, ana):
    """In buckets of a length that fits the span."""
    until = ana.page(text="raise").rows[0].at + timedelta(microseconds=1)
    query = LogQuery(ENDPOINT, since=until - timedelta(hours=1), until=until)

    course = ana.logs.course(ana.viewer, query)

    assert course.seconds_per_bucket == 30
    assert course.totals == {"requests": 6, "errors": 1, "up": 2, "down": 1}
    of_first = [bucket for bucket in course.buckets if bucket.version == "1"]
    assert sum(bucket.requests for bucket in of_first) == 3
    assert sum(bucket.down for bucket in of_first) == 1
    assert all(bucket.p50_ms <= bucket.p95_ms <= bucket.p99_ms for bucket in course.buckets)
    assert [bucket.since for bucket in course.buckets] == sorted(b.since for b in course.buckets)


def test_opened_request_has_all_that_is_on_record(logged, ana):
    """Question and answer, each person's last word, every word in time, and the bodies."""
    detail = ana.logs.open(ana.viewer, ENDPOINT, logged.request("holidays"))

    assert detail.turn.asked.question == "holidays"
    assert detail.turn.answer.text.strip() == "five holidays"
    assert (detail.model, detail.row.version, detail.row.up, detail.row.down) == (MODEL, "1", 1, 1)
    said = {verdict.reviewer: verdict for verdict in detail.verdicts}
    assert said["reviewers@example.com"].corrected_answer == "six holidays"
    assert [(each.reviewer, each.thumb) for each in detail.history] == [
        ("reviewers@example.com", Thumb.POSITIVE),
        ("reviewers@example.com", Thumb.NEGATIVE),
        (logged.admin.viewer.user_name, Thumb.POSITIVE),
    ]
    assert '"holidays"' in detail.request_body
    assert '"choices"' in detail.response_body
    assert detail.turn.answer.trace_id in detail.trace
    assert detail.logging_errors == ()


def test_long_body_is_cut_with_a_sentence_and_the_answer_is_still_read(logged, ana):
    """A megabyte is shown, and how much there is."""
    long = "x" * 1_200_000
    request_id = request_of(logged.admin.ask(long))

    detail = ana.logs.open(ana.viewer, ENDPOINT, request_id)

    assert "Cut here: these are the first 1,000,000 of" in detail.request_body
    assert len(detail.request_body) < 1_001_000
    assert len(detail.row.question) == 200
    assert detail.turn.answer.text.startswith("none xxx")


def test_words_come_from_mlflow_where_there_is_no_assessment_log(logged, ana, client, monkeypatch):
    """Of one request; the list cannot be filtered by them, and says so."""
    alone = replace(tables_of(client, ENDPOINT), assessments=None)
    monkeypatch.setattr(logs, "tables_of", lambda *_: alone)

    detail = ana.logs.open(ana.viewer, ENDPOINT, logged.request("holidays"))

    assert {each.reviewer for each in detail.verdicts} == {
        "reviewers@example.com",
        logged.admin.viewer.user_name,
    }
    assert (detail.row.up, detail.row.down) == (1, 1)
    assert ana.page(version="1").rows[-1].up == 0
    with pytest.raises(Refused):
        ana.page(said=Said.UP)


def test_who_may_not_see_what_others_asked_is_refused(logged, ana):
    """Before anything is read; and what is not on record is said to be so."""
    with pytest.raises(NotAllowed):
        logged.rita.page()
    with pytest.raises(NotAllowed):
        logged.rita.logs.open(logged.rita.viewer, ENDPOINT, logged.request("holidays"))
    with pytest.raises(NotFound):
        ana.logs.open(ana.viewer, ENDPOINT, "no-such-request")


def test_endpoint_without_tables_is_not_offered_and_not_listed(logged, ana, endpoint):
    """It says what to do instead of showing an empty list."""
    names = logged.admin.logs.endpoints(logged.admin.viewer)

    assert ENDPOINT in names
    assert endpoint not in names
    with pytest.raises(NotOffered, match="keeps no record"):
        logged.admin.logs.page(logged.admin.viewer, LogQuery(endpoint))
    names = ana.logs.endpoints(ana.viewer)
    assert ENDPOINT in names
    assert endpoint not in names
