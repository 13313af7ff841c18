"""Everything on record, batch by batch at constant memory: first the spool, then the Delta tables.

In this order, because rows move from the one to the other while they are read.
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError

from local_workspace.inference_tables.spool import open_spool
from local_workspace.inference_tables.table_layout import TableKind
from local_workspace.trace_export.pending_exports import recorded_verdict
from local_workspace.trace_import.recorded import RecordedTrace, RecordedVerdict

_BATCH = 50
_TRACE_COLUMNS = [
    "databricks_request_id",
    "conversation_id",
    "trace",
    "request_metadata",
]
_SPOOL_TRACES = """
SELECT id, request_id, endpoint, model_name, model_version, experiment_id, conversation_id,
    requester, trace
FROM requests WHERE id > ? AND trace IS NOT NULL AND NOT is_feedback ORDER BY id LIMIT ?
"""
_SPOOL_VERDICTS = "SELECT * FROM assessments WHERE id > ? ORDER BY id LIMIT ?"


def recorded_traces(spool: Path, tables_dir: Path) -> Iterator[list[RecordedTrace]]:
    """Yield every trace on record; some of them twice."""
    for rows in _spool_rows(spool, _SPOOL_TRACES):
        yield [_spool_trace(row) for row in rows]
    for table_rows in _table_rows(tables_dir, TableKind.REQUEST_LOGS, _TRACE_COLUMNS):
        if traces := [_table_trace(row) for row in table_rows if row["trace"]]:
            yield traces


def recorded_verdicts(spool: Path, tables_dir: Path) -> Iterator[list[RecordedVerdict]]:
    """Yield every verdict on record, in no order and without the id of its trace."""
    for rows in _spool_rows(spool, _SPOOL_VERDICTS):
        yield [recorded_verdict(row, "") for row in rows]
    for table_rows in _table_rows(tables_dir, TableKind.ASSESSMENT_LOGS, None):
        yield [_table_verdict(row) for row in table_rows]


def _spool_rows(spool: Path, query: str) -> Iterator[list[sqlite3.Row]]:
    if not spool.exists():
        return
    after = 0
    with contextlib.closing(open_spool(spool, read_only=True)) as connection:
        # A query per batch: one that stays open would keep the spool from shrinking.
        while rows := connection.execute(query, (after, _BATCH)).fetchall():
            yield rows
            after = rows[-1]["id"]


def _table_rows(
    tables_dir: Path, kind: TableKind, columns: list[str] | None
) -> Iterator[list[dict[str, Any]]]:
    for folder in sorted(tables_dir.glob(f"*/*/*{kind.suffix}")):
        with contextlib.suppress(TableNotFoundError):
            dataset = DeltaTable(folder).to_pyarrow_dataset()
            batches = dataset.to_batches(
                columns=columns, batch_size=_BATCH, batch_readahead=1, fragment_readahead=1
            )
            for batch in batches:
                yield batch.to_pylist()


def _spool_trace(row: sqlite3.Row) -> RecordedTrace:
    return RecordedTrace(
        trace_id=_trace_id(row["trace"]),
        trace=row["trace"],
        request_id=row["request_id"],
        endpoint=row["endpoint"],
        model_name=row["model_name"],
        model_version=row["model_version"],
        conversation_id=row["conversation_id"],
        requester=row["requester"],
        experiment_id=row["experiment_id"],
    )


def _table_trace(row: dict[str, Any]) -> RecordedTrace:
    metadata = _map(row["request_metadata"])
    return RecordedTrace(
        trace_id=_trace_id(row["trace"]),
        trace=row["trace"],
        request_id=row["databricks_request_id"],
        endpoint=metadata.get("endpoint_name") or "",
        model_name=metadata.get("model_name"),
        model_version=metadata.get("model_version"),
        conversation_id=row["conversation_id"],
        requester=metadata.get("requester"),
        experiment_id=metadata.get("experiment_id"),
    )


def _table_verdict(row: dict[str, Any]) -> RecordedVerdict:
    timestamp = row["timestamp"]
    return RecordedVerdict(
        trace_id="",
        request_id=row["request_id"],
        source_type=row["source"]["type"],
        source_id=row["source"]["id"],
        # Not through a float, which has no room for microseconds.
        timestamp=int(timestamp.timestamp()) * 1_000_000 + timestamp.microsecond,
        step_id=row["step_id"],
        text=_judgement(row["text_assessment"]),
        retrieval=_judgement(row["retrieval_assessment"]),
    )


def _judgement(struct: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if struct is None else struct | {"ratings": _map(struct["ratings"])}


def _map(pairs: Iterable[tuple[str, Any]] | None) -> dict[str, Any]:
    return dict(pairs or ())


def _trace_id(trace: str) -> str:
    """Return the id the trace has for itself; none if it is not one, which will be said then."""
    try:
        return str(json.loads(trace)["info"]["trace_id"])
    except (ValueError, KeyError, TypeError):
        return ""
