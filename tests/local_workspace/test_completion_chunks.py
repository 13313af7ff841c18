"""Streams of every interface, translated for OpenAI's chat clients."""

import json

import pytest

from local_workspace import answer_shapes

CHAT, AGENT, RESPONSES = "agent/v1/chat", "agent/v2/chat", "agent/v1/responses"
COMPLETION = {
    "id": "c",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}}],
}
MESSAGE_ITEM = {
    "type": "message",
    "id": "m",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "Hi"}, {"type": "output_text", "text": " you"}],
}


def chunk(document, task):
    """Return a model's event as an OpenAI chunk."""
    return chunks([document], task)[0]


def chunks(documents, task):
    """Return the events of one stream as OpenAI chunks."""
    translate = answer_shapes.CompletionChunks("chain", task).translate
    translated = [translate(json.dumps(each).encode()) for each in documents]
    return [each and json.loads(each) for each in translated]


@pytest.mark.parametrize("task", [CHAT, "llm/v1/chat", None])
def test_chat_chunk_is_passed_on_as_it_is(task):
    """What is in OpenAI's shape already is not touched."""
    event = {"id": "c", "choices": [{"index": 0, "delta": {"content": "Hi"}}]}

    assert chunk(event, task) == event


def test_delta_of_an_agent_becomes_a_chunk():
    """Role, text and tool calls are shown; the agent's own ids are not."""
    delta = {"role": "assistant", "content": "Hi", "id": "a", "tool_calls": [], "name": "x"}

    translated = chunk({"delta": delta}, AGENT)
    assert translated["object"] == "chat.completion.chunk"
    assert translated["model"] == "chain"
    assert translated["choices"] == [
        {
            "index": 0,
            "delta": {"role": "assistant", "content": "Hi", "tool_calls": []},
            "finish_reason": None,
        }
    ]


def test_text_delta_of_a_responses_agent_becomes_a_chunk():
    """The text is shown as the assistant's."""
    event = {"type": "response.output_text.delta", "item_id": "m", "delta": "Hi"}

    (choice,) = chunk(event, RESPONSES)["choices"]
    assert choice["delta"] == {"role": "assistant", "content": "Hi"}


@pytest.mark.parametrize(
    "kind",
    [
        "response.function_call_arguments.delta",
        "response.reasoning_text.delta",
        "response.reasoning_summary_text.delta",
        "response.mcp_call_arguments.delta",
    ],
)
def test_delta_that_is_not_the_answers_text_is_not_shown_as_such(kind):
    """Arguments of calls and the model's reasoning are no part of what it says."""
    assert chunk({"type": kind, "item_id": "f", "delta": '{"z":'}, RESPONSES) is None


@pytest.mark.parametrize(
    "event",
    [
        {"type": "response.output_item.done", "item": {"type": "function_call"}},
        {"type": "response.created"},
        {"anything": 1},
    ],
)
def test_event_without_text_is_left_out(event):
    """A chat client gets no event it could not read."""
    assert chunk(event, RESPONSES) is None


def test_item_that_came_whole_is_shown_and_one_that_came_in_pieces_is_not_shown_twice():
    """A responses agent that yields finished items only still streams its text to chat clients."""
    done = {"type": "response.output_item.done", "item": MESSAGE_ITEM}
    piece = {"type": "response.output_text.delta", "item_id": MESSAGE_ITEM["id"], "delta": "H"}

    (whole,) = chunks([done], RESPONSES)
    pieces = chunks([piece, done], RESPONSES)

    assert whole["choices"][0]["delta"]["content"]
    assert pieces[0]["choices"][0]["delta"]["content"] == "H"
    assert pieces[1] is None
