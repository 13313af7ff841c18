"""What is looked for, how far back, and the address of it."""

from datetime import UTC, datetime

import pytest

from backend.trace_search.record import ANY_TIME, Order, TraceQuery

NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)
WEEK_AGO = "trace.timestamp_ms >= 1772366400000"


@pytest.mark.parametrize(
    "query",
    [
        TraceQuery(),
        TraceQuery("trace.status = 'OK'", "24h", "17", Order.SLOWEST),
        TraceQuery("what & why = 'ü'", ANY_TIME),
    ],
)
def test_address_brings_back_the_same(query):
    """And what goes without saying is not in it."""
    assert TraceQuery.from_parameters(query.parameters()) == query
    assert TraceQuery().parameters() == {}


def test_address_that_says_nonsense_is_read_as_far_as_it_goes():
    """A link somebody has mistyped still shows something."""
    given = {"filter": "x = 'y'", "span": "tr-1", "order": "sideways"}

    assert TraceQuery.from_parameters(given) == TraceQuery("x = 'y'")


@pytest.mark.parametrize(
    ("text", "span", "asked"),
    [
        ("", "7d", WEEK_AGO),
        ("trace.status = 'OK'", "7d", f"trace.status = 'OK' AND {WEEK_AGO}"),
        ("trace.status = 'OK'", ANY_TIME, "trace.status = 'OK'"),
        ("", ANY_TIME, ""),
        ("trace.timestamp_ms > 5", "7d", "trace.timestamp_ms > 5"),
        # Text is bounded whatever was chosen, and so is what nobody but MLflow can read.
        ("trace.text ILIKE '%a%'", ANY_TIME, f"trace.text ILIKE '%a%' AND {WEEK_AGO}"),
        ("span.content LIKE '%a%'", ANY_TIME, f"span.content LIKE '%a%' AND {WEEK_AGO}"),
        ("(a = 'b')", ANY_TIME, f"(a = 'b') AND {WEEK_AGO}"),
        ("(timestamp > 5)", "7d", "(timestamp > 5)"),
        ("(trace.timestamp_ms>= 5)", "7d", "(trace.timestamp_ms>= 5)"),
        # A word in quotes, or until when, is no beginning.
        ("(a = 'timestamp > 5')", ANY_TIME, f"(a = 'timestamp > 5') AND {WEEK_AGO}"),
        ("(timestamp < 5)", ANY_TIME, f"(timestamp < 5) AND {WEEK_AGO}"),
    ],
)
def test_search_is_bounded_unless_the_filter_says_from_when_on(text, span, asked):
    """What is typed is never changed, only added to."""
    assert TraceQuery(text, span).asked(NOW) == asked
