"""Whether people could chat with a model: a judgement on its signature alone.

There must be a way to put a question in and one way to find the answer in what comes out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mlflow.models import ModelSignature
from mlflow.types.agent import CHAT_AGENT_INPUT_SCHEMA
from mlflow.types.llm import CHAT_MODEL_INPUT_SCHEMA
from mlflow.types.responses import RESPONSES_AGENT_INPUT_SCHEMA
from mlflow.types.schema import AnyType, Array, ColSpec, DataType, Object, Schema

from backend.errors import ModelRefused
from backend.turns.answers import ANSWER_FIELDS

# ChatModel, ChatAgent, ResponsesAgent, and the chat task of the transformers and openai flavors.
CHAT_TASKS = {"agent/v1/chat", "agent/v2/chat", "agent/v1/responses", "llm/v1/chat"}
CHAT_SCHEMAS = (CHAT_MODEL_INPUT_SCHEMA, CHAT_AGENT_INPUT_SCHEMA, RESPONSES_AGENT_INPUT_SCHEMA)
LOG_AGAIN = "Log the model again with an input_example, from which MLflow infers both."

# The columns of a schema, or the properties of the one object it describes, by name.
Fields = Mapping[str, "Field"]


@dataclass(frozen=True)
class Field:
    """One named part of an input or output."""

    kind: object
    required: bool


def check_usable(signature: ModelSignature | None, metadata: Mapping[str, Any] | None) -> None:
    """Return if a review app can use such a model; otherwise raise and name the field."""
    task = (metadata or {}).get("task")
    if task in CHAT_TASKS:
        return
    if task is not None and str(task).startswith("llm/"):
        raise ModelRefused(f"The model's task is {task!r}, and the Review App is for chats.")
    if signature is None or signature.inputs is None:
        raise ModelRefused(
            f"The model has no signature, so nobody knows how to ask it. {LOG_AGAIN}"
        )
    if signature.inputs in CHAT_SCHEMAS:
        return
    _check_input(signature.inputs)
    if signature.outputs is None:
        raise ModelRefused(
            f"The model's signature has no output, so its answer could not be found. {LOG_AGAIN}"
        )
    _check_output(signature.outputs)


def _check_input(schema: Schema) -> None:
    if _is_one_string(schema):
        return
    fields = _fields(schema, "input")
    if "databricks_options" in fields:
        raise ModelRefused("The input field 'databricks_options' is reserved by the platform.")
    if "messages" in fields:
        _check_messages("input", "messages", fields["messages"])
    elif "query" in fields and "history" in fields:
        _check_string("input", "query", fields["query"])
        _check_messages("input", "history", fields["history"])
    else:
        _check_single_question(fields)


def _check_single_question(fields: Fields) -> None:
    required = {name: field for name, field in fields.items() if field.required} or fields
    if len(required) != 1:
        raise ModelRefused(
            f"The model's input has the fields {_listed(required)}. The Review App can send "
            "'messages', 'query' with 'history', or one string field such as 'question'."
        )
    ((name, field),) = required.items()
    _check_string("input", name, field)


def _check_output(schema: Schema) -> None:
    if _is_one_string(schema):
        return
    fields = _fields(schema, "output")
    if "databricks_output" in fields:
        raise ModelRefused("The output field 'databricks_output' is reserved by the platform.")
    for name in ("choices", "messages"):
        if name in fields:
            inner = "message" if name == "choices" else "content"
            return _check_list_of("output", name, fields[name], inner)
    strings = {name for name, field in fields.items() if field.kind == DataType.string}
    named = {name for name in ANSWER_FIELDS if name in fields and _may_be_text(fields[name])}
    if len(strings) != 1 and not named:
        raise ModelRefused(
            f"The model's output has the fields {_listed(fields)}, and none of them is known to "
            "hold the answer: name it 'answer' or 'content', or return 'choices' or 'messages'."
        )
    return None


def _check_messages(where: str, name: str, field: Field) -> None:
    _check_list_of(where, name, field, "role", "content")


def _check_list_of(where: str, name: str, field: Field, *properties: str) -> None:
    """Refuse what is not a list of objects with these properties; `Any` may hold anything."""
    if isinstance(field.kind, AnyType):
        return
    item = field.kind.dtype if isinstance(field.kind, Array) else None
    if isinstance(item, AnyType):
        return
    found = {each.name for each in item.properties} if isinstance(item, Object) else set()
    if not found.issuperset(properties):
        raise ModelRefused(
            f"The {where} field {name!r} must be a list of objects with {_listed(properties)}, "
            f"but the signature says {field.kind}."
        )


def _check_string(where: str, name: str, field: Field) -> None:
    if field.kind != DataType.string:
        raise ModelRefused(
            f"The {where} field {name!r} must be a string, but the signature says {field.kind}."
        )


def _may_be_text(field: Field) -> bool:
    return field.kind == DataType.string or isinstance(field.kind, AnyType)


def _is_one_string(schema: Schema) -> bool:
    return (
        len(schema.inputs) == 1
        and not schema.has_input_names()
        and getattr(schema.inputs[0], "type", None) == DataType.string
    )


def _fields(schema: Schema, where: str) -> Fields:
    if schema.is_tensor_spec():
        raise ModelRefused(f"The model's {where} is a tensor; a chat is made of text.")
    columns = [column for column in schema.inputs if isinstance(column, ColSpec)]
    if schema.has_input_names():
        return {str(each.name): Field(each.type, required=bool(each.required)) for each in columns}
    kind = columns[0].type if columns else None
    # Type hints such as list[Question] become a list of one unnamed object.
    item = kind.dtype if isinstance(kind, Array) else kind
    if isinstance(item, Object):
        return {each.name: Field(each.dtype, required=each.required) for each in item.properties}
    raise ModelRefused(
        f"The model's {where} is {kind}, without a named field for the "
        f"{'question' if where == 'input' else 'answer'}."
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names) or "none"
