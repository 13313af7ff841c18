"""How far MLflow lags behind what is on record, for `GET /metrics` in Prometheus' text format."""

import contextlib
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from local_workspace.inference_tables.spool import open_spool
from local_workspace.trace_export.pending_exports import TRACE, VERDICT

_COUNTS = """
SELECT (SELECT count(*) FROM pending_traces) AS traces,
    (SELECT count(*) FROM pending_assessments) AS verdicts,
    (SELECT count(*) FROM parked_exports WHERE kind = ?) AS parked_traces,
    (SELECT count(*) FROM parked_exports WHERE kind = ?) AS parked_verdicts,
    (SELECT request_time FROM requests WHERE id = (SELECT min(id) FROM pending_traces))
        AS oldest_trace,
    (SELECT timestamp FROM assessments WHERE id = (SELECT min(id) FROM pending_assessments))
        AS oldest_verdict
"""


@dataclass(frozen=True)
class Backlog:
    """What MLflow does not have yet, and what it refuses."""

    traces: int
    verdicts: int
    parked_traces: int
    parked_verdicts: int
    # Since the oldest that waits was recorded; 0 where nothing waits.
    age_seconds: float

    def as_metrics(self) -> bytes:
        """Return it in Prometheus' text format."""
        registry = CollectorRegistry()
        waiting = _gauge(registry, "pending", "On record and not in MLflow yet")
        parked = _gauge(registry, "parked", "Refused by MLflow for good; the log says why")
        waiting.labels(TRACE).set(self.traces)
        waiting.labels(VERDICT).set(self.verdicts)
        parked.labels(TRACE).set(self.parked_traces)
        parked.labels(VERDICT).set(self.parked_verdicts)
        age = Gauge(
            "trace_export_oldest_pending_seconds",
            "Age of the oldest record MLflow does not have yet",
            registry=registry,
        )
        age.set(self.age_seconds)
        return generate_latest(registry)


def read_backlog(spool: Path) -> Backlog:
    """Look into the spool."""
    with contextlib.closing(open_spool(spool, read_only=True)) as connection:
        row: sqlite3.Row = connection.execute(_COUNTS, (TRACE, VERDICT)).fetchone()
    oldest = [row[name] for name in ("oldest_trace", "oldest_verdict") if row[name] is not None]
    age = max(0.0, time.time() - min(oldest) / 1_000_000) if oldest else 0.0
    counts = (row["traces"], row["verdicts"], row["parked_traces"], row["parked_verdicts"])
    return Backlog(*counts, age_seconds=age)


def _gauge(registry: CollectorRegistry, name: str, text: str) -> Gauge:
    return Gauge(f"trace_export_{name}", text, ("kind",), registry=registry)
