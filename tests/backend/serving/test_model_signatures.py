"""Which models people could chat with, told by their signatures."""

import pytest
from mlflow.models import ModelSignature, infer_signature
from mlflow.models.rag_signatures import (
    CHAT_COMPLETION_REQUEST_SCHEMA,
    CHAT_COMPLETION_RESPONSE_SCHEMA,
)
from mlflow.types.agent import CHAT_AGENT_INPUT_SCHEMA, CHAT_AGENT_OUTPUT_SCHEMA
from mlflow.types.llm import (
    CHAT_MODEL_INPUT_SCHEMA,
    CHAT_MODEL_OUTPUT_SCHEMA,
    EMBEDDING_MODEL_INPUT_SCHEMA,
    EMBEDDING_MODEL_OUTPUT_SCHEMA,
)
from mlflow.types.responses import RESPONSES_AGENT_INPUT_SCHEMA, RESPONSES_AGENT_OUTPUT_SCHEMA
from mlflow.types.schema import ColSpec, DataType, Object, Property, Schema

from backend.errors import ModelRefused
from backend.serving.model_signatures import check_usable

MESSAGES = [{"role": "user", "content": "Hello"}]
CHOICES = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}}]}


def _both(question, answer):
    return infer_signature(question, answer)


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [
        (CHAT_MODEL_INPUT_SCHEMA, CHAT_MODEL_OUTPUT_SCHEMA),
        (CHAT_AGENT_INPUT_SCHEMA, CHAT_AGENT_OUTPUT_SCHEMA),
        (RESPONSES_AGENT_INPUT_SCHEMA, RESPONSES_AGENT_OUTPUT_SCHEMA),
        (CHAT_COMPLETION_REQUEST_SCHEMA, CHAT_COMPLETION_RESPONSE_SCHEMA),
    ],
    ids=["ChatModel", "ChatAgent", "ResponsesAgent", "ChatCompletion"],
)
def test_the_signatures_mlflow_gives_its_chat_classes_are_usable(inputs, outputs):
    """They are known by their shape, also where the metadata got lost."""
    check_usable(ModelSignature(inputs, outputs), None)


@pytest.mark.parametrize(
    "task", ["agent/v1/chat", "agent/v2/chat", "agent/v1/responses", "llm/v1/chat"]
)
def test_a_chat_task_is_enough(task):
    """MLflow writes the task of its chat classes into the metadata."""
    check_usable(None, {"task": task})


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ({"messages": MESSAGES}, CHOICES),
        ({"messages": MESSAGES}, {"content": "Hello"}),
        ({"messages": MESSAGES}, {"messages": MESSAGES}),
        ({"messages": MESSAGES}, "Hello"),
        ({"messages": MESSAGES, "custom_inputs": {"k": 3}}, ["Hello"]),
        ({"query": "Hello", "history": MESSAGES}, {"content": "Hello"}),
        ({"question": "Hello"}, {"answer": "Hello", "sources": ["a.md"]}),
        ({"query": "Hello"}, {"result": "Hello", "model": "m"}),
        ("Hello", "Hello"),
        (["Hello"], ["Hello"]),
    ],
)
def test_what_people_log_from_an_input_example_is_usable(question, answer):
    """A question goes in as messages, query with history or one string; one text comes out."""
    check_usable(_both(question, answer), {})


def test_one_object_without_a_name_counts_by_its_fields():
    """Type hints such as list[Question] give a signature of one unnamed object."""
    question = Schema([ColSpec(Object([Property("question", DataType.string)]))])
    answer = Schema([ColSpec(Object([Property("answer", DataType.string)]))])

    check_usable(ModelSignature(question, answer), None)


@pytest.mark.parametrize(
    ("question", "answer", "named"),
    [
        ({"messages": "Hello"}, "Hello", "'messages'"),
        ({"messages": [{"text": "Hello"}]}, "Hello", "'messages'"),
        ({"query": 0.5, "history": MESSAGES}, "Hello", "'query'"),
        ({"query": "Hello", "history": "none"}, "Hello", "'history'"),
        ({"question": 0.5}, "Hello", "'question'"),
        ({"question": "Hello", "language": "en"}, "Hello", "'language'"),
        ({"question": "Hello", "databricks_options": {"a": "b"}}, "Hello", "'databricks_options'"),
        ({"question": "Hello"}, {"score": 0.5, "label": True}, "'score'"),
        ({"question": "Hello"}, {"left": "a", "right": "b"}, "'left'"),
        ({"question": "Hello"}, {"choices": ["Hello"]}, "'choices'"),
        ({"question": "Hello"}, {"answer": "a", "databricks_output": "b"}, "'databricks_output'"),
        ({"question": "Hello"}, 0.5, "output"),
    ],
)
def test_a_refusal_names_the_field(question, answer, named):
    """Whoever logged the model must know what to change."""
    with pytest.raises(ModelRefused, match=named):
        check_usable(_both(question, answer), None)


def test_a_model_without_a_signature_is_refused():
    """Nobody knows how to ask it."""
    with pytest.raises(ModelRefused, match="no signature"):
        check_usable(None, None)


def test_a_model_without_an_output_is_refused():
    """Nobody knows where its answer is."""
    with pytest.raises(ModelRefused, match="no output"):
        check_usable(infer_signature({"question": "Hello"}), None)


def test_an_embedding_model_is_refused():
    """A vector is no answer."""
    signature = ModelSignature(EMBEDDING_MODEL_INPUT_SCHEMA, EMBEDDING_MODEL_OUTPUT_SCHEMA)

    with pytest.raises(ModelRefused, match="llm/v1/embeddings"):
        check_usable(signature, {"task": "llm/v1/embeddings"})
