"""Conversations among traces: listed, read from their beginning, and walked through."""

import uuid

import pytest

from backend.errors import NotFound
from backend.trace_search import sessions as sessions_module
from backend.trace_search import traces as traces_module
from tests.backend.judged import ANALYST
from tests.backend.trace_search.conftest import mine

# MLflow 3.17 uses a loader strategy its database layer no longer likes.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")


def test_conversation_is_read_from_its_beginning_part_by_part(search, ask, monkeypatch):
    """With whole answers, and nothing of another's."""
    monkeypatch.setattr(traces_module, "TURNS", 2)
    session = f"s-{uuid.uuid4()}"
    asked = [ask(f"{number}?", session, f"Answer {number}") for number in range(3)]
    ask("Other?", session + "x")
    ask.file()

    begun = search.session(ANALYST, session)
    rest = search.session(ANALYST, session, begun.after)

    told = [*begun.turns, *rest.turns]
    assert [each.row.trace_id for each in told] == asked
    assert [each.turn.answer.text for each in told] == ["Answer 0", "Answer 1", "Answer 2"]
    assert (len(begun.turns), rest.after) == (2, "")
    with pytest.raises(NotFound):
        search.session(ANALYST, "nobody's")


def test_conversations_are_listed_by_their_latest_turn(search, ask, monkeypatch):
    """Each with its first question, also where the filter finds a later turn of it only."""
    monkeypatch.setattr(sessions_module, "ROWS", 2)
    names = [f"s{number}-{uuid.uuid4()}" for number in range(3)]
    for name in names:
        ask(f"First of {name[:2]}?", name)
    ask("Second of s0?", names[0])
    ask("No conversation", "")

    page = search.sessions(ANALYST, mine(ask))
    rest = search.sessions(ANALYST, mine(ask), page.before)

    assert [row.id for row in page.rows] == [names[0], names[2]]
    assert [row.id for row in rest.rows] == [names[1]]
    assert rest.before is None
    row = page.rows[0]
    assert (row.question, row.turns, row.people) == ("First of s0?", 2, (ask.user,))
    (found,) = search.sessions(ANALYST, mine(ask, text="Second of")).rows
    assert (found.id, found.question) == (names[0], "First of s0?")


def test_conversation_the_filter_found_earlier_is_not_listed_again(search, ask, monkeypatch):
    """Its turn before the page's end is, unless a later one was found by the same filter."""
    monkeypatch.setattr(sessions_module, "ROWS", 1)
    old, new = f"old-{uuid.uuid4()}", f"new-{uuid.uuid4()}"
    for session, question in ((new, "odd"), (old, "odd"), (new, "odd"), (old, "even")):
        ask(question, session)
    wanted = mine(ask, text="odd")

    page = search.sessions(ANALYST, wanted)
    rest = search.sessions(ANALYST, wanted, page.before)
    end = search.sessions(ANALYST, wanted, rest.before)

    assert [row.id for row in (*page.rows, *rest.rows, *end.rows)] == [new, old]


def test_trace_knows_those_before_and_after_it_in_its_conversation(search, ask):
    """At its ends there is none."""
    session = f"s-{uuid.uuid4()}"
    first, second, third = (ask(f"{number}?", session) for number in range(3))
    ask.file()

    found = search.neighbours(ANALYST, second)

    assert (found.earlier.trace_id, found.later.trace_id) == (first, third)
    assert search.neighbours(ANALYST, first).earlier is None
    assert search.neighbours(ANALYST, third).later is None
    with pytest.raises(NotFound):
        search.neighbours(ANALYST, "tr-unknown")
