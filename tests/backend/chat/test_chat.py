"""Asking a chain over HTTP: what is sent, what is yielded, how it ends."""

import json
import threading
import time

import pytest

from backend import errors
from backend.turns.answers import Answer, Conversation, TextPart, Turn
from tests.backend.wire import END, INVOCATIONS, event, refuse, text

CONVERSATION = Conversation("c-1", "chain", (Turn("Hello?", Answer("Hi.", "r-0")),))
DETAIL = "/api/2.0/serving-endpoints/chain"


def test_question_goes_with_the_visitor_s_token_history_and_options(wire, chat):
    """The workspace must know who asks, in which conversation, and return the trace."""
    wire.script = [text("Yes."), *END]

    list(chat.ask("chain", CONVERSATION, "Why?", parent="r-0", pair="p-1", client_request_id="q"))

    ((path, body, headers),) = wire.posted
    assert path == INVOCATIONS
    assert headers["Authorization"] == "Bearer visitor-token"
    assert [message["content"] for message in body["messages"]] == ["Hello?", "Hi.", "Why?"]
    assert body["stream"] is True
    assert body["databricks_options"] == {"conversation_id": "c-1", "return_trace": True}
    assert body["client_request_id"] == "q"
    assert body["usage_context"] == {"reviewapp.parent": "r-0", "reviewapp.pair": "p-1"}


def test_question_says_which_answer_it_follows(wire, chat):
    """By that a conversation is put together again, with questions that were asked anew."""
    wire.script = [text("Yes."), *END]

    list(chat.ask("chain", CONVERSATION, "Why?"))
    list(chat.ask("chain", Conversation("c-2", "chain"), "Why?"))

    (_, following, _), (_, first, _) = wire.posted
    assert following["usage_context"] == {"reviewapp.parent": "r-0"}
    assert "usage_context" not in first


def test_text_comes_in_pieces_and_one_answer_at_the_end(wire, chat):
    """The last event is the whole answer, with its id and who gave it."""
    wire.script = [text("One "), text("two"), *END]

    events = list(chat.ask("chain", CONVERSATION, "Why?"))

    assert events == [
        TextPart("One "),
        TextPart("two"),
        Answer("One two", request_id="r-2", served_name="chain_3"),
    ]


@pytest.mark.parametrize("is_chunked", [True, False])
def test_first_piece_is_there_before_the_last_is_sent(wire, chat, is_chunked):
    """Nothing waits for a buffer to fill, also on a connection without chunks."""
    wire.script, wire.is_chunked = [text("One "), 1.0, text("two"), *END], is_chunked
    stream = chat.ask("chain", CONVERSATION, "Why?")

    started = time.monotonic()
    assert next(stream) == TextPart("One ")
    assert time.monotonic() - started < 0.8
    assert isinstance(list(stream)[-1], Answer)


def test_events_may_be_cut_anywhere_and_carry_more_than_data(wire, chat):
    """Chunks end within characters; comments, names and CRLF are part of the format."""
    whole = b": hi\r\nevent: x\r\n" + event(
        {"choices": [{"delta": {"content": "gr\u00fc\u2028n"}}]}
    )
    whole = whole.replace(b"\n", b"\r\n") + b"data: no json\n\n" + b"".join(END)
    wire.script = [whole[place : place + 1] for place in range(len(whole))]

    *_, answer = chat.ask("chain", CONVERSATION, "Why?")

    assert answer.text == "gr\u00fc\u2028n"
    assert not answer.is_interrupted


def test_half_a_character_becomes_text_that_can_be_sent(wire, chat):
    """A lone surrogate would break the page later on."""
    wire.script = [b'data: {"choices": [{"delta": {"content": "a\\ud83db"}}]}\n\n', *END]

    *_, answer = chat.ask("chain", CONVERSATION, "Why?")

    assert answer.text.encode() == b"a?b"


def test_stop_ends_the_request_and_keeps_what_has_come(wire, chat):
    """The model notices that nobody listens; the caller has the text and the request's id."""
    wire.script = [text("One "), *[part for _ in range(200) for part in (0.02, text("more "))]]
    stream = chat.ask("chain", CONVERSATION, "Why?")
    next(stream)

    stream.close()

    assert wire.caller_left.wait(3)
    assert list(stream) == []
    answer = stream.so_far
    assert answer == Answer("One ", "r-1", served_name="chain_3", is_interrupted=True)


def test_stop_wakes_whoever_waits_for_a_silent_model(wire, chat):
    """Another thread may stop a model that says nothing for a long time."""
    wire.script = [text("One "), 4.0, text("two"), *END]
    stream = chat.ask("chain", CONVERSATION, "Why?")
    next(stream)
    rest: list[object] = []
    waiting = threading.Thread(target=lambda: rest.extend(stream))
    waiting.start()
    time.sleep(0.2)

    started = time.monotonic()
    stream.close()
    waiting.join(3)

    assert time.monotonic() - started < 1
    assert rest == []
    assert stream.so_far.text == "One "


def test_stop_ends_a_request_that_nothing_has_come_back_from(wire, chat):
    """A chain that loads for minutes before its headers is told at once that nobody waits."""
    wire.is_silent = True
    stream = chat.ask("chain", CONVERSATION, "Why?")
    rest: list[object] = []
    waiting = threading.Thread(target=lambda: rest.extend(stream))
    waiting.start()
    assert wire.arrived.wait(3)

    stream.close()
    waiting.join(3)

    assert not waiting.is_alive()
    assert wire.caller_left.wait(3)
    assert rest == []
    assert stream.so_far == Answer("", None, is_interrupted=True)
    assert len(wire.posted) == 1


def test_nothing_is_sent_if_it_is_stopped_before_the_first_event(wire, chat):
    """A question nobody waits for costs nothing."""
    stream = chat.ask("chain", CONVERSATION, "Why?")

    stream.close()

    assert list(stream) == []
    assert wire.posted == []


def test_a_model_without_a_task_is_asked_as_described_once(wire, chat):
    """How to ask is read from the endpoint's document, and remembered."""
    row = {"type": "object", "properties": {"question": {"type": "string"}}}
    split = {"properties": {"dataframe_split": {"type": "object"}}}
    records = {"properties": {"dataframe_records": {"type": "array", "items": row}}}
    schema = {"oneOf": [split, records]}
    request = {"content": {"application/json": {"schema": schema}}}
    wire.documents[DETAIL] = {"name": "chain"}
    wire.documents[f"{DETAIL}/openapi"] = {
        "paths": {INVOCATIONS: {"post": {"requestBody": request}}}
    }
    wire.headers = {"Content-Type": "application/json"}
    wire.script = [json.dumps({"predictions": [{"answer": "Yes.", "sources": ["u"]}]}).encode()]

    for _ in range(2):
        first, answer = chat.ask("chain", CONVERSATION, "Why?")
        assert first == TextPart("Yes.")
        assert [source.uri for source in answer.sources] == ["u"]

    assert [path for path, *_ in wire.received].count(f"{DETAIL}/openapi") == 1
    body = wire.posted[0][1]
    assert body["dataframe_split"] == {"columns": ["question"], "data": [["Why?"]]}
    assert "stream" not in body


def test_after_a_refusal_it_is_read_anew_how_to_ask(wire, chat):
    """Another version may have been deployed that is asked in another way."""
    refuse(wire, 400, {"message": "no field messages"})
    with pytest.raises(errors.Refused):
        next(chat.ask("chain", CONVERSATION, "Why?"))

    wire.documents[DETAIL] = {"name": "chain", "task": "agent/v1/responses"}
    wire.status, wire.script = 200, END
    list(chat.ask("chain", CONVERSATION, "Why?"))

    assert "input" in wire.posted[1][1]


def test_a_name_from_a_link_leads_to_no_other_path(wire, chat):
    """A crafted link must not make the visitor's token post elsewhere."""
    name = "chain/../../api/2.0/x?y="
    wire.documents[f"/api/2.0/serving-endpoints/{name}"] = {"task": "agent/v1/chat"}
    wire.script = END

    with pytest.raises(errors.ReviewAppError):
        list(chat.ask(name, CONVERSATION, "Why?"))
    list(chat.ask("chain", CONVERSATION, "Why?", served_name="../x"))

    assert [path for path, *_ in wire.posted] == [
        "/serving-endpoints/chain/served-models/..%2Fx/invocations"
    ]
