"""The manifest says in words what was asked for."""

from datetime import UTC, datetime

from backend.log_export.manifest import in_words
from backend.request_logs.query import LogQuery, Outcome, Said

_SINCE, _UNTIL = (datetime(2026, 1, day, tzinfo=UTC) for day in (2, 3))


def test_filter_is_told_as_one_would_say_it():
    """Whoever finds the file a year later knows what is in it."""
    query = LogQuery(
        "chain",
        since=_SINCE,
        until=_UNTIL,
        version="7",
        outcome=Outcome.FAILED,
        status=0,
        min_ms=500,
        said=Said.DOWN,
        with_comment=True,
        reasons=("too_long", "wrong"),
        text="{holiday}",
    )

    assert in_words(query) == (
        "Requests to chain, from 2026-01-02T00:00:00+00:00 to 2026-01-03T00:00:00+00:00, "
        "version 7, failed, status 0, 500 ms or slower, called wrong, with a comment, "
        "for the reason too_long or wrong, with “{holiday}” in the question or the answer."
    )


def test_time_is_told_as_somebody_chose_it():
    """On the screen nobody wants to read microseconds."""
    assert in_words(LogQuery("chain"), "Last 7 days") == "Requests to chain, last 7 days."


def test_request_by_its_id_has_no_time():
    """An id says more than any span."""
    assert in_words(LogQuery("chain", request="r1")) == "Requests to chain, with the id r1."
