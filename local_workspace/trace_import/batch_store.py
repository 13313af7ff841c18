"""MLflow's own SQL store, with many of its calls in one transaction.

A commit of its own for each trace costs five times as much, and a batch that is all or nothing
can be repeated after a crash at any point.
"""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy
from mlflow.entities import Experiment, Trace
from mlflow.store.tracking.dbmodels.models import SqlTraceInfo, SqlTraceTag
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from mlflow.tracing.constant import SpansLocation, TraceTagKey
from sqlalchemy.orm import Session


class BatchStore(SqlAlchemyStore):
    """For one thread at a time."""

    def __init__(self, uri: str, artifact_root: str) -> None:
        self._shared: Session | None = None
        self._experiments: dict[str, Experiment] = {}
        super().__init__(uri, artifact_root)  # type: ignore[no-untyped-call]  # MLflow's
        self._own_session = self.ManagedSessionMaker
        self.ManagedSessionMaker = self._shared_session

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Session]:
        """Make everything called within the block one transaction."""
        with self._own_session(read_only=False) as session:
            # At once, so that nothing that was read can have changed when it is written.
            session.execute(sqlalchemy.text("BEGIN IMMEDIATE"))
            self._shared = session
            try:
                yield session
            finally:
                self._shared = None
                self._experiments.clear()

    def add_traces(self, traces: Sequence[Trace]) -> None:
        """Write traces and their spans; must be called in a transaction."""
        for trace in traces:
            if trace.data.spans:
                # What `log_spans` would add to each by itself, one by one.
                trace.info.tags[TraceTagKey.SPANS_LOCATION] = SpansLocation.TRACKING_STORE.value
            self.start_trace(trace.info)
        if spans := [span for trace in traces for span in trace.data.spans]:
            self.log_spans(str(traces[0].info.experiment_id), spans)

    def get_experiment(self, experiment_id: str) -> Experiment:
        """Ask once per transaction; MLflow's own method asks at every trace."""
        if self._shared is None:
            found: Experiment = super().get_experiment(experiment_id)  # type: ignore[no-untyped-call]  # MLflow's
            return found
        if experiment_id not in self._experiments:
            self._experiments[experiment_id] = super().get_experiment(experiment_id)  # type: ignore[no-untyped-call]  # MLflow's
        return self._experiments[experiment_id]

    @contextlib.contextmanager
    def _shared_session(self, read_only: bool = True) -> Iterator[Session]:
        if self._shared is not None:
            yield self._shared
            self._shared.flush()
        else:
            with self._own_session(read_only=read_only) as session:
                yield session


def present(session: Session, trace_ids: Sequence[str]) -> set[str]:
    """Return which of these traces there are, whole or in part."""
    query: Any = session.query(SqlTraceInfo.request_id).filter(
        SqlTraceInfo.request_id.in_(trace_ids)
    )
    return {trace_id for (trace_id,) in query}


def complete(session: Session, trace_ids: Sequence[str]) -> set[str]:
    """Return which of these traces have their spans, here or in the archive."""
    query: Any = session.query(SqlTraceTag.request_id).filter(
        SqlTraceTag.request_id.in_(trace_ids), SqlTraceTag.key == TraceTagKey.SPANS_LOCATION
    )
    return {trace_id for (trace_id,) in query}
