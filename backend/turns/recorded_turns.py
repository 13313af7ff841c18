"""Questions and answers of the past, as traces and request logs have them; knows no store.

Whoever wrote the records may have been any client of the workspace, so nothing here trusts their
shape: what cannot be read is left out.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from backend.errors import ChainFailed
from backend.turns.answer_reading import AnswerReading
from backend.turns.answers import Answer
from backend.turns.chat_requests import CHALLENGER, PAIR, PARENT, QUESTION_COLUMNS, ROLE

SERVED_METADATA = "reviewapp.served_version"
CLIENT_REQUEST_METADATA = "reviewapp.client_request_id"
# Put there when nobody waited for the end of the answer.
INTERRUPTED_METADATA = "reviewapp.interrupted"
_YES = "true"
TITLE_CHARACTERS = 80
_TABLES = ("dataframe_records", "inputs", "instances")


@dataclass(frozen=True)
class Asked:
    """One question on record, without its answer."""

    conversation_id: str
    endpoint: str
    user: str
    at: datetime
    question: str
    # What its person has said of the conversation, if it is said here.
    title: str = ""
    is_hidden: bool = False


@dataclass(frozen=True)
class RecordedTurn:
    """One question on record with its answer, and what it followed."""

    asked: Asked
    answer: Answer
    # The request it follows by either of its names, where that is on record.
    parent: str | None = None
    # How many answers came along with the question; None for kinds that send no history.
    known_answers: int | None = None
    # What its caller named it.
    client_request_id: str | None = None
    # What two answers to the same question have in common, and whether this is the one beside.
    pair_id: str | None = None
    is_challenger: bool = False


def recorded_turn(
    asked: Asked,
    request_id: str | None,
    request: object,
    response: object,
    trace: object,
    *,
    is_interrupted: bool = False,
) -> RecordedTurn:
    """Put a turn together from the bodies of the request and a trace, all read from JSON."""
    info = _mapping(_mapping(trace).get("info"))
    metadata, body = _mapping(info.get("trace_metadata")), _mapping(request)
    context = _mapping(body.get("usage_context"))
    reading = AnswerReading()
    reading.read({"databricks_output": {"trace": trace}})
    try:
        reading.read(response)
    except RecursionError:
        # Nested deeper than any answer; what was read before it is kept.
        response = None
    failed = not reading.text and "ERROR" in str(info.get("state"))
    answer = Answer(
        text=reading.text,
        request_id=request_id,
        served_name=metadata.get(SERVED_METADATA),
        trace_id=reading.trace_id,
        sources=reading.sources,
        steps=tuple(reading.steps),
        is_interrupted=is_interrupted or metadata.get(INTERRUPTED_METADATA) == _YES,
        problem=ChainFailed.usual_sentence if failed else None,
        problem_code=ChainFailed.code if failed else None,
    )
    return RecordedTurn(
        asked,
        answer,
        metadata.get(PARENT) or _text_of(context.get(PARENT)),
        _known_answers(request),
        metadata.get(CLIENT_REQUEST_METADATA) or _text_of(body.get("client_request_id")),
        pair_id=metadata.get(PAIR) or _text_of(context.get(PAIR)),
        is_challenger=CHALLENGER in (metadata.get(ROLE), context.get(ROLE)),
    )


def question_in(request: object) -> str:
    """Return what the person asked, from a body of any kind of model; empty if nothing is known."""
    body = _mapping(request)
    if split := _mapping(body.get("dataframe_split")):
        return _question_in_row(_row_of_split(split))
    for table in _TABLES:
        rows = body.get(table)
        if isinstance(rows, list) and rows:
            return rows[0] if isinstance(rows[0], str) else _question_in_row(_mapping(rows[0]))
        if isinstance(rows, dict):
            return _question_in_row(rows)
    return _question_in_row(body)


def question_in_preview(preview: str | None) -> str:
    """Return the question from a trace's preview, which is the question itself or a body."""
    text = preview or ""
    if not text.startswith("{"):
        return text
    return question_in(document(text)) or text


def document(text: str | None) -> Any:
    """Read JSON; None for what is none."""
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None


def title_of(question: str) -> str:
    """Return what a conversation is called that nobody has given a name."""
    words = " ".join(question.split())
    return words if len(words) <= TITLE_CHARACTERS else words[: TITLE_CHARACTERS - 2] + " …"


def time_of(milliseconds: int) -> datetime:
    """Return the moment."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _question_in_row(row: dict[str, Any]) -> str:
    for messages in (row.get("messages"), row.get("input")):
        if isinstance(messages, list):
            said = [each for each in _said(messages) if each[0] in ("user", "human")]
            return said[-1][1] if said else ""
    named = (row.get(column) for column in QUESTION_COLUMNS)
    return next((text for text in _unpacked(named) if text), "") or _only_text(row)


def _only_text(row: dict[str, Any]) -> str:
    """Return the text of a column that is called something else."""
    options = ("databricks_options", "client_request_id", "usage_context")
    texts = [text for text in _unpacked(v for k, v in row.items() if k not in options) if text]
    return texts[0] if len(texts) == 1 else ""


def _unpacked(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        first = value[0] if isinstance(value, list) and value else value
        yield first if isinstance(first, str) else ""


def _row_of_split(split: dict[str, Any]) -> dict[str, Any]:
    columns, data = split.get("columns"), split.get("data")
    if not isinstance(columns, list) or not isinstance(data, list) or not data:
        return {}
    row = data[0] if isinstance(data[0], list) else [data[0]]
    return {str(name): value for name, value in zip(columns, row, strict=False)}


def _known_answers(request: object) -> int | None:
    body = _mapping(request)
    row = _row_of_split(_mapping(body.get("dataframe_split"))) or body
    if not row.keys() & {"messages", "input", "history"} and isinstance(
        records := body.get("dataframe_records"), list
    ):
        row = _mapping(records[0] if records else None)
    for name in ("messages", "input", "history"):
        if isinstance(row.get(name), list):
            return sum(role in ("assistant", "ai") for role, _ in _said(row[name]))
    return None


def _said(messages: list[Any]) -> list[tuple[str, str]]:
    """Return role and text of each message; the parts of a text are put together."""
    said = []
    for message in messages:
        content = message.get("content") if isinstance(message, dict) else None
        if isinstance(content, list):
            parts = (part.get("text") if isinstance(part, dict) else part for part in content)
            content = "".join(part for part in parts if isinstance(part, str))
        if isinstance(content, str):
            said.append((str(message.get("role", message.get("type"))), content))
    return said


def _text_of(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
