"""From the JSON of an invocation to what a person reads in the request log.

Pure functions for every kind of model people deploy: chats and agents of MLflow, LangChain and
LangGraph, tables. Whatever a caller or a model may have sent, nothing here raises; what is not
understood is null, and stands in the raw columns all the same.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

Json = dict[str, Any]

_ROWS = ("dataframe_records", "instances", "inputs")
_QUESTIONS = ("question", "query", "input", "prompt", "user_query", "text", "content")
_ANSWERS = (
    "answer",
    "content",
    "response",
    "result",
    "output",
    "output_text",
    "generated_text",
    "text",
)
# Texts beside the answer, which nobody would take for it.
_LABELS = frozenset(
    (
        "id",
        "object",
        "model",
        "type",
        "role",
        "name",
        "finish_reason",
        "status",
        "system_fingerprint",
    )
)
_ASKING = frozenset(("user", "human"))
_ANSWERING = frozenset(("assistant", "ai", "AIMessageChunk"))
_THINKING = ("reasoning", "thinking")
_JUDGING = ("text_assessments", "retrieval_assessments")


def question_of(request: str | None) -> str | None:
    """Return what the person asked last."""
    return _readable(_question(_document(request)))


def answer_of(response: str | None) -> str | None:
    """Return the text of the answer; an error has none."""
    return _readable(_answer(_document(response)))


def _document(text: str | None) -> Any:
    if not text:
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    # Python's reader takes NaN, which models do return; it is slower and not bounded in depth.
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _readable(text: str | None) -> str | None:
    """Half characters, which JSON can spell, cannot be written to a table."""
    return text.encode("utf-8", "replace").decode() if text else None


def _question(document: Any) -> str | None:
    if not isinstance(document, dict):
        return _asked_in(document)
    if isinstance(split := document.get("dataframe_split"), dict):
        return _asked_in(_row_of_split(split))
    for key in _ROWS:
        if key in document:
            return _asked_in(_first_row(document[key]))
    return _asked_in(document)


def _asked_in(row: Any) -> str | None:
    """Return the question of one row, of one request without a table, or of a list of messages."""
    if isinstance(row, str):
        return row
    if isinstance(row, list):
        return _last_said(row, _ASKING)
    if not isinstance(row, dict) or any(key in row for key in _JUDGING):
        return None
    for key in ("messages", "input"):
        if isinstance(conversation := row.get(key), list):
            return _last_said(_unwrapped(conversation), _ASKING)
    return _named_text(row, _QUESTIONS)


def _row_of_split(split: Json) -> Json | None:
    columns, data = split.get("columns"), split.get("data")
    if not isinstance(columns, list) or not isinstance(data, list) or not data:
        return None
    row = data[0] if isinstance(data[0], list) else [data[0]]
    return {str(name): value for name, value in zip(columns, row, strict=False)}


def _first_row(rows: Any) -> Any:
    """Return the first row of a list of rows or of columns; messages are one row by themselves."""
    if isinstance(rows, dict):
        return {key: _first_cell(key, value) for key, value in rows.items()}
    if isinstance(rows, list) and rows and not _is_message(rows[0]):
        return rows[0]
    return rows


def _first_cell(name: str, values: Any) -> Any:
    if isinstance(values, list) and values and not _is_message(values[0]):
        # A list under `messages` may also hold plain texts, of which the last is the question.
        return values if name == "messages" else values[0]
    return values


def _answer(document: Any) -> str | None:
    if isinstance(document, dict):
        if isinstance(document.get("error_code"), str) and "message" in document:
            return None
        if "predictions" in document:
            return _answered_in_list(document["predictions"])
    return _answered_in_list(document)


def _answered_in_list(rows: Any) -> str | None:
    """Return the answer of the first row; messages and steps of a graph are one row together."""
    listed = rows if isinstance(rows, list) else [rows]
    if messages := [message for row in listed for message in _messages_in_step(row)]:
        return _last_said(messages, _ANSWERING)
    return _answered_in(listed[0]) if listed else None


def _messages_in_step(row: Any) -> Iterator[Any]:
    """Yield a message itself, or those of `{"node": {"messages": [...]}}` as graphs stream them."""
    if _is_message(row):
        yield row
    elif isinstance(row, dict) and all(isinstance(value, dict | None) for value in row.values()):
        for update in row.values():
            if update and isinstance(update.get("messages"), list):
                yield from update["messages"]


def _answered_in(row: Any) -> str | None:
    """Return the answer of one row, or of one answer without a table."""
    if isinstance(row, str):
        return row
    if isinstance(row, list):
        return _last_said(row, _ANSWERING) or _text_of(row)
    if not isinstance(row, dict):
        return None
    if isinstance(choices := row.get("choices"), list):
        return _text_of_choice(choices)
    if isinstance(messages := row.get("messages"), list):
        return _last_said(messages, _ANSWERING)
    if isinstance(items := row.get("output"), list):
        return _text_of_items(items)
    if isinstance(delta := row.get("delta"), dict):
        return _text_of(delta.get("content"))
    return _named_text(row, _ANSWERS)


def _text_of_choice(choices: list[Any]) -> str | None:
    choice = choices[0] if choices else None
    if not isinstance(choice, dict):
        return None
    message = choice.get("message")
    if not isinstance(message, dict):
        return _text_of(choice.get("text"))
    return _text_of(message.get("content")) or _text_of(message.get("refusal"))


def _text_of_items(items: list[Any]) -> str | None:
    """Return what a ResponsesAgent says; its function calls and their results are not said."""
    said = (
        _text_of(item.get("content"))
        for item in items
        if isinstance(item, dict)
        and item.get("type", "message") == "message"
        and item.get("role", "assistant") == "assistant"
    )
    return "\n\n".join(text for text in said if text) or _text_of(items)


def _last_said(messages: Iterable[Any], roles: frozenset[str]) -> str | None:
    """Return the last words of one side; an answer is never taken from before the last question."""
    for message in reversed(list(messages)):
        if isinstance(message, str):
            return message
        role = _role(message)
        said = _text_of(message.get("content")) if isinstance(message, dict) else None
        if said and (role in roles or role is None):
            return said
        if role in _ASKING and roles is _ANSWERING:
            return None
    return None


def _is_message(value: Any) -> bool:
    return isinstance(value, dict) and "content" in value and _role(value) is not None


def _role(message: Any) -> str | None:
    if not isinstance(message, dict):
        return ""
    role = message.get("role")
    if role is None and message.get("type") != "message":
        # LangChain writes the role there.
        role = message.get("type")
    return role if isinstance(role, str) else None


def _unwrapped(conversation: list[Any]) -> list[Any]:
    """Return the first conversation where a column of them was sent."""
    if conversation and isinstance(conversation[0], list):
        return conversation[0]
    return conversation


def _named_text(row: Json, names: tuple[str, ...]) -> str | None:
    """Return the field that goes by a known name, or the only one with text in it."""
    for name in names:
        if text := _text_of(row.get(name)):
            return text
    texts = [value for key, value in row.items() if isinstance(value, str) and key not in _LABELS]
    return texts[0] if len(texts) == 1 else None


def _text_of(content: Any) -> str | None:
    """Return a text that came whole or in parts; pictures and thoughts are not text."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    return "".join(text for part in content if (text := _text_of_part(part))) or None


def _text_of_part(part: Any) -> str | None:
    if isinstance(part, str):
        return part
    if not isinstance(part, dict) or part.get("type") in _THINKING:
        return None
    found = part.get("text", part.get("refusal"))
    return found if isinstance(found, str) else None
