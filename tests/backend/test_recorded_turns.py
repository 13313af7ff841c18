"""What a record of any kind of model says was asked, and which branch stands on the page."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from backend.answers import Answer, Conversation, Turn
from backend.chat_requests import Kind, QuestionShape
from backend.recorded_turns import (
    Asked,
    RecordedTurn,
    document,
    last_branch,
    question_in,
    question_in_preview,
    recorded_turn,
    title_of,
)

START = datetime(2026, 11, 21, tzinfo=UTC)
HISTORY = Conversation("c", "chain", (Turn("Hello?", Answer("Hi.", "r-0")),))
SHAPES = [
    QuestionShape(Kind.CHAT),
    QuestionShape(Kind.CHAT_AGENT),
    QuestionShape(Kind.RESPONSES),
    QuestionShape(Kind.SPLIT_CHAT),
    QuestionShape(Kind.SPLIT_CHAT, wrapper="dataframe_split"),
    QuestionShape(Kind.SPLIT_CHAT, wrapper="dataframe_records"),
    QuestionShape(Kind.ONE_FIELD, "what"),
    QuestionShape(Kind.TABLE, "question", "dataframe_split"),
    QuestionShape(Kind.TABLE, "what", "dataframe_records"),
    QuestionShape(Kind.BARE),
]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_question_is_found_in_every_shape_the_app_asks_in(shape):
    """What was put into a body comes out of it, with the platform's options beside it."""
    body = shape.body(HISTORY, "Why?") | {"client_request_id": "q", "stream": True}

    assert question_in(body) == "Why?"
    assert question_in_preview(json.dumps(body)) == "Why?"


@pytest.mark.parametrize("shape", SHAPES[:6], ids=str)
def test_answers_that_came_along_are_counted(shape):
    """They tell where in its conversation a question was asked."""
    asked = Asked("c", "chain", "ann", START, "Why?")

    turn = recorded_turn(asked, "r-1", shape.body(HISTORY, "Why?"), None, None)

    assert turn.known_answers == 1


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        {},
        {"messages": 5},
        {"messages": [{"role": "user", "content": None}]},
        {"messages": [3, {"content": "x"}]},
        {"dataframe_split": {"columns": "a", "data": [[1]]}},
        {"dataframe_records": [[]]},
        {"inputs": {"a": [[]]}},
        {"input": [{"role": "assistant", "content": "x"}]},
    ],
)
def test_body_without_a_question_has_none(body):
    """Whoever wrote it; nothing here breaks on it."""
    asked = Asked("c", "chain", "ann", START, "")

    assert question_in(body) == ""
    assert recorded_turn(asked, "r", body, body, body).answer.request_id == "r"


def test_parts_of_a_message_are_one_question():
    """Clients may send a text in pieces."""
    parts = [{"type": "text", "text": "Why "}, {"type": "image_url"}, {"text": "so?"}]

    assert question_in({"messages": [{"role": "user", "content": parts}]}) == "Why so?"


def test_broken_json_is_no_document():
    """A log may have cut it."""
    assert document('{"a": ') is None
    assert document("[" * 100_000) is None
    assert document(None) is None


def test_failed_call_says_so_and_keeps_its_ids():
    """The reason stays in the trace; the person reads a sentence."""
    asked = Asked("c", "chain", "ann", START, "Why?")
    trace = {"info": {"trace_id": "tr-1", "state": "ERROR"}, "data": {"spans": []}}

    answer = recorded_turn(asked, "r-1", None, None, trace).answer

    assert (answer.text, answer.request_id, answer.trace_id) == ("", "r-1", "tr-1")
    assert answer.problem_code == "CHAIN_FAILED"


def test_long_question_is_cut_for_a_name():
    """On one line, with a sign that there is more."""
    assert title_of(" How\nmany? ") == "How many?"
    assert len(title_of("word " * 100)) == 80
    assert title_of("word " * 100).endswith("…")


def turn(question, text, parent=None, known=None, request_id=None):
    request_id = request_id or f"{question}-{text}"
    asked = Asked("c", "chain", "ann", START + timedelta(seconds=1), question)
    return RecordedTurn(asked, Answer(text, request_id), parent, known)


def branch(*turns):
    found = last_branch(turns)
    return [(each.question, each.answer.text, [f.text for f in each.former]) for each in found]


def test_turns_follow_each_other():
    """With what they knew, with a parent, or with nothing at all."""
    expected = [("A", "1", []), ("B", "2", [])]

    assert branch(turn("A", "1", known=0), turn("B", "2", known=1)) == expected
    assert branch(turn("A", "1"), turn("B", "2", parent="A-1")) == expected
    assert branch(turn("A", "1"), turn("B", "2")) == expected


def test_question_asked_again_replaces_and_keeps_its_answer():
    """However often."""
    turns = [turn("A", "1", known=0), turn("A", "2", known=0), turn("A", "3", known=0)]

    assert branch(*turns) == [("A", "3", ["1", "2"])]


def test_question_asked_twice_in_a_row_is_two_questions():
    """The second one knew the first one's answer."""
    assert len(branch(turn("A", "1", known=0), turn("A", "2", known=1))) == 2


def test_changed_question_begins_a_branch_of_its_own():
    """What came after the old one does not belong to it."""
    turns = [turn("A", "1", known=0), turn("B", "2", known=1), turn("C", "3", known=2)]

    assert branch(*turns, turn("B2", "4", known=1)) == [("A", "1", []), ("B2", "4", [])]
    assert branch(*turns, turn("B2", "4", parent="A-1", known=1)) == [
        ("A", "1", []),
        ("B2", "4", []),
    ]


def test_question_that_failed_stays_unless_it_is_asked_again():
    """It stood on the page, too."""
    failed = turn("B", "", known=1)

    assert branch(turn("A", "1", known=0), failed, turn("C", "2", known=1)) == [
        ("A", "1", []),
        ("B", "", []),
        ("C", "2", []),
    ]
    assert branch(turn("A", "1", known=0), failed, turn("B", "2", known=1)) == [
        ("A", "1", []),
        ("B", "2", [""]),
    ]


def test_history_longer_than_the_record_is_appended():
    """Older turns may have been deleted."""
    assert len(branch(turn("A", "1", known=7), turn("B", "2", known=8))) == 2
