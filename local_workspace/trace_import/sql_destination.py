"""Writes traces and verdicts into the workspace's own MLflow database."""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from mlflow.entities import Trace
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import TEMPORARILY_UNAVAILABLE, ErrorCode
from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore as SqlRegistry

from local_workspace.trace_import.batch_store import BatchStore, complete, present
from local_workspace.trace_import.destination import MlflowUnavailable, Refusal
from local_workspace.trace_import.experiments import Experiments
from local_workspace.trace_import.recorded import RecordedTrace, RecordedVerdict
from local_workspace.trace_import.sql_verdicts import write_verdicts
from local_workspace.trace_import.trace_entities import Malformed, place, trace_entity

_ARTIFACT_ROOT = "mlflow-artifacts:/"
# Locked, a full disk, a broken disk: what another time may not be.
_PASSING = ErrorCode.Name(TEMPORARILY_UNAVAILABLE)


class SqlDestination:
    """One batch at a time, each in one transaction."""

    def __init__(self, database: Path) -> None:
        uri = f"sqlite:///{database.resolve()}"
        self._store = BatchStore(uri, _ARTIFACT_ROOT)
        self._experiments = Experiments(self._store, SqlRegistry(uri))  # type: ignore[no-untyped-call]  # MLflow's
        self._one_at_a_time = threading.Lock()

    def import_traces(self, traces: Sequence[RecordedTrace]) -> list[Refusal]:
        """Write what is not there yet; a trace that cannot be written does not hold up others."""
        refusals: list[Refusal] = [None] * len(traces)
        readable: dict[int, tuple[RecordedTrace, Trace]] = {}
        for number, recorded in enumerate(traces):
            try:
                readable[number] = (recorded, trace_entity(recorded))
            except Malformed as error:
                refusals[number] = str(error)
        with self._one_at_a_time:
            if attempt(partial(self._add, list(readable.values()))) is None:
                return refusals
            # Perhaps somebody deleted an experiment we knew.
            self._experiments.forget()
            for number, alone in readable.items():
                refusals[number] = attempt(partial(self._add, [alone]))
        return refusals

    def import_verdicts(self, verdicts: Sequence[RecordedVerdict]) -> list[Refusal]:
        """Write what is not there yet, in this order."""
        with self._one_at_a_time:
            refusals: list[Refusal] = []
            if attempt(partial(self._write, verdicts, refusals)) is None:
                return refusals
            refusals.clear()
            for verdict in verdicts:
                if why := attempt(partial(self._write, [verdict], refusals)):
                    refusals.append(why)
        return refusals

    def _add(self, batch: Sequence[tuple[RecordedTrace, Trace]]) -> None:
        for recorded, trace in batch:
            place(trace, self._experiments.of(recorded))
        by_id = {trace.info.trace_id: trace for _, trace in batch}
        with self._store.transaction() as session:
            known = present(session, list(by_id))
            self._store.add_traces([each for key, each in by_id.items() if key not in known])
            # Somebody else began to write these; what is missing is for MLflow to merge.
            begun = known - complete(session, list(known)) if known else set()
        for trace_id in begun:
            self._store.add_traces([by_id[trace_id]])

    def _write(self, verdicts: Sequence[RecordedVerdict], refusals: list[Refusal]) -> None:
        with self._store.transaction() as session:
            found = write_verdicts(session, verdicts)
        refusals.extend(found)


def attempt(work: Callable[[], object]) -> Refusal:
    """Return why MLflow refuses this; raise where it is not about this."""
    try:
        work()
    except MlflowException as error:
        if error.error_code == _PASSING:
            raise MlflowUnavailable(str(error)) from error
        return f"{error.error_code}: {str(error)[:500]}"
    return None
