"""Each example, loaded from what was logged: asked, streamed, traced, and asked off topic."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from mlflow.pyfunc import scoring_server

from examples.answering.extraction import NOTHING_FOUND

Load = Callable[[str], Any]
Traced = Callable[[], list[Any]]

SWIFT = "When was Swift launched?"
SWIFT_URI = "handbook://missions/swift#1"
LAUNCH = "launched on 20 November 2004"
SCONES = "What is a good recipe for scones?"


def messages(question: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": question}]}


def retrieved(spans: list[Any]) -> list[str]:
    (span,) = (span for span in spans if span.span_type == "RETRIEVER")
    return [document["metadata"]["doc_uri"] for document in span.outputs]


def test_hello_world_answers_messages_with_a_string(load: Load, traced: Traced) -> None:
    """The LangChain chain keeps the contract of the tutorial and shows what it found."""
    chain = load("hello_world")

    (answer,) = chain.predict(messages(SWIFT))

    assert LAUNCH in answer
    assert SWIFT_URI in retrieved(traced())
    assert chain.metadata.signature.inputs.to_dict()[0]["name"] == "messages"
    assert chain.metadata.signature.outputs.to_dict() == [{"type": "string", "required": True}]


def test_hello_world_streams_its_string(load: Load) -> None:
    """The pieces of the stream make up the same answer."""
    chain = load("hello_world")

    pieces = list(chain.predict_stream(messages(SWIFT)))

    assert len(pieces) > 3
    assert "".join(pieces) == chain.predict(messages(SWIFT))[0]


def test_rag_pyfunc_answers_a_table_as_a_server_would_send_it(load: Load, traced: Traced) -> None:
    """`dataframe_split` in, `predictions` out, with answer, sources and num_docs."""
    model = load("rag_pyfunc")
    body = {"dataframe_split": {"columns": ["question"], "data": [[SWIFT]]}}

    response = scoring_server.invocations(
        json.dumps(body), "application/json", model, model.metadata.get_input_schema()
    )

    (prediction,) = json.loads(response.response)["predictions"]
    assert LAUNCH in prediction["answer"]
    assert prediction["sources"][0] == SWIFT_URI
    assert prediction["num_docs"] == len(prediction["sources"]) == len(retrieved(traced()))


def test_chat_agent_shows_its_tool_calls(load: Load, traced: Traced) -> None:
    """A question with a redshift is searched and calculated, then answered."""
    question = "How far away is GRB 221009A, at redshift 0.151?"

    calls, searched, calculated, answer = load("chat_agent").predict(messages(question))["messages"]

    named = [call["function"]["name"] for call in calls["tool_calls"]]
    assert named == ["search_handbook", "light_travel"]
    assert [searched["tool_call_id"], calculated["tool_call_id"]] == [
        call["id"] for call in calls["tool_calls"]
    ]
    assert "about 2.0 billion years" in answer["content"]
    assert "brightest burst ever recorded" in answer["content"]
    kinds = [span.span_type for span in traced()]
    assert sorted(kinds) == ["AGENT", "RETRIEVER", "TOOL", "TOOL"]


def test_chat_agent_streams_one_message_under_one_id(load: Load, traced: Traced) -> None:
    """The deltas of the answer belong together, the tool messages are apart."""
    chunks = [chunk["delta"] for chunk in load("chat_agent").predict_stream(messages(SWIFT))]

    calls, result, *answer = chunks
    assert calls["tool_calls"]
    assert result["role"] == "tool"
    assert len(answer) > 3
    assert len({chunk["id"] for chunk in answer}) == 1
    assert LAUNCH in "".join(chunk["content"] for chunk in answer)
    assert SWIFT_URI in retrieved(traced())


def test_responses_agent_marks_its_citations(load: Load, traced: Traced) -> None:
    """Each mark in the text is an annotation with the title and the URI of its source."""
    request = {"input": [{"role": "user", "content": SWIFT}]}

    (item,) = load("responses_agent").predict(request)["output"]

    (content,) = item["content"]
    assert LAUNCH in content["text"]
    first = content["annotations"][0]
    assert first["type"] == "url_citation"
    assert first["url"] == SWIFT_URI
    assert content["text"][first["start_index"] : first["end_index"]] == "[1]"
    assert SWIFT_URI in retrieved(traced())


def test_responses_agent_streams_deltas_and_then_the_item(load: Load) -> None:
    """The finished item holds exactly the text that was streamed before it."""
    request = {"input": [{"role": "user", "content": [{"type": "input_text", "text": SWIFT}]}]}

    *deltas, done = load("responses_agent").predict_stream(request)

    assert {event["type"] for event in deltas} == {"response.output_text.delta"}
    assert done["type"] == "response.output_item.done"
    assert {event["item_id"] for event in deltas} == {done["item"]["id"]}
    streamed = "".join(event["delta"] for event in deltas)
    assert streamed == done["item"]["content"][0]["text"]


@pytest.mark.parametrize(
    "name", ["hello_world", "rag_pyfunc", "chat_agent", "responses_agent", "oracle", "judge"]
)
def test_an_off_topic_question_is_declined_by_every_chain(load: Load, name: str) -> None:
    """No chain dresses up an unrelated passage as an answer."""
    body = {"input": [{"role": "user", "content": SCONES}]} if "resp" in name else messages(SCONES)

    answer = load(name).predict([{"question": SCONES}] if name == "rag_pyfunc" else body)

    assert NOTHING_FOUND in json.dumps(answer)
