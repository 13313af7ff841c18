"""Answers get the platform's part, and OpenAI's clients read what any kind of model says."""

import json

import pytest

from local_workspace import answer_shapes
from local_workspace.errors import BadRequest, ModelFailed

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


def spliced(answer, trace=b""):
    """Return the answer with the platform's part, read as JSON."""
    return json.loads(answer_shapes.with_platform_part(answer, "r1", trace))


def completion(document, task):
    """Return a model's answer as an OpenAI completion."""
    answer = answer_shapes.as_completion(json.dumps(document).encode(), "chain", task)
    return json.loads(answer)


@pytest.mark.parametrize("answer", [{"a": 1}, {"a": {"b": "}"}}, {}], ids=repr)
@pytest.mark.parametrize("ending", [b"", b"\n", b"  \n"])
def test_object_keeps_its_keys_and_gets_the_request_id(answer, ending):
    """Nothing the model said is changed or lost."""
    document = spliced(json.dumps(answer).encode() + ending)

    assert document == answer | {"databricks_output": {"databricks_request_id": "r1"}}


def test_object_with_nothing_but_white_space_stays_valid():
    """An empty object may be written with space in it."""
    assert spliced(b"{ }") == {"databricks_output": {"databricks_request_id": "r1"}}


@pytest.mark.parametrize("answer", [[1, 2], [], "text", 5, None, True], ids=repr)
def test_answer_that_is_no_object_becomes_predictions(answer):
    """A list or a text has no place for the id, so it is wrapped as older models' answers are."""
    document = spliced(json.dumps(answer).encode())

    assert document["predictions"] == answer
    assert document["databricks_output"] == {"databricks_request_id": "r1"}


def test_trace_is_part_of_the_platforms_part_when_given():
    """The trace is spliced in as the JSON it is."""
    document = spliced(b'{"a":1}', trace=b'{"info": {"trace_id": "tr-1"}}')

    assert document["databricks_output"]["trace"] == {"info": {"trace_id": "tr-1"}}


@pytest.mark.parametrize(
    ("task", "shape"),
    [
        (None, {"object": "chat.completion.chunk", "choices": []}),
        (CHAT, {"object": "chat.completion.chunk", "choices": []}),
        (AGENT, {"delta": {"role": "assistant", "content": "", "id": "r1"}}),
        (RESPONSES, {"type": "response.databricks_output"}),
    ],
)
def test_closing_chunk_has_the_shape_of_the_others(task, shape):
    """Whoever reads the stream can read its last event, which adds no text."""
    document = json.loads(answer_shapes.closing_chunk(task, "r1", b'{"info":{}}'))

    assert document == shape | {
        "databricks_output": {"databricks_request_id": "r1", "trace": {"info": {}}}
    }


def test_error_chunk_is_an_error_to_every_client():
    """OpenAI's clients read `error`, Databricks' read `error_code`; both find the request's id."""
    error = ModelFailed('The model raised ValueError: "no"', reason="MODEL_EXCEPTION")
    document = json.loads(answer_shapes.error_chunk(error, "r1"))

    assert document["error_code"] == "BAD_REQUEST"
    assert document["message"] == document["error"]["message"] == error.message
    assert document["error"]["code"] == "BAD_REQUEST"
    assert document["details"][0]["reason"] == "MODEL_EXCEPTION"
    assert document["databricks_output"] == {"databricks_request_id": "r1"}


@pytest.mark.parametrize("task", [None, CHAT, AGENT, "llm/v1/chat"])
def test_chat_request_reaches_a_chat_model_without_the_endpoints_name(task):
    """`model` named the endpoint; everything else is for the model."""
    body = {"model": "chain", "messages": [{"role": "user", "content": "Hi"}], "temperature": 0.1}

    assert answer_shapes.as_chat_request(body, task) == {
        "messages": [{"role": "user", "content": "Hi"}],
        "temperature": 0.1,
    }


def test_chat_request_becomes_input_of_a_responses_agent():
    """The messages are its input; options of the platform and streaming stay."""
    messages = [{"role": "user", "content": "Hi"}]
    options = {"return_trace": True}
    body = {"model": "c", "messages": messages, "stream": True, "databricks_options": options}

    assert answer_shapes.as_chat_request(body, RESPONSES) == {
        "input": messages,
        "stream": True,
        "databricks_options": options,
    }


@pytest.mark.parametrize("given", ["Hi", [{"role": "user", "content": "Hi"}]])
def test_responses_request_may_be_a_text_or_items(given):
    """OpenAI allows a bare text; the model gets a list of items either way."""
    asked = answer_shapes.as_responses_request({"model": "c", "input": given, "x": 1}, RESPONSES)

    assert asked == {"input": [{"role": "user", "content": "Hi"}], "x": 1}


@pytest.mark.parametrize("task", [None, CHAT, AGENT])
def test_responses_request_to_another_kind_of_model_is_refused(task):
    """The sentence says what to use instead."""
    refusal = answer_shapes.why_no_responses(task)

    assert isinstance(refusal, BadRequest)
    assert "/chat/completions or /invocations" in refusal.message


def test_responses_request_to_a_responses_agent_is_not_refused():
    """It is what such an agent speaks."""
    assert answer_shapes.why_no_responses(RESPONSES) is None


@pytest.mark.parametrize("task", [CHAT, "llm/v1/chat", None])
def test_completion_is_passed_on_as_it_is(task):
    """What is in OpenAI's shape already is not touched, id and usage included."""
    assert completion(COMPLETION, task) == COMPLETION


@pytest.mark.parametrize(
    ("document", "task"),
    [
        (
            {
                "messages": [
                    {"role": "user", "content": "?"},
                    {"role": "assistant", "content": "Hi", "id": "a"},
                ]
            },
            AGENT,
        ),
        (
            {
                "object": "response",
                "output": [MESSAGE_ITEM | {"content": [{"type": "output_text", "text": "Hi"}]}],
            },
            RESPONSES,
        ),
        ("Hi", None),
        (["H", "i"], None),
        ({"content": "Hi"}, None),
    ],
    ids=["agent", "responses", "text", "texts", "content"],
)
def test_any_chat_answer_becomes_a_completion(document, task):
    """Whatever interface a model has, OpenAI's client finds the last thing the assistant said."""
    answer = completion(document, task)

    assert answer["object"] == "chat.completion"
    assert answer["model"] == "chain"
    (choice,) = answer["choices"]
    assert choice == {
        "index": 0,
        "message": {"role": "assistant", "content": "Hi"},
        "finish_reason": "stop",
    }


def test_every_text_of_a_response_is_in_the_completion():
    """Items without text, such as calls, say nothing to a chat client."""
    items = [{"type": "function_call", "name": "f", "arguments": "{}"}, MESSAGE_ITEM]

    message = completion({"output": items}, RESPONSES)["choices"][0]["message"]
    assert message["content"] == "Hi you"


def test_tool_calls_of_an_agents_last_message_are_in_the_completion():
    """A client that runs tools itself finds them."""
    calls = [{"id": "t", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    messages = [{"role": "assistant", "content": "", "id": "a", "tool_calls": calls}]

    message = completion({"messages": messages}, AGENT)["choices"][0]["message"]
    assert message["tool_calls"] == calls


@pytest.mark.parametrize(
    "document",
    [{"predictions": [1]}, [1, 2], [], 5, None, {"content": 5}, {"messages": []}],
    ids=repr,
)
def test_answer_that_is_no_chat_answer_is_refused(document):
    """A table cannot be shown as a chat; the sentence says how to get it."""
    with pytest.raises(BadRequest, match="use /invocations"):
        completion(document, None)


def test_response_gets_the_fields_openai_reads_and_keeps_its_own():
    """Missing fields are filled in, given ones stay, empty ones count as missing."""
    given = {"id": "own", "output": [MESSAGE_ITEM], "status": None, "custom_outputs": {"a": 1}}
    response = json.loads(answer_shapes.as_response(json.dumps(given).encode(), "chain"))

    assert response["id"] == "own"
    assert response["output"] == [MESSAGE_ITEM]
    assert response["custom_outputs"] == {"a": 1}
    assert (response["object"], response["status"], response["model"]) == (
        "response",
        "completed",
        "chain",
    )
    assert response["created_at"] > 0


def test_completed_event_holds_the_whole_response():
    """OpenAI's stream of responses ends with it."""
    event = json.loads(answer_shapes.completed_event(b'{"output":[]}', "chain"))

    assert event["type"] == "response.completed"
    assert event["response"]["output"] == []
    assert event["response"]["status"] == "completed"
