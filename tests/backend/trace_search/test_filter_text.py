"""A filter of MLflow's language and the controls that write it: both say the same."""

from datetime import UTC, datetime

import pytest

from backend.errors import Refused
from backend.trace_search import filter_text
from backend.trace_search.filter_text import Judged, State, TraceFilter, read, written

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
EVERYTHING = TraceFilter(
    session="a session",
    user="o'hara@example.com",
    version="3",
    tag="team.name",
    tag_value='says "hello"',
    state=State.ERROR,
    name="chain",
    text="five days",
    min_ms=100,
    max_ms=5000,
    since=NOON,
    until=NOON.replace(hour=13),
    judged=Judged.DOWN,
    rest=("span.type = 'LLM'", "metadata.`a` IS NOT NULL"),
)


def test_what_the_controls_write_is_read_back():
    """All of them at once, and comparisons they have no word for."""
    assert read(written(EVERYTHING)) == EVERYTHING


@pytest.mark.parametrize("judged", Judged)
def test_each_verdict_is_read_back(judged):
    """None of the four is taken for another."""
    assert read(written(TraceFilter(judged=judged))) == TraceFilter(judged=judged)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", TraceFilter()),
        ("status = 'OK'", TraceFilter(state=State.OK)),
        (
            'attribute.status="OK"  and\n tags.a = "1"',
            TraceFilter(tag="a", tag_value="1", state=State.OK),
        ),
        ("request_metadata.`mlflow.trace.session` = 's AND t'", TraceFilter(session="s AND t")),
        ("trace.timestamp >= 1000", TraceFilter(since=datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))),
        ("trace.text ILIKE '%a%b%'", TraceFilter(text="a%b")),
    ],
)
def test_what_somebody_typed_is_read(text, said):
    """In every way MLflow lets one name a thing."""
    assert read(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "status = 'OK' OR status = 'ERROR'",
        "(status = 'OK')",
        "status = 'OK",
        "status = 'OK' AND",
        "status 'OK'",
        "tag.a = 'it\\'s'",
        "tag.a IS NULL 'x'",
        "tag.a =",
        "what was slow?",
    ],
)
def test_what_is_no_list_of_comparisons_is_left_to_mlflow(text):
    """The text wins, and the controls know that they cannot read it."""
    assert read(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "trace.status != 'OK'",
        "trace.status = 'SOMETHING'",
        "trace.execution_time_ms > 5",
        "trace.execution_time_ms >= 1.5",
        "trace.text LIKE '%a%'",
        "trace.text ILIKE 'a%'",
        "feedback.answer_correct = 'unknown'",
        "tag.a != 'x'",
        "client_request_id IN ('a', 'b')",
    ],
)
def test_what_there_is_no_control_for_stays_as_it_is(text):
    """Writing the filter again does not lose it."""
    known = read(text)

    assert known == TraceFilter(rest=(text,))
    assert written(known) == text


def test_second_comparison_of_the_same_thing_stays_beside_the_first():
    """A control holds one; both count."""
    text = "tag.a = '1' AND tag.b = '2' AND trace.status = 'OK' AND trace.status = 'ERROR'"

    known = read(text)

    assert known == TraceFilter(
        tag="a", tag_value="1", state=State.OK, rest=("tag.b = '2'", "trace.status = 'ERROR'")
    )


@pytest.mark.parametrize("value", ['it\'s "both"', "a\\b", "a\nb", "x" * 501, "a\u202eb", "\x00"])
def test_value_no_filter_can_hold_is_a_sentence(value):
    """It is never cut, and never leaves its quotes."""
    with pytest.raises(Refused, match="cannot hold this text"):
        written(TraceFilter(user=value))


@pytest.mark.parametrize("name", ["a`b", "a` = 'x' AND tag.`c", "a\nb"])
def test_name_of_a_tag_cannot_leave_its_quotes(name):
    """Names stand in backticks, which no name may have in it."""
    with pytest.raises(Refused):
        written(TraceFilter(tag=name, tag_value="1"))


@pytest.mark.parametrize(
    "text", ['it\'s "both"', "a\\b", "a\nb", "' OR '1' = '1", "x%' AND tag.a = 'b", "\u202e\x00"]
)
def test_text_that_is_looked_for_is_one_comparison_whatever_is_in_it(text):
    """What spans write otherwise may be anything there."""
    (clause,) = filter_text.clauses(written(TraceFilter(text=text)))

    assert clause.key == "text"


def test_long_text_is_looked_for_as_a_whole():
    """What was cut would find more than was meant."""
    wanted = TraceFilter(text="word " * 200 + "end")

    assert read(written(wanted)) == wanted


@pytest.mark.parametrize(
    ("text", "is_bounded", "searches_text"),
    [
        ("", False, False),
        ("trace.text ILIKE '%a%'", False, True),
        ("span.content LIKE '%a%'", False, True),
        ("span.attributes.model = 'a'", False, True),
        ("tag.text LIKE '%a%'", False, True),
        ("span.type = 'LLM'", False, False),
        ("trace.text ILIKE '%a%' AND trace.timestamp_ms > 5", True, True),
        ("trace.timestamp_ms < 5", False, False),
        ("trace.timestamp >= 5", True, False),
    ],
)
def test_filter_tells_whether_it_says_from_when_on(text, is_bounded, searches_text):
    """Text is never looked for in everything there is."""
    known = read(text)

    assert (known.is_bounded, known.searches_text) == (is_bounded, searches_text)
