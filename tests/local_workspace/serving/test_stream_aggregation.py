"""What goes on record for a stream is the answer a caller would have got without streaming."""

import pytest

from local_workspace.serving.stream_aggregation import aggregate, as_chunks

COMPLETION = {
    "id": "c1",
    "object": "chat.completion",
    "created": 5,
    "model": "m",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Long bursts."},
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
}
AGENT_ANSWER = {
    "messages": [
        {"role": "assistant", "content": "", "id": "a", "tool_calls": [{"id": "t", "type": "f"}]},
        {"role": "tool", "content": "42", "id": "b", "tool_call_id": "t", "name": "redshift"},
        {"role": "assistant", "content": "It is 42.", "id": "c"},
    ],
    "finish_reason": "stop",
    "custom_outputs": {"sources": [1, 2]},
    "usage": {"total_tokens": 3},
}
RESPONSE = {
    "object": "response",
    "output": [
        {"type": "function_call", "id": "f", "call_id": "x", "name": "look", "arguments": "{}"},
        {
            "type": "message",
            "id": "m",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": "Yes.", "annotations": []}],
        },
    ],
}


def chat(content=None, finish_reason=None, **more):
    """Return a chat chunk as OpenAI and MLflow write it."""
    delta = {"role": "assistant", "content": content} | more
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return {"id": "c1", "object": "chat.completion.chunk", "created": 5, "choices": [choice]}


def test_chat_chunks_add_up_to_a_completion():
    """Texts are joined, the first id and the last finish reason are kept."""
    whole = aggregate([chat("Long "), chat("bursts."), chat(None, "length")])

    assert whole == {
        "id": "c1",
        "created": 5,
        "object": "chat.completion",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Long bursts."},
                "finish_reason": "length",
            }
        ],
    }


def test_chat_chunk_without_choices_changes_nothing():
    """A closing chunk that only carries ids is not part of the text."""
    empty = {"id": "c1", "object": "chat.completion.chunk", "choices": []}

    whole = aggregate([chat("Yes"), empty])

    assert whole["choices"][0]["message"]["content"] == "Yes"


def test_whole_tool_calls_of_a_chat_are_kept_in_order():
    """A model that yields each tool call at once has all of them on record."""
    first, second = ({"id": name, "type": "function", "function": {}} for name in ("a", "b"))

    whole = aggregate([chat(tool_calls=[first]), chat(tool_calls=[second])])

    assert whole["choices"][0]["message"]["tool_calls"] == [first, second]


def test_pieces_of_a_tool_call_are_one_call_on_record():
    """OpenAI streams a call's arguments in pieces of the same index; on record they are joined."""
    name = {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": ""}}
    pieces = [{"index": 0, "function": {"arguments": text}} for text in ('{"z":', "1}")]

    whole = aggregate([chat(tool_calls=[each]) for each in (name, *pieces)])

    (call,) = whole["choices"][0]["message"]["tool_calls"]
    assert call["id"] == "a"
    assert call["function"] == {"name": "f", "arguments": '{"z":1}'}


def test_usage_and_custom_outputs_of_the_last_chat_chunk_are_on_record():
    """What the model says beside the text is part of the answer."""
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    last = chat("") | {"usage": usage, "custom_outputs": {"sources": ["grb"]}}

    whole = aggregate([chat("Yes") | {"usage": None}, last])

    assert whole["usage"] == usage
    assert whole["custom_outputs"] == {"sources": ["grb"]}


def test_deltas_of_several_messages_add_up_to_each_of_them():
    """A ChatAgent's deltas belong to the message whose id they carry, in the order of arrival."""
    deltas = [
        {"role": "assistant", "content": "Let me ", "id": "a"},
        {"role": "assistant", "content": "look.", "id": "a"},
        {"role": "tool", "content": "z = 1", "id": "b", "tool_call_id": "t", "name": "redshift"},
        {"role": "assistant", "content": "One", "id": "c"},
        {"role": "assistant", "content": ".", "id": "c"},
    ]

    whole = aggregate([{"delta": delta} for delta in deltas])

    assert whole["messages"] == [
        {"role": "assistant", "content": "Let me look.", "id": "a"},
        {"role": "tool", "content": "z = 1", "id": "b", "tool_call_id": "t", "name": "redshift"},
        {"role": "assistant", "content": "One.", "id": "c"},
    ]


def test_what_a_delta_event_says_beside_its_message_is_on_record():
    """Finish reason, usage and custom outputs of a ChatAgent's stream are kept."""
    last = {"delta": {"role": "assistant", "content": "!", "id": "a"}, "finish_reason": "stop"}

    whole = aggregate([{"delta": {"role": "assistant", "content": "Yes", "id": "a"}}, last])

    assert whole["finish_reason"] == "stop"
    assert whole["messages"][0]["content"] == "Yes!"


def test_empty_content_of_a_delta_is_no_obstacle():
    """A delta may have no text, as those that carry tool calls."""
    call = {"id": "t", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    deltas = [{"role": "assistant", "content": None, "id": "a", "tool_calls": [call]}]

    whole = aggregate([{"delta": delta} for delta in deltas])

    assert whole["messages"] == [
        {"role": "assistant", "content": "", "id": "a", "tool_calls": [call]}
    ]


def test_finished_items_of_a_responses_stream_are_its_answer():
    """Text deltas are previews: what counts is each `response.output_item.done`."""
    previews = [{"type": "response.output_text.delta", "item_id": "m", "delta": "Ye"}]
    done = [{"type": "response.output_item.done", "item": item} for item in RESPONSE["output"]]

    assert aggregate([*previews, *done]) == RESPONSE


def test_strings_add_up_to_a_chat_answer():
    """A chain that yields texts is recorded as one assistant message."""
    chunks = [chunk for item in ("Long ", "bursts.") for chunk in as_chunks(item)]

    message = aggregate(chunks)["choices"][0]["message"]
    assert message == {"role": "assistant", "content": "Long bursts."}


def test_list_of_strings_is_sent_as_one_text():
    """An older chain's whole answer, a list of texts, is one event."""
    (chunk,) = as_chunks(["Long ", "bursts."])

    assert chunk["choices"][0]["delta"]["content"] == "Long bursts."


@pytest.mark.parametrize(
    "whole", [COMPLETION, AGENT_ANSWER, RESPONSE], ids=["chat", "agent", "responses"]
)
def test_whole_answer_sent_as_chunks_adds_up_to_itself(whole):
    """A model that cannot stream has the same answer on record either way."""
    assert aggregate(as_chunks(whole)) == whole


def test_what_a_whole_response_says_beside_its_items_is_on_record():
    """Custom outputs of a ResponsesAgent that cannot stream are not lost by streaming it."""
    whole = RESPONSE | {"custom_outputs": {"sources": ["grb"]}}

    assert aggregate(as_chunks(whole)) == whole


def test_whole_completion_is_sent_in_the_shape_of_a_chunk():
    """A client that reads deltas finds the whole text in one."""
    (chunk,) = as_chunks(COMPLETION)

    assert chunk["object"] == "chat.completion.chunk"
    assert chunk["choices"][0]["delta"]["content"] == "Long bursts."
    assert "message" not in chunk["choices"][0]


@pytest.mark.parametrize("event", [chat("x"), {"delta": {"id": "a"}}, {"anything": 1}])
def test_event_of_a_model_that_streams_is_passed_on_as_it_is(event):
    """The platform does not rewrite what a model yields."""
    assert as_chunks(event) == [event]


@pytest.mark.parametrize("item", [5, None, [1, 2], [{"a": 1}]])
def test_item_that_is_no_object_is_wrapped(item):
    """Every event of a stream is a JSON object."""
    assert as_chunks(item) == [{"predictions": item}]


def test_unknown_chunks_are_recorded_as_they_came():
    """What nobody knows how to add up is kept whole."""
    chunks = [{"step": 1}, {"step": 2}]

    assert aggregate(chunks) == chunks
    assert aggregate(chunks[:1]) == chunks[0]


def test_mixed_shapes_are_recorded_as_they_came():
    """Chunks of two shapes are not forced into one of them."""
    chunks = [chat("x"), {"step": 2}]

    assert aggregate(chunks) == chunks


def test_no_chunks_are_an_empty_record():
    """A stream without a chunk is no error."""
    assert aggregate([]) == []
