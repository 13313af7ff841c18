"""A warehouse of a few lines: it has requests and verdicts, and hands out pages unless it fails."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from backend.log_export.reading import BODIES, WORDS
from backend.log_export.record import Kind, Wanted
from backend.request_logs.query import LogQuery
from tests.backend import judged

ENDPOINT = judged.ENDPOINT
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
EVERYTHING = LogQuery(ENDPOINT, since=NOON)
_MICROS = int(NOON.timestamp()) * 1_000_000
_COLUMNS = {
    "databricks_request_id": "string",
    "timestamp": "timestamp",
    "status_code": "int",
    "execution_time_ms": "bigint",
    "request": "string",
    "response": "string",
    "request_raw": "string",
    "response_raw": "string",
    "trace": "string",
}
_SAID_COLUMNS = {
    "request_id": "string",
    "source": "struct<id:string,type:string>",
    "timestamp": "timestamp",
    "text_assessment": "struct<ratings:map<string,struct<value:string>>>",
    "retrieval_assessment": "struct<position:int>",
}


def wanted(kind: Kind = Kind.CSV, with_bodies: bool = True, query: LogQuery = EVERYTHING) -> Wanted:
    return Wanted(query, kind, with_bodies)


def cells(number: int, **more: str | None) -> dict[str, str | None]:
    """One request by our words; two have each time."""
    body = {"messages": [{"role": "user", "content": f"question {number}"}]}
    usual: dict[str, str | None] = dict.fromkeys((*WORDS, *BODIES))
    return usual | {
        "id": f"r{number:05}",
        "micros": str(_MICROS + number // 2),
        "status": "200",
        "latency": "12",
        "version": "3",
        "requester": "ann@example.com",
        "question": f"question {number}",
        "answer": f"answer {number}",
        "request_body": json.dumps(body),
        "response_body": "{}",
        **more,
    }


@dataclass
class Warehouse:
    """Answers the statements of an export; `asked` are their texts and parameters."""

    requests: list[dict[str, str | None]] = field(default_factory=list)
    verdicts: list[list[Any]] = field(default_factory=list)
    # Says what an answer must not be, by the rows it would have.
    refuses: Callable[[list[dict[str, str | None]]], str | None] = lambda _rows: None
    # Why a body is missing, by the id of the request.
    codes: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def answer(self, statement: str, parameters: dict[str, str]) -> dict[str, Any]:
        """Return what the platform's API would."""
        self.asked.append((statement, parameters))
        if statement.startswith("DESCRIBE"):
            # The tables with what was derived; the raw one says why a body is missing, if need be.
            if "_logs" not in statement and not self.codes:
                return {"statement_id": "s", "status": _failed("TABLE_OR_VIEW_NOT_FOUND")}
            raw = _COLUMNS | {"logging_error_codes": "array<string>"}
            columns = _COLUMNS if "_logs" in statement else raw
            columns = _SAID_COLUMNS if "_assessment_logs" in statement else columns
            listed = [[name, kind] for name, kind in columns.items()]
            return _table(["col_name", "data_type"], listed)
        if "AS codes" in statement:
            return _table(["id", "codes"], [[*each] for each in self.codes.items()])
        if "AS newest" in statement or ":a_day_ago" in statement:
            return _table(["newest"], [["1"]] if "AS newest" in statement else [])
        if "count(*)" in statement:
            times = [int(each["micros"]) for each in self.requests] or [None]
            found = [len(self.requests), min(times), max(times)]
            return _table(["number", "first", "last"], [[each and str(each) for each in found]])
        if "text_assessment" in statement:
            return _table(judged.COLUMNS, self.verdicts)
        rows = self._page(statement, parameters)
        if problem := self.refuses(rows):
            return {"statement_id": "s", "status": _failed(problem)}
        names = [name for name in (*WORDS, *BODIES) if f" AS {name}" in statement]
        return _table(names, [[row[name] for name in names] for row in rows])

    @property
    def pages(self) -> list[str]:
        """The statements that asked for a page."""
        return [text for text, _ in self.asked if " LIMIT " in text]

    def _page(self, statement: str, parameters: dict[str, str]) -> list[dict[str, str | None]]:
        after = int(parameters.get("after_micros", -1)), parameters.get("after_id", "")
        later = [each for each in self.requests if (int(each["micros"]), each["id"]) > after]
        until = int(parameters["until_micros"])
        rows = [each for each in later if int(each["micros"]) <= until]
        rows = rows[: int(statement.rpartition(" LIMIT ")[2])]
        has_bodies = " AS request_body" in statement
        return [row if has_bodies else row | dict.fromkeys(BODIES) for row in rows]


def _table(columns: list[str], rows: list[list[Any]]) -> dict[str, Any]:
    listed = [{"name": name, "type_name": "STRING"} for name in columns]
    return {
        "statement_id": "s",
        "status": {"state": "SUCCEEDED"},
        "manifest": {"schema": {"columns": listed}},
        "result": {"data_array": rows},
    }


def _failed(message: str) -> dict[str, Any]:
    return {"state": "FAILED", "error": {"error_code": "BAD_REQUEST", "message": message}}


def downloaded(exports, asked, viewer=judged.ANALYST):
    """Return the export when it is over, and the archive."""
    export = exports.prepare(viewer, asked)
    download = exports.begin(viewer, export.id)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(download.parts)))
    return exports.read(viewer, export.id), archive
