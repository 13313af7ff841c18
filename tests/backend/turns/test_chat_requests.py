"""A question in the shape of each kind of model."""

import pytest

from backend.turns.answers import Answer, Conversation, Turn
from backend.turns.chat_requests import (
    Kind,
    QuestionShape,
    shape_for_task,
    shape_in_document,
)

HISTORY = Conversation(
    "c-1",
    "chain",
    (
        Turn("Hello?", Answer("Hi.", "r-1")),
        Turn("Lost?"),
        Turn("Empty?", Answer("", "r-2", is_interrupted=True)),
    ),
)
SAID = [{"role": "user", "content": "Hello?"}, {"role": "assistant", "content": "Hi."}]
ASKED = {"role": "user", "content": "Why?"}
CONTEXT = {"conversation_id": "c-1"}
TEXT = {"type": "string"}


def described(schema):
    """Return an OpenAPI document of an endpoint that takes this."""
    body = {"content": {"application/json": {"schema": schema}}}
    return {"paths": {"/serving-endpoints/chain/invocations": {"post": {"requestBody": body}}}}


def table(*wrappers, enum=None, **row):
    items = {"type": "string", **({"enum": enum} if enum else {})}
    split = {"type": "object", "properties": {"columns": {"type": "array", "items": items}}}
    records = {"type": "array", "items": {"type": "object", **row}}
    known = {"dataframe_split": split, "dataframe_records": records}
    return described({"oneOf": [{"properties": {name: known[name]}} for name in wrappers]})


def body_for(document):
    shape = shape_in_document(document, "chain", None)
    assert shape is not None
    return shape.body(HISTORY, "Why?")


@pytest.mark.parametrize(
    ("task", "body"),
    [
        ("agent/v1/chat", {"messages": [*SAID, ASKED]}),
        ("llm/v1/chat", {"messages": [*SAID, ASKED]}),
        ("agent/v2/chat", {"messages": [*SAID, ASKED], "context": CONTEXT}),
        ("agent/v1/responses", {"input": [*SAID, ASKED], "context": CONTEXT}),
    ],
)
def test_a_task_says_how_to_ask_and_history_goes_along(task, body):
    """What was answered is sent with the question; turns without an answer are not."""
    shape = shape_for_task(task)

    assert shape is not None
    assert shape.body(HISTORY, "Why?") == body
    assert shape.can_stream


@pytest.mark.parametrize("task", [None, "", "llm/v1/embeddings", "agent/v9/new"])
def test_an_unknown_task_says_nothing(task):
    """Only then the endpoint's document is read."""
    assert shape_for_task(task) is None


@pytest.mark.parametrize(
    ("schema", "body"),
    [
        ({"properties": {"messages": {"type": "array"}}}, {"messages": [*SAID, ASKED]}),
        (
            {"properties": {"input": {"type": "array"}, "user": TEXT}},
            {"input": [*SAID, ASKED], "context": CONTEXT},
        ),
        (
            {"properties": {"query": TEXT, "history": {"type": "array"}}},
            {"query": "Why?", "history": SAID},
        ),
        ({"properties": {"n": {"type": "integer"}, "prompt": TEXT}}, {"prompt": "Why?"}),
    ],
    ids=["messages", "responses", "split chat", "one field"],
)
def test_a_model_without_a_task_is_asked_as_its_document_says(schema, body):
    """The fields of the request tell the interface."""
    assert body_for(described(schema)) == body


def test_a_table_is_asked_for_the_question_only():
    """A row has one question and no place for what was said before."""
    document = table("dataframe_split", "dataframe_records", properties={"q": TEXT})

    assert body_for(document) == {"dataframe_split": {"columns": ["q"], "data": [["Why?"]]}}


def test_records_are_sent_where_there_is_no_split():
    """Either form is one MLflow reads."""
    assert body_for(table("dataframe_records", properties={"q": TEXT})) == {
        "dataframe_records": [{"q": "Why?"}]
    }


def test_columns_known_by_their_names_only_are_enough():
    """The platform lists the columns of a split; the types may be missing."""
    document = table("dataframe_split", enum=["user_id", "question"])

    assert body_for(document)["dataframe_split"]["columns"] == ["question"]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"properties": {"user": TEXT, "question": TEXT}}, "question"),
        ({"properties": {"question": TEXT, "what": TEXT}, "required": ["what"]}, "what"),
        ({"properties": {"k": {"type": "integer"}, "what": TEXT}}, "what"),
    ],
    ids=["by name", "by need", "by type"],
)
def test_the_question_s_column_is_the_required_text_or_the_known_name(row, column):
    """Among several columns the one without which nothing works is the question."""
    assert body_for(table("dataframe_split", "dataframe_records", **row))["dataframe_split"][
        "columns"
    ] == [column]


def test_a_table_without_names_gets_the_bare_text():
    """Models with type hints take a list of texts."""
    assert body_for(table("dataframe_split", "dataframe_records")) == {"inputs": ["Why?"]}


def test_a_served_version_is_asked_as_its_own_part_of_the_document_says():
    """Versions of one endpoint may differ."""
    document = described({"properties": {"messages": {"type": "array"}}})
    path = "/serving-endpoints/chain/served-models/old_1/invocations"
    document["paths"][path] = table("dataframe_split", "dataframe_records", properties={"q": TEXT})[
        "paths"
    ]["/serving-endpoints/chain/invocations"]

    assert shape_in_document(document, "chain", "old_1") == QuestionShape(
        Kind.TABLE, "q", "dataframe_split"
    )
    assert shape_in_document(document, "chain", None) == QuestionShape(Kind.CHAT)


def test_addresses_may_be_relative_to_the_endpoint():
    """Databricks names the endpoint as the document's server and only the version in the path."""
    old = table("dataframe_split", "dataframe_records", properties={"q": TEXT})["paths"]
    new = described({"properties": {"messages": {"type": "array"}}})["paths"]
    (old_path,), (new_path,) = old.values(), new.values()
    document = {
        "paths": {
            "/served-models/new_2/invocations": new_path,
            "/served-models/old_1/invocations": old_path,
        }
    }

    shapes = [shape_in_document(document, "chain", name) for name in ("old_1", "new_2", None)]

    assert [shape.kind for shape in shapes if shape] == [Kind.TABLE, Kind.CHAT, Kind.CHAT]


def test_no_stream_is_asked_of_a_table_model():
    """One without `predict_stream` refuses a stream, and asking again is not allowed."""
    assert not QuestionShape(Kind.TABLE, "q", "dataframe_split").can_stream


@pytest.mark.parametrize(
    "document",
    [None, [], "x", {}, {"paths": []}, {"paths": {"/x": None}}, described(None), described({})],
)
def test_a_document_that_says_nothing_gives_no_shape(document):
    """Broken documents do not break the question."""
    assert shape_in_document(document, "chain", None) is None
