"""What a record of any kind of model says was asked and answered."""

import json
from datetime import UTC, datetime

import pytest

from backend.turns.recorded_turns import (
    Asked,
    document,
    question_in,
    question_in_preview,
    recorded_turn,
    title_of,
)
from tests.backend.asked_shapes import FORGETFUL, HISTORY, KNOWING

START = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize("shape", [*KNOWING, *FORGETFUL], ids=str)
def test_question_is_found_in_every_shape_the_app_asks_in(shape):
    """What was put into a body comes out of it, with the platform's options beside it."""
    body = shape.body(HISTORY, "Why?") | {"client_request_id": "q", "stream": True}

    assert question_in(body) == "Why?"
    assert question_in_preview(json.dumps(body)) == "Why?"


@pytest.mark.parametrize("shape", KNOWING, ids=str)
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


def test_what_the_trace_and_the_request_say_of_the_turn_is_known():
    """Which one it follows, what its caller named it, and that nobody waited for its end."""
    asked = Asked("c", "chain", "ann", START, "Why?")
    metadata = {
        "reviewapp.parent": "r-0",
        "reviewapp.client_request_id": "mine",
        "reviewapp.interrupted": "true",
    }
    body = {"usage_context": {"reviewapp.parent": "r-0"}, "client_request_id": "mine"}

    traced = recorded_turn(asked, "r-1", {}, None, {"info": {"trace_metadata": metadata}})
    logged = recorded_turn(asked, "r-1", body, None, None, is_interrupted=True)

    for turn in (traced, logged):
        assert (turn.parent, turn.client_request_id) == ("r-0", "mine")
        assert turn.answer.is_interrupted
    assert not recorded_turn(asked, "r-1", {}, None, None).answer.is_interrupted
