"""How rows of the spool become rows of the Delta tables; flusher and readers do it alike."""

import datetime
import json
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa

from local_workspace.inference_tables.log_formatting import answer_of, question_of
from local_workspace.inference_tables.table_layout import TableKind

Row = dict[str, Any]
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_SCHEMA_VERSION = "1"


def as_table(kind: TableKind, rows: Sequence[sqlite3.Row]) -> pa.Table:
    """Return the spool's rows as rows of a table of this kind."""
    made = [_MAKERS[kind](row) for row in rows]
    try:
        return pa.Table.from_pylist(made, schema=kind.schema)
    except UnicodeEncodeError:
        # JSON can name half a character; a column of text cannot hold it.
        return pa.Table.from_pylist([_encodable(row) for row in made], schema=kind.schema)


def _payload(row: sqlite3.Row) -> Row:
    when = _time(row["request_time"])
    return {
        "databricks_request_id": row["request_id"],
        "request_date": when.date(),
        "client_request_id": row["client_request_id"],
        "request_time": when,
        "status_code": row["status_code"],
        "sampling_fraction": 1.0,
        "execution_duration_ms": row["duration_ms"],
        "request": row["request"],
        "response": row["response"],
        "logging_error_codes": json.loads(row["error_codes"]),
        "served_entity_id": row["served_entity_id"],
        "requester": row["requester"],
    }


def _legacy_payload(row: sqlite3.Row) -> Row:
    when = _time(row["request_time"])
    return {
        "client_request_id": row["client_request_id"],
        "databricks_request_id": row["request_id"],
        "date": when.date(),
        "timestamp_ms": row["request_time"] // 1000,
        "timestamp": when,
        "status_code": row["status_code"],
        "execution_time_ms": row["duration_ms"],
        "request": row["request"],
        "response": row["response"],
        "sampling_fraction": 1.0,
        "request_metadata": _metadata(row),
    }


def _request_log(row: sqlite3.Row) -> Row:
    when = _time(row["request_time"])
    return {
        "client_request_id": row["client_request_id"],
        "databricks_request_id": row["request_id"],
        "date": when.date(),
        "timestamp_ms": row["request_time"] // 1000,
        "timestamp": when,
        "status_code": row["status_code"],
        "execution_time_ms": row["duration_ms"],
        "conversation_id": row["conversation_id"],
        "request": question_of(row["request"]),
        "response": answer_of(row["response"]),
        "request_raw": row["request"],
        "response_raw": row["response"],
        "trace": row["trace"],
        "sampling_fraction": 1.0,
        "request_metadata": _metadata(row),
        "schema_version": _SCHEMA_VERSION,
    }


def _assessment(row: sqlite3.Row) -> Row:
    return {
        "request_id": row["request_id"],
        "step_id": row["step_id"],
        "source": {
            "type": row["source_type"],
            "id": row["source_id"],
            "tags": _map(json.loads(row["source_tags"])),
        },
        "timestamp": _time(row["timestamp"]),
        "text_assessment": _judgement(row["text"]),
        "retrieval_assessment": _judgement(row["retrieval"]),
    }


_MAKERS: dict[TableKind, Callable[[sqlite3.Row], Row]] = {
    TableKind.PAYLOAD: _payload,
    TableKind.LEGACY_PAYLOAD: _legacy_payload,
    TableKind.REQUEST_LOGS: _request_log,
    TableKind.ASSESSMENT_LOGS: _assessment,
}


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_encodable(key): _encodable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_encodable(each) for each in value)
    return value


def _judgement(text: str | None) -> Row | None:
    if text is None:
        return None
    judgement: Row = json.loads(text)
    return judgement | {"ratings": _map(judgement.get("ratings") or {})}


def _metadata(row: sqlite3.Row) -> list[tuple[str, str]]:
    known = {
        "endpoint_name": row["endpoint"],
        "model_name": row["model_name"],
        "model_version": row["model_version"],
        "requester": row["requester"],
        "experiment_id": row["experiment_id"],
    }
    return _map({key: value for key, value in known.items() if value})


def _map(entries: dict[str, Any]) -> list[tuple[str, Any]]:
    return list(entries.items())


def _time(microseconds: int) -> datetime.datetime:
    return _EPOCH + datetime.timedelta(microseconds=microseconds)
