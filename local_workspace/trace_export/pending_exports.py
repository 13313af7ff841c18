"""What waits in the spool for MLflow, and how it leaves: handed over, or parked with a reason.

Batches are bounded by their size too: a trace may be as large as a request.
"""

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from local_workspace.inference_tables.spool import open_spool
from local_workspace.inference_tables.waiting_rows import bounded
from local_workspace.trace_import.recorded import RecordedTrace, RecordedVerdict

_MAX_BYTES = 8_000_000

TRACE = "trace"
VERDICT = "verdict"
_TABLES = {TRACE: "pending_traces", VERDICT: "pending_assessments"}

# Left joins: a row that waits for a record which is gone must not wait for ever.
_TRACES = """
SELECT pending_traces.id, pending_traces.trace_id, pending_traces.request_id, endpoint, model_name,
    model_version, requests.conversation_id, requests.requester, experiment_id, trace
FROM pending_traces LEFT JOIN requests ON requests.id = pending_traces.id
ORDER BY urgency DESC, pending_traces.id
"""
_VERDICTS = """
SELECT pending_assessments.id, pending_assessments.trace_id, request_id, timestamp, source_type,
    source_id, step_id, text, retrieval
FROM pending_assessments LEFT JOIN assessments ON assessments.id = pending_assessments.id
WHERE NOT EXISTS (
    SELECT 1 FROM pending_traces WHERE pending_traces.trace_id = pending_assessments.trace_id
)
ORDER BY pending_assessments.id
"""


class PendingExports:
    """The queues of one spool, for one exporter."""

    def __init__(self, spool: Path) -> None:
        self._connection = open_spool(spool)

    def traces(self, limit: int) -> dict[int, RecordedTrace]:
        """Return the next: those somebody waits for, errors and judged ones, the rest."""
        rows = bounded(self._connection.execute(_TRACES), limit, _MAX_BYTES)
        return {row["id"]: _trace(row) for row in rows}

    def verdicts(self, limit: int) -> dict[int, RecordedVerdict]:
        """Return the oldest verdicts whose trace waits no more."""
        rows = bounded(self._connection.execute(_VERDICTS), limit, _MAX_BYTES)
        return {row["id"]: recorded_verdict(row, row["trace_id"]) for row in rows}

    def done(self, kind: str, trace_ids: Mapping[int, str], reasons: Mapping[int, str]) -> None:
        """Let go of what MLflow has, and of what it refuses for the reason given."""
        now = int(time.time() * 1_000_000)
        parked = [(kind, id_, trace_ids[id_], why, now) for id_, why in reasons.items()]
        with self._transaction():
            self._connection.executemany(
                "INSERT OR REPLACE INTO parked_exports VALUES (?, ?, ?, ?, ?)", parked
            )
            self._connection.executemany(
                f"DELETE FROM {_TABLES[kind]} WHERE id = ?", [(id_,) for id_ in trace_ids]
            )

    def unpark(self, kind: str, trace_ids: Iterable[str]) -> None:
        """Forget that these were refused: MLflow has them now."""
        rows = [(kind, trace_id) for trace_id in trace_ids]
        with self._transaction():
            self._connection.executemany(
                "DELETE FROM parked_exports WHERE kind = ? AND trace_id = ?", rows
            )

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise


def _trace(row: sqlite3.Row) -> RecordedTrace:
    return RecordedTrace(
        trace_id=row["trace_id"],
        trace=row["trace"] or "",
        request_id=row["request_id"],
        endpoint=row["endpoint"] or "",
        model_name=row["model_name"],
        model_version=row["model_version"],
        conversation_id=row["conversation_id"],
        requester=row["requester"],
        experiment_id=row["experiment_id"],
    )


def recorded_verdict(row: sqlite3.Row, trace_id: str) -> RecordedVerdict:
    """Return a row of the spool's assessments as what is handed over."""
    return RecordedVerdict(
        trace_id=trace_id,
        request_id=row["request_id"] or "",
        source_type=row["source_type"] or "",
        source_id=row["source_id"] or "",
        timestamp=row["timestamp"] or 0,
        step_id=row["step_id"],
        text=json.loads(row["text"]) if row["text"] else None,
        retrieval=json.loads(row["retrieval"]) if row["retrieval"] else None,
    )
