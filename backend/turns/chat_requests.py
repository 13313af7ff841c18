"""What a question looks like on the wire, for each kind of model one can chat with.

The kind follows from the endpoint's `task` and, where it has none, from its OpenAPI document.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from backend.turns.answers import Conversation

Json = dict[str, Any]

# What the workspace copies from a request's `usage_context` into its trace: the request this one
# follows, the pair it belongs to, and whether it is the one of the two that is not for the record.
PARENT = "reviewapp.parent"
PAIR = "reviewapp.pair"
ROLE = "reviewapp.role"
CHALLENGER = "challenger"
# In the place of a parent: it follows nothing, though something was asked before it.
BEGINNING = "beginning"
# Names under which a table's column is taken for the question, if it has several of text.
QUESTION_COLUMNS = ("question", "query", "user_query", "prompt", "input", "text", "content")


class Kind(StrEnum):
    """The interfaces there are."""

    CHAT = "messages"
    CHAT_AGENT = "messages with context"
    RESPONSES = "input items with context"
    SPLIT_CHAT = "query with history"
    ONE_FIELD = "one named field"
    TABLE = "a table of one row"
    BARE = "one unnamed text"


KIND_OF_TASK = {
    "agent/v1/chat": Kind.CHAT,
    "llm/v1/chat": Kind.CHAT,
    "agent/v2/chat": Kind.CHAT_AGENT,
    "agent/v1/responses": Kind.RESPONSES,
}


@dataclass(frozen=True)
class QuestionShape:
    """How one endpoint's model wants to be asked."""

    kind: Kind
    # For a table or one field: what the question is called there.
    column: str = ""
    # For a table, and a split chat that is asked as one: the key the row lies under.
    wrapper: str = ""

    @property
    def can_stream(self) -> bool:
        """Tell whether to ask for a stream.

        A table model without `predict_stream` refuses one on Databricks, and nothing says
        beforehand whether it has it; asking a second time would repeat the invocation.
        """
        return not self.wrapper and self.kind is not Kind.BARE

    def body(self, conversation: Conversation, question: str) -> Json:
        """Return the question, with what was said before where there is a place for it."""
        history = _history(conversation)
        messages = [*history, {"role": "user", "content": question}]
        context = {"conversation_id": conversation.id}
        match self.kind:
            case Kind.CHAT:
                return {"messages": messages}
            case Kind.CHAT_AGENT:
                return {"messages": messages, "context": context}
            case Kind.RESPONSES:
                return {"input": messages, "context": context}
            case Kind.SPLIT_CHAT:
                return self._wrapped({"query": question, "history": history})
            case Kind.ONE_FIELD | Kind.TABLE:
                return self._wrapped({self.column: question})
            case Kind.BARE:
                return {"inputs": [question]}

    def _wrapped(self, row: Json) -> Json:
        if self.wrapper == "dataframe_split":
            return {"dataframe_split": {"columns": list(row), "data": [list(row.values())]}}
        return {self.wrapper: [row]} if self.wrapper else row


def shape_for_task(task: str | None) -> QuestionShape | None:
    """Return the shape of the interfaces that have a name."""
    kind = KIND_OF_TASK.get(task or "")
    return QuestionShape(kind) if kind else None


def shape_in_document(
    document: object, endpoint: str, served_name: str | None
) -> QuestionShape | None:
    """Return what the endpoint's OpenAPI document says of its request, or None if nothing."""
    schema = _request_schema(document, endpoint, served_name)
    choices = _objects(schema.get("oneOf")) or _objects(schema.get("anyOf")) or [schema]
    offered = {name: part for each in choices for name, part in _properties(each).items()}
    records = _mapping(offered.get("dataframe_records"))
    if "dataframe_split" not in offered and not records:
        return _unwrapped(schema)
    wrapper = "dataframe_split" if "dataframe_split" in offered else "dataframe_records"
    row = _mapping(records.get("items"))
    columns = _properties(row)
    if "messages" in columns:
        # A chat chain is asked as one; MLflow takes the messages out of the table again.
        return QuestionShape(Kind.CHAT)
    if {"query", "history"} <= columns.keys():
        return QuestionShape(Kind.SPLIT_CHAT, wrapper=wrapper)
    column = _question_column(row) or _enumerated_column(offered.get("dataframe_split"))
    return QuestionShape(Kind.TABLE, column, wrapper) if column else QuestionShape(Kind.BARE)


def _unwrapped(schema: Json) -> QuestionShape | None:
    fields = _properties(schema)
    if "messages" in fields:
        return QuestionShape(Kind.CHAT)
    if _mapping(fields.get("input")).get("type") == "array":
        return QuestionShape(Kind.RESPONSES)
    if {"query", "history"} <= fields.keys():
        return QuestionShape(Kind.SPLIT_CHAT)
    column = _question_column(schema)
    return QuestionShape(Kind.ONE_FIELD, column) if column else None


def _question_column(row: Json) -> str | None:
    """Return which column is the question: a required one of text, by its name if in doubt."""
    texts = [
        name for name, part in _properties(row).items() if _mapping(part).get("type") == "string"
    ]
    required = row.get("required")
    needed = [name for name in texts if isinstance(required, list) and name in required]
    candidates = needed or texts
    known = [name for name in QUESTION_COLUMNS if name in candidates]
    return next(iter([*known, *candidates]), None)


def _enumerated_column(split: object) -> str | None:
    """Return the column where the platform lists the names and nothing else of a table."""
    names = _mapping(_mapping(_properties(_mapping(split)).get("columns")).get("items")).get("enum")
    texts = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
    known = [name for name in QUESTION_COLUMNS if name in texts]
    return next(iter([*known, *texts]), None)


def _request_schema(document: object, endpoint: str, served_name: str | None) -> Json:
    paths = _mapping(_mapping(document).get("paths"))
    # The endpoint's own part of the address may be told apart, as the server's.
    named = f"/served-models/{served_name}" if served_name else f"/serving-endpoints/{endpoint}"
    found = [path for address, path in paths.items() if address.endswith(f"{named}/invocations")]
    path = next(iter([*found, *paths.values()]), None)
    request = _mapping(_mapping(_mapping(path).get("post")).get("requestBody"))
    content = _mapping(_mapping(request.get("content")).get("application/json"))
    return _mapping(content.get("schema"))


def _history(conversation: Conversation) -> list[Json]:
    """Return what was said, without questions that got no answer."""
    said: list[Json] = []
    for turn in conversation.turns:
        if turn.answer and turn.answer.text:
            said.append({"role": "user", "content": turn.question})
            said.append({"role": "assistant", "content": turn.answer.text})
    return said


def _properties(schema: Mapping[str, Any]) -> Json:
    return _mapping(schema.get("properties"))


def _mapping(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[Json]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
