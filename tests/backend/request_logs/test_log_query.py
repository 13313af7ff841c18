"""A filter in the address: whoever opens it looks at the same requests."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone

import pytest

from backend.request_logs.query import USUAL_SPAN, LogQuery, Outcome, Said

NOON = datetime(2026, 3, 3, 12, 0, 0, 123_456, tzinfo=UTC)
EVERYTHING = LogQuery(
    endpoint="agents_main-hr-handbook",
    since=NOON,
    until=NOON + timedelta(hours=1),
    version="7",
    outcome=Outcome.FAILED,
    status=0,
    error_code="BAD_REQUEST",
    min_ms=0,
    max_ms=60_000,
    requester="rita+1@example.com",
    conversation="c 1&2",
    said=Said.NOTHING,
    said_by="Ünal",
    with_comment=True,
    reasons=("too,long", "100%2C", "made_up"),
    text="it's <i>50 %</i>, or\nnot?",
    request="r-1",
    requests=("r-1", "r-2"),
    with_own=True,
)


def test_every_filter_is_in_the_address_and_comes_back():
    """Also a zero, which is not the same as nothing."""
    told = EVERYTHING.parameters()

    assert LogQuery.from_parameters(told) == EVERYTHING
    # The span goes without saying where there are two moments.
    assert len(told) == len(fields(LogQuery)) - 1


@pytest.mark.parametrize("span", ["15m", "24h", USUAL_SPAN, "90d"])
def test_quick_range_comes_back_and_the_usual_one_goes_without_saying(span):
    """So the address of an untouched page is short."""
    query = LogQuery("chain", span=span)

    assert LogQuery.from_parameters(query.parameters()) == query
    assert LogQuery("chain").parameters() == {"endpoint": "chain"}


def test_what_is_not_understood_is_left_out():
    """An address that somebody has mangled shows something, and never an error."""
    garbage = {
        "endpoint": "",
        "span": "9000y",
        "from": "yesterday",
        "to": "0001-01-01T00:00:00+14:00",
        "outcome": "exploded",
        "status": "-1",
        "slower": "1e3",
        "faster": "٣",
        "said": "maybe",
        "comment": "1",
        "reasons": ",,",
        "own": "no",
        "unknown": "x",
    }

    assert LogQuery.from_parameters(garbage, "chain") == LogQuery("chain")
    assert LogQuery.from_parameters({"status": "9" * 40}) == LogQuery("")


def test_moment_without_a_zone_is_meant_in_utc_and_others_are_kept():
    """As the workspace means it."""
    plain = LogQuery.from_parameters({"from": "2026-03-03T12:00:00.123456"})
    east = LogQuery.from_parameters({"from": "2026-03-03T14:00:00.123456+02:00"})

    assert plain.since == NOON == east.since
    assert east.since.utcoffset() == timezone(timedelta(hours=2)).utcoffset(None)


def test_span_ends_now_or_at_the_moment_that_is_named():
    """Live tail goes on; a link to a past hour stays there."""
    now = NOON + timedelta(days=1)

    assert LogQuery("c", span="24h").moments(now) == (NOON, None)
    assert LogQuery("c", span="1h", until=NOON).moments(now) == (NOON - timedelta(hours=1), NOON)
    assert LogQuery("c", since=NOON).moments(now) == (NOON, None)
