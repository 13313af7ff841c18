"""When two questions are the same one: the same words, after the same questions before them.

A follow-up such as "And for part-timers?" means something else in another conversation. Knows no
store; whoever wrote a request may have been any client, so what cannot be read counts as nothing.
"""

from dataclasses import dataclass
from typing import Any

_TABLES = ("dataframe_records", "inputs", "instances")
_ASKING = ("user", "human")
# What people end a question with, or do not.
_ENDING = " ?!.…"


@dataclass(frozen=True)
class QuestionIdentity:
    """What is equal for two questions that are the same."""

    words: str
    before: tuple[str, ...] = ()


def identity_of(question: str, request: object) -> QuestionIdentity:
    """Return it for a question and the body of its request, read from JSON."""
    return QuestionIdentity(_words(question), tuple(map(_words, asked_before(request))))


def asked_before(request: object) -> list[str]:
    """Return the questions that a request brings along from before its own."""
    row = _row(_mapping(request))
    for name in ("messages", "input"):
        if isinstance(messages := row.get(name), list):
            return _asked(messages)[:-1]
    history = row.get("history")
    return _asked(history) if isinstance(history, list) else []


def _words(question: str) -> str:
    words = " ".join(question.split()).casefold()
    return words.rstrip(_ENDING) or words


def _row(body: dict[str, Any]) -> dict[str, Any]:
    """Return what the model gets: the body itself, or the first row of its table."""
    split = _mapping(body.get("dataframe_split"))
    columns, data = split.get("columns"), split.get("data")
    if isinstance(columns, list) and isinstance(data, list) and data:
        cells = data[0] if isinstance(data[0], list) else [data[0]]
        return {str(name): cell for name, cell in zip(columns, cells, strict=False)}
    for name in _TABLES:
        rows = body.get(name)
        if found := _mapping(rows[0] if isinstance(rows, list) and rows else rows):
            return found
    return body


def _asked(messages: list[Any]) -> list[str]:
    said = (_mapping(message) for message in messages)
    return [
        _text(each.get("content")) for each in said if each.get("role", each.get("type")) in _ASKING
    ]


def _text(content: object) -> str:
    """Return a message's text; its parts are put together."""
    if not isinstance(content, list):
        return content if isinstance(content, str) else ""
    parts = (_mapping(part).get("text", part) for part in content)
    return "".join(part for part in parts if isinstance(part, str))


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
