"""What the request log says was asked and answered, for every kind of model."""

import json
import random
from pathlib import Path

import pytest

from local_workspace.inference_tables.log_formatting import answer_of, question_of

# Bodies as they went over the wire of a running workspace, example by example.
EXCHANGES = json.loads((Path(__file__).parent / "exchanges_of_the_examples.json").read_text())
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


def _said(role, content, **more):
    return {"role": role, "content": content, **more}


ASKED = [_said("system", "s"), _said("user", "old"), _said("assistant", "a"), _said("user", "new")]
CALL = _said("assistant", "", tool_calls=[{"id": "1", "function": {"name": "f"}}])
TOOL = _said("tool", "42", tool_call_id="1")

QUESTIONS = {
    "chat": ({"messages": ASKED, "temperature": 0.1}, "new"),
    "chat in parts": (
        {"messages": [_said("user", [{"type": "text", "text": "what is"}, PICTURE, " this?"])]},
        "what is this?",
    ),
    "a picture after the question": (
        {"messages": [_said("user", "what is this?"), _said("user", [PICTURE])]},
        "what is this?",
    ),
    "chat that ends with a tool": ({"messages": [*ASKED, CALL, TOOL]}, "new"),
    "messages of LangChain": ({"messages": [{"type": "human", "content": "new"}]}, "new"),
    "nobody asks": ({"messages": [_said("system", "s"), _said("assistant", "a")]}, None),
    "messages as texts": ({"messages": ["old", "new"]}, "new"),
    "responses": ({"input": ASKED}, "new"),
    "responses in parts": (
        {"input": [_said("user", [{"type": "input_text", "text": "new"}], type="message")]},
        "new",
    ),
    "responses with a tool": (
        {"input": [*ASKED, {"type": "function_call_output", "call_id": "1", "output": "42"}]},
        "new",
    ),
    "responses with a text": ({"input": "new"}, "new"),
    "split chat": ({"query": "new", "history": ASKED[:-1]}, "new"),
    "split": ({"dataframe_split": {"columns": ["k", "question"], "data": [[3, "new"]]}}, "new"),
    "split with messages": (
        {"dataframe_split": {"columns": ["messages"], "data": [[ASKED]]}},
        "new",
    ),
    "records": ({"dataframe_records": [{"query": "new", "tone": "dry"}, {"query": "2"}]}, "new"),
    "records with messages": ({"dataframe_records": [{"messages": ASKED}]}, "new"),
    "columns": ({"inputs": {"question": ["new", "second"]}}, "new"),
    "columns with messages": ({"inputs": {"messages": [ASKED]}}, "new"),
    "inputs with messages": ({"inputs": {"messages": ASKED}}, "new"),
    "seed 1's column of texts": ({"inputs": {"messages": ["Hello"]}}, "Hello"),
    "inputs as texts": ({"inputs": ["new", "second"]}, "new"),
    "inputs as a text": ({"inputs": "new"}, "new"),
    "instances": ({"instances": [{"input": "new"}]}, "new"),
    "the only text": ({"dataframe_records": [{"frage": "new", "k": 3}]}, "new"),
    "two texts nobody knows": ({"dataframe_records": [{"a": "x", "b": "y"}]}, None),
    "bare messages": (ASKED, "new"),
    "a verdict": ({"dataframe_records": [{"request_id": "r", "text_assessments": []}]}, None),
    "numbers": ({"inputs": [[1.5, 2.5]]}, None),
    "no rows": ({"dataframe_split": {"columns": ["question"], "data": []}}, None),
    "a split that is none": ({"dataframe_split": {"columns": 3, "data": "x"}}, None),
    "nothing": ({}, None),
}


def _completion(message, **more):
    return {"object": "chat.completion", "model": "m", "choices": [{"message": message, **more}]}


def _item(*texts, **more):
    parts = [{"type": "output_text", "text": text, "annotations": []} for text in texts]
    return {"type": "message", "role": "assistant", "id": "m", "content": parts, **more}


PART = {"databricks_output": {"databricks_request_id": "r", "trace": {"info": {"answer": "no"}}}}
FUNCTION_CALL = {"type": "function_call", "name": "f", "arguments": "{}", "call_id": "1"}
THOUGHT = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]}
GRAPH = [_said("user", "q", type="human"), {"type": "ai", "content": "", "tool_calls": [1]}, TOOL]

ANSWERS = {
    "completion": (_completion(_said("assistant", "yes")) | PART, "yes"),
    "completion in parts": (
        _completion(_said("assistant", [THOUGHT, {"type": "text", "text": "yes"}])),
        "yes",
    ),
    "completion that refuses": (
        _completion({"content": None, "refusal": "I may not."}),
        "I may not.",
    ),
    "completion that calls a tool": (_completion(_said("assistant", None, tool_calls=[1])), None),
    "older completion": ({"choices": [{"text": "yes"}]}, "yes"),
    "chat agent": ({"messages": [CALL, TOOL, _said("assistant", "yes", id="3")]} | PART, "yes"),
    "chat agent's chunk": ({"delta": _said("assistant", "yes", id="3")}, "yes"),
    "responses agent": (
        {"object": "response", "output": [THOUGHT, FUNCTION_CALL, _item("ye", "s")]} | PART,
        "yes",
    ),
    "responses agent in two messages": ({"output": [_item("one"), _item("two")]}, "one\n\ntwo"),
    "responses agent that only calls": ({"output": [FUNCTION_CALL]}, None),
    "LangChain's string": (["yes"], "yes"),
    "LangChain's string with its id": ({"predictions": ["yes"]} | PART, "yes"),
    "LangGraph": ([{"messages": [*GRAPH, {"type": "ai", "content": "yes"}]}], "yes"),
    "LangGraph with its id": (
        {"predictions": [{"messages": [*GRAPH, {"type": "ai", "content": "yes"}]}]} | PART,
        "yes",
    ),
    "LangGraph's steps": (
        [{"agent": {"messages": GRAPH[1:2]}}, {"agent": {"messages": [_said("ai", "yes")]}}],
        "yes",
    ),
    "LangGraph's only step": ({"agent": {"messages": [_said("ai", "yes")]}}, "yes"),
    "LangGraph without an answer": (
        [{"messages": [_said("assistant", "old"), _said("user", "q")]}],
        None,
    ),
    "bare messages": ([CALL, TOOL, _said("assistant", "yes")], "yes"),
    "string response": ({"content": "yes"} | PART, "yes"),
    "table": ({"predictions": [{"answer": "yes", "sources": ["a"], "num_docs": 1}, {}]}, "yes"),
    "table with a result": ({"predictions": [{"result": "yes", "model": "m"}]}, "yes"),
    "table with one text": ({"predictions": [{"antwort": "yes", "score": 1, "id": "7"}]}, "yes"),
    "table of texts": ({"predictions": ["yes", "second"]}, "yes"),
    "prediction": ({"predictions": {"output": "yes"}}, "yes"),
    "completion asked with a table": (
        {"predictions": _completion(_said("assistant", "yes"))},
        "yes",
    ),
    "text": ("yes", "yes"),
    "error": ({"error_code": "BAD_REQUEST", "message": "The model raised ValueError"}, None),
    "numbers": ({"predictions": [0.5]}, None),
    "embeddings": ({"object": "list", "data": [{"embedding": [0.1]}]}, None),
    "no predictions": ({"predictions": []}, None),
    "no choices": ({"choices": []}, None),
    "empty": ("", None),
}


@pytest.mark.parametrize(("request_", "expected"), QUESTIONS.values(), ids=QUESTIONS)
def test_question_is_what_the_person_asked_last(request_, expected):
    """Whatever the model takes, the log shows the last thing a person said to it."""
    assert question_of(json.dumps(request_)) == expected


@pytest.mark.parametrize(("response", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_answer_is_the_text_a_person_reads(response, expected):
    """Whatever the model returns, the log shows its text, not calls, thoughts or errors."""
    assert answer_of(json.dumps(response)) == expected


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda each: each["example"])
def test_examples_are_readable(exchange):
    """What the five examples were really asked and answered stands in the log as text."""
    failed = "error_code" in json.loads(exchange["response"])

    assert question_of(exchange["request"]) == (None if failed else "When was Swift launched?")
    answer = answer_of(exchange["response"])
    assert answer is None if failed else "launched on 20 November 2004" in answer


HOSTILE = [
    None,
    "",
    "not json",
    '{"messages": [',
    "[" * 200_000,
    '{"messages":' * 5_000 + "1" + "}" * 5_000,
    "[" * 900 + '"x"' + "]" * 900,
    "9" * 100_000,
    '{"messages": null, "choices": null, "output": null, "predictions": null}',
    '{"messages": {"role": "user"}, "choices": {}, "output": {}, "inputs": 1}',
    '{"messages": [null, 1, [], {"role": 1}, {"role": "user", "content": {"a": 1}}]}',
    '{"choices": [null]}',
    '{"choices": [{"message": 1, "text": 2}]}',
    '{"dataframe_split": {"columns": [[]], "data": [1]}}',
    '{"dataframe_records": {"a": 1}, "instances": [[[]]]}',
    '{"predictions": [{"messages": 1, "x": null}]}',
    '{"output": [1, null, {"content": [1, {"text": 1}]}]}',
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_anybody_sends_raises(text):
    """A row that cannot be read must not stop the rows behind it: it is null."""
    assert question_of(text) is None
    assert answer_of(text) is None


def test_answer_beside_a_number_that_is_none_is_read():
    """Models return NaN, which is no JSON; the text beside it counts."""
    assert answer_of('{"predictions": [{"answer": "yes", "score": NaN}]}') == "yes"


def test_half_a_character_can_be_written_to_a_table():
    """JSON can spell what no table can hold; the rest of the text stays."""
    answer = answer_of(r'["half \ud83d of a smile"]')

    assert answer == "half ? of a smile"
    assert answer.encode()


def test_long_texts_stay_whole():
    """Nothing is cut off: who reads the log decides how much to show."""
    text = "word " * 1_000_000

    assert question_of(json.dumps({"messages": [_said("user", text)]})) == text


WORDS = ["messages", "role", "user", "assistant", "content", "type", "text", "output", "choices"]
WORDS += ["message", "delta", "inputs", "dataframe_split", "columns", "data", "dataframe_records"]
WORDS += ["predictions", "input", "error_code"]


def _anything(chance, depth=0):
    kind = chance.randrange(3 if depth > 4 else 6)
    if kind > 3:
        return {
            chance.choice(WORDS): _anything(chance, depth + 1) for _ in range(chance.randrange(4))
        }
    if kind == 3:
        return [_anything(chance, depth + 1) for _ in range(chance.randrange(4))]
    return chance.choice([None, True, 0, 1.5, "", *WORDS])


def test_known_words_in_unknown_places_do_no_harm():
    """Ten thousand bodies made of the names we look for, put together at random."""
    chance = random.Random(7)

    for _ in range(10_000):
        body = json.dumps(_anything(chance))
        assert isinstance(question_of(body), str | None)
        assert isinstance(answer_of(body), str | None)
