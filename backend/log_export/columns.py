"""What a file has of each request: the columns, what is in them, and how each is made."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from backend.feedback.verdicts import Thumb, Verdict
from backend.log_export.reading import BODIES, Recorded
from backend.tables.moments import moment_of

_BETWEEN = " | "


@dataclass(frozen=True)
class Column:
    """One column: its type by Arrow's name, what is in it, and the cell of a request."""

    name: str
    kind: str
    meaning: str
    cell: Callable[[Recorded], str | None]


def columns(with_bodies: bool) -> tuple[Column, ...]:
    """Return the columns of a file, in their order."""
    return (*_ASKED, *_SAID, *(_WHOLE if with_bodies else ()))


def document(recorded: Recorded, of: Iterable[Column]) -> dict[str, Any]:
    """Return a request as JSON: numbers are numbers, and verdicts come one by one."""
    found: dict[str, Any] = {column.name: _number(column, column.cell(recorded)) for column in of}
    return found | {"verdicts": [verdict_document(each) for each in recorded.verdicts]}


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    """Return what one person said, without what was left out."""
    said: dict[str, Any] = {
        "reviewer": verdict.reviewer,
        "given_at": verdict.given_at.isoformat() if verdict.given_at else None,
        "thumb": verdict.thumb.value if verdict.thumb else None,
        "reasons": sorted(verdict.reasons),
        "comment": verdict.comment,
        "corrected_answer": verdict.corrected_answer,
        "preference": verdict.preference.choice.value if verdict.preference else None,
        "answers": dict(verdict.custom_answers),
        "expectations": dict(verdict.expectations),
        "sources": [
            {
                "position": each.position,
                "thumb": each.thumb.value if each.thumb else None,
                "comment": each.comment,
            }
            for each in verdict.source_ratings
        ],
    }
    return {name: value for name, value in said.items() if value not in (None, "", [], {})}


def time_of(recorded: Recorded) -> str | None:
    """Return when it was asked, to the microsecond, in UTC."""
    micros = recorded.cells["micros"]
    return moment_of(int(micros)).isoformat() if micros else None


def _plain(word: str) -> Callable[[Recorded], str | None]:
    return lambda recorded: recorded.cells[word]


def _thumbs(thumb: Thumb) -> Callable[[Recorded], str | None]:
    return lambda recorded: str(sum(each.thumb is thumb for each in recorded.verdicts))


def _each(part: Callable[[Verdict], str | None]) -> Callable[[Recorded], str | None]:
    def together(recorded: Recorded) -> str | None:
        found = (part(each) for each in recorded.verdicts)
        return _BETWEEN.join(dict.fromkeys(each for each in found if each)) or None

    return together


def _reasons(recorded: Recorded) -> str | None:
    named = {reason for verdict in recorded.verdicts for reason in verdict.reasons}
    return _BETWEEN.join(sorted(named)) or None


def _verdicts(recorded: Recorded) -> str | None:
    said = [verdict_document(each) for each in recorded.verdicts]
    return json.dumps(said, ensure_ascii=False) if said else None


def _number(column: Column, cell: str | None) -> str | int | None:
    return int(cell) if cell is not None and column.kind.startswith("int") else cell


_ASKED = (
    Column("request_id", "string", "The id of the request.", _plain("id")),
    Column("time", "timestamp", "When it was asked, in UTC.", time_of),
    Column("status_code", "int32", "The HTTP status of the answer.", _plain("status")),
    Column("latency_ms", "int64", "How long the chain took.", _plain("latency")),
    Column("model", "string", "The model that answered.", _plain("model")),
    Column("version", "string", "The version that answered.", _plain("version")),
    Column("requester", "string", "Who asked.", _plain("requester")),
    Column("conversation_id", "string", "The conversation it is part of.", _plain("conversation")),
    Column("client_request_id", "string", "What its caller named it.", _plain("client_id")),
    Column("question", "string", "The question.", _plain("question")),
    Column("answer", "string", "The answer.", _plain("answer")),
    Column("error_code", "string", "What went wrong.", _plain("error")),
)
_SAID = (
    Column("thumbs_up", "int32", "How many people call it right.", _thumbs(Thumb.POSITIVE)),
    Column("thumbs_down", "int32", "How many people call it wrong.", _thumbs(Thumb.NEGATIVE)),
    Column("reviewers", "string", "Who judged it.", _each(lambda each: each.reviewer)),
    Column("reasons", "string", "The reasons they gave.", _reasons),
    Column("comments", "string", "What they wrote.", _each(lambda each: each.comment)),
    Column(
        "corrected_answers",
        "string",
        "What the answer should have been.",
        _each(lambda each: each.corrected_answer),
    ),
    Column("verdicts", "string", "Each person's last verdict, as JSON.", _verdicts),
)
_REQUEST, _RESPONSE, _TRACE = BODIES
_WHOLE = (
    Column(_REQUEST, "string", "The request as it came.", _plain(_REQUEST)),
    Column(_RESPONSE, "string", "The response as it went.", _plain(_RESPONSE)),
    Column(_TRACE, "string", "The trace, as MLflow writes it.", _plain(_TRACE)),
    Column("logging_errors", "string", "Why one is not on record.", _plain("error_codes")),
)
