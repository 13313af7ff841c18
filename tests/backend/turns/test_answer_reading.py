"""Answers of every kind, in the shapes the wire has."""

import json
import random

import pytest

from backend.turns.answer_reading import AnswerReading
from backend.turns.answers import Source, TextPart, ToolStep

RETRIEVER = {
    "span_id": "6ScEKbpK+NM=",
    "attributes": {
        "mlflow.spanType": '"RETRIEVER"',
        "mlflow.spanOutputs": json.dumps(
            [
                {
                    "page_content": "A flash.",
                    "metadata": {"doc_uri": "handbook://1", "title": "Bursts"},
                    "id": "1",
                },
                "???",
                {"page_content": "A probe.", "metadata": {"source": "handbook://2"}},
            ]
        ),
    },
}
OUTPUT = {
    "databricks_output": {
        "databricks_request_id": "r-1",
        "trace": {"info": {"trace_id": "tr-1"}, "data": {"spans": [{"name": "root"}, RETRIEVER]}},
    }
}
FLASH = Source("A flash.", "handbook://1", "Bursts", step_id="e9270429ba4af8d3", position=0)
CALL = {"id": "t1", "type": "function", "function": {"name": "search", "arguments": '{"q": 1}'}}
STEP = ToolStep("t1", "search", '{"q": 1}')
DONE = ToolStep("t1", "search", '{"q": 1}', "found")
CITED = {"type": "url_citation", "url": "https://a.example", "title": "A", "start_index": 1}


def read(*documents):
    """Return what was yielded and the reading afterwards."""
    reading = AnswerReading()
    return [part for each in documents for part in reading.read(each)], reading


def chunk(**delta):
    return {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta}]}


def test_chat_completion_chunks_are_text_as_it_comes():
    """Each piece is yielded at once; the closing chunk brings id, trace and sources."""
    end = {"object": "chat.completion.chunk", "choices": [], **OUTPUT}

    parts, reading = read(chunk(role="assistant", content="One "), chunk(content="two"), end)

    assert parts == [TextPart("One "), TextPart("two")]
    assert (reading.text, reading.request_id, reading.trace_id) == ("One two", "r-1", "tr-1")
    assert reading.sources[0] == FLASH
    assert [source.position for source in reading.sources] == [0, 1, 2]


def test_streamed_tool_calls_are_put_together():
    """OpenAI names a call once and sends its arguments in pieces."""
    function = {"name": "search", "arguments": '{"q"'}
    parts, reading = read(
        chunk(tool_calls=[{"index": 0, "id": "t1", "function": function}]),
        chunk(tool_calls=[{"index": 0, "function": {"arguments": ": 1}"}}]),
    )

    assert parts[-1] == STEP
    assert list(reading.steps) == [STEP]


def test_a_whole_chat_completion_is_read_like_its_stream():
    """Text and annotations lie in the message."""
    message = {"content": "Yes.", "annotations": [{"type": "url_citation", "url_citation": CITED}]}

    parts, reading = read({"choices": [{"message": message}], **OUTPUT})

    assert parts == [TextPart("Yes.")]
    assert reading.sources[-1] == Source("", "https://a.example", "A")


@pytest.mark.parametrize("is_stream", [True, False])
def test_chat_agent_s_tools_are_steps_and_its_text_is_the_answer(is_stream):
    """A tool's message completes the step; the text of other messages is shown."""
    messages = [
        {"role": "assistant", "content": "", "id": "a", "tool_calls": [CALL]},
        {"role": "tool", "content": "found", "name": "search", "tool_call_id": "t1", "id": "b"},
        {"role": "assistant", "content": "It is so.", "id": "c"},
    ]
    documents = [{"delta": each} for each in messages] if is_stream else [{"messages": messages}]

    parts, reading = read(*documents)

    assert parts == [STEP, DONE, TextPart("It is so.")]
    assert list(reading.steps) == [DONE]


def test_two_messages_of_one_answer_are_two_paragraphs():
    """Pieces of one message belong together, the next message begins anew."""
    pieces = [("a", "Let me "), ("a", "look."), ("b", "Found.")]

    _, reading = read(
        *({"delta": {"role": "assistant", "content": text, "id": name}} for name, text in pieces)
    )

    assert reading.text == "Let me look.\n\nFound."


def test_responses_events_give_text_once_steps_and_annotations():
    """The finished item repeats the text that came in pieces; only its annotations are new."""
    content = [{"type": "output_text", "text": "So it is.", "annotations": [CITED]}]
    item = {"type": "message", "id": "m1", "role": "assistant", "content": content}
    called = {"type": "function_call", "call_id": "t1", "name": "search", "arguments": '{"q": 1}'}
    returned = {"type": "function_call_output", "call_id": "t1", "output": "found"}
    events = [
        {"type": "response.output_item.done", "item": called},
        {"type": "response.output_item.done", "item": returned},
        {"type": "response.output_text.delta", "item_id": "m1", "delta": "So it "},
        {"type": "response.output_text.delta", "item_id": "m1", "delta": "is."},
        {"type": "response.output_item.done", "item": item},
        {"type": "response.completed", "response": {"output": [item]}},
    ]

    parts, reading = read(*events)

    assert parts == [STEP, DONE, TextPart("So it "), TextPart("is.")]
    assert reading.sources == (Source("", "https://a.example", "A"),)


@pytest.mark.parametrize("event", ["response.output_item.done", "response.completed"])
def test_a_responses_message_that_comes_whole_is_said(event):
    """Agents that do not stream send finished items only."""
    item = {"type": "message", "id": "m1", "content": [{"type": "output_text", "text": "Whole."}]}
    document = {"type": event, "item": item, "response": {"output": [item]}}

    parts, _ = read(document)

    assert parts == [TextPart("Whole.")]


@pytest.mark.parametrize(
    ("predictions", "text"),
    [
        (["One string."], "One string."),
        ("One string.", "One string."),
        ([{"answer": "Named.", "num_docs": 3, "other": "x"}], "Named."),
        ([{"reply": "The only text.", "num_docs": 3}], "The only text."),
        ({"answer": ["In a column."], "n": [1]}, "In a column."),
        ({"choices": [{"message": {"content": "Wrapped."}}]}, "Wrapped."),
        ([{"a": "x", "b": "y"}], '{\n "a": "x",\n "b": "y"\n}'),
        ([[["Deep."]]], "Deep."),
        ([], ""),
        ([None], ""),
    ],
)
def test_predictions_are_text_wherever_the_model_put_it(predictions, text):
    """By its field's name, as the only text, or as it is if nobody can tell."""
    _, reading = read({"predictions": predictions})

    assert reading.text == text


def test_a_row_s_sources_add_nothing_to_passages_of_the_trace():
    """The trace has the passage and where a verdict is filed; an address alone is less."""
    row = {"answer": "Yes.", "sources": ["handbook://1", "handbook://3", {"url": "u", "text": "t"}]}

    _, reading = read({"predictions": [row], **OUTPUT})

    uris = [source.uri for source in reading.sources]
    assert reading.sources[0] == FLASH
    assert uris.count("handbook://1") == 1
    assert uris[-2:] == ["handbook://3", "u"]


@pytest.mark.parametrize("key", ["sources", "citations"])
def test_custom_outputs_may_name_sources(key):
    """Chains without a retriever's span say themselves what they used."""
    cited = {"page_content": "P", "metadata": {"url": "https://a.example", "title": "T"}}

    _, reading = read({"messages": [], "custom_outputs": {key: [cited]}})

    assert reading.sources == (Source("P", "https://a.example", "T"),)


@pytest.mark.parametrize(
    ("given", "known"),
    [("e9270429ba4af8d3", "e9270429ba4af8d3"), ("0xe9270429ba4af8d3", "e9270429ba4af8d3")],
)
def test_older_traces_have_the_span_id_in_the_context(given, known):
    """MLflow 2 wrote hexadecimal ids, and its trace's id as `request_id`."""
    span = {"context": {"span_id": given}, "attributes": RETRIEVER["attributes"]}
    trace = {"info": {"request_id": "tr-2"}, "data": {"spans": [span]}}

    _, reading = read({"choices": [], "databricks_output": {"trace": trace}})

    assert reading.trace_id == "tr-2"
    assert reading.sources[0].step_id == known


@pytest.mark.parametrize(
    "event",
    [
        None,
        7,
        {"type": "ping", "text": "no answer"},
        {"type": "response.in_progress", "response": {"output": []}},
        {"trace_id": "tr-9"},
        {"choices": {"x": 1}},
        {"choices": [{"delta": None}]},
        {"delta": "text of an unknown kind", "type": "x"},
        {"output": [{"type": "reasoning", "summary": ["secret"]}]},
    ],
)
def test_unknown_events_are_skipped(event):
    """A stream may hold more than this app knows."""
    assert read(event)[1].text in ("", "7")


def test_hostile_shapes_never_raise():
    """Every value of every known shape may be of any type; what is readable is read."""
    chaos = random.Random(4)
    known = [
        chunk(content="x", tool_calls=[{"index": 0, **CALL}], annotations=[CITED]),
        {"messages": [{"role": "tool", "content": [{"text": "x"}], "tool_call_id": "t1"}]},
        {"type": "response.output_text.delta", "item_id": "m", "delta": "x"},
        {"type": "response.output_item.done", "item": {"type": "message", "content": [CITED]}},
        {"output": [{"type": "function_call", "call_id": "t", "name": "n", "arguments": "{}"}]},
        {"predictions": [{"answer": "x", "sources": [CITED]}], **OUTPUT},
    ]
    for _ in range(3000):
        _, reading = read(*(_broken(chaos, each) for each in known))
        assert isinstance(reading.text, str)
        assert isinstance(reading.sources, tuple)


def _broken(chaos, value):
    if chaos.random() < 0.08:
        return chaos.choice([None, True, 7, 0.5, "", "text", [], {}, [[]], [None], {"a": {}}])
    if isinstance(value, dict):
        return {key: _broken(chaos, each) for key, each in value.items()}
    if isinstance(value, list):
        return [_broken(chaos, each) for each in value]
    return value
