"""`replay-traces`: gives MLflow every trace and every verdict on record once more.

For an MLflow that has lost them. What it still has stays as it is, so that a replay can be
stopped, repeated, and run beside a workspace at work.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from local_workspace import mlflow_database
from local_workspace.data_directory import DataDirectory, is_in_use
from local_workspace.errors import InvalidState
from local_workspace.settings import Settings
from local_workspace.trace_export.pending_exports import TRACE, VERDICT, PendingExports
from local_workspace.trace_export.replay_scratch import Scratch
from local_workspace.trace_export.replay_sources import recorded_traces, recorded_verdicts
from local_workspace.trace_export.trace_exporter import QUIET_CLIENT
from local_workspace.trace_import.destination import Destination, MlflowUnavailable, Refusal
from local_workspace.trace_import.recorded import RecordedTrace, RecordedVerdict

_ATTEMPTS = 6
_REPORT_SECONDS = 2.0
_STOPPED = 130

Recorded = TypeVar("Recorded", RecordedTrace, RecordedVerdict)


def replay_traces(settings: Settings) -> int:
    """Replay everything, say how far it is, return the exit status."""
    replay = Replay(settings)
    try:
        with _nobody_else_starts(settings):
            _check_database(settings)
            replay.run(_destination(settings))
    except KeyboardInterrupt:
        replay.report("stopped; run it again to go on")
        return _STOPPED
    except MlflowUnavailable as error:
        replay.report(f"MLflow does not take them: {error}")
        return 1
    replay.report("done")
    return 1 if replay.refused else 0


class Replay:
    """One run: traces first, then the verdicts on them in the order in which they were given."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._reported = time.monotonic()
        self._traces = self._verdicts = self.refused = 0

    def run(self, destination: Destination) -> None:
        """Hand over everything."""
        spool, tables = self._settings.spool_path, self._settings.tables_dir
        with contextlib.closing(Scratch()) as scratch:
            for traces in recorded_traces(spool, tables):
                self._hand_over(TRACE, traces, destination.import_traces)
                # While rows move from the spool to the tables, some are read in both.
                self._traces += scratch.add_traces(traces)
            for verdicts in recorded_verdicts(spool, tables):
                scratch.add_verdicts(verdicts)
            for ordered in scratch.verdicts():
                self._hand_over(VERDICT, ordered, destination.import_verdicts)
                self._verdicts += len(ordered)

    def report(self, state: str) -> None:
        """Say how far it is."""
        refused = f", {self.refused:,} refused" if self.refused else ""
        _say(f"{self._traces:,} traces, {self._verdicts:,} verdicts{refused}: {state}")

    def _hand_over(
        self,
        kind: str,
        batch: Sequence[Recorded],
        take: Callable[[Sequence[Recorded]], list[Refusal]],
    ) -> None:
        refusals = _patiently(take, batch)
        taken = []
        for recorded, why in zip(batch, refusals, strict=True):
            if why is None:
                taken.append(recorded.trace_id)
            else:
                self.refused += 1
                _say(f"MLflow refuses the {kind} of request {recorded.request_id}: {why}")
        self._unpark(kind, taken)
        if time.monotonic() - self._reported > _REPORT_SECONDS:
            self._reported = time.monotonic()
            self.report("going on")

    def _unpark(self, kind: str, trace_ids: list[str]) -> None:
        if self._settings.spool_path.exists():
            with contextlib.closing(PendingExports(self._settings.spool_path)) as pending:
                pending.unpark(kind, trace_ids)


def _patiently(
    take: Callable[[Sequence[Recorded]], list[Refusal]], batch: Sequence[Recorded]
) -> list[Refusal]:
    for attempt in range(_ATTEMPTS - 1):
        try:
            return take(batch)
        except MlflowUnavailable:
            time.sleep(2**attempt / 2)
    return take(batch)


@contextlib.contextmanager
def _nobody_else_starts(settings: Settings) -> Iterator[None]:
    """Hold the directory of a stopped workspace; beside a running one there is no need to."""
    if not settings.data_dir.exists():
        raise InvalidState(f"There is no workspace's data at {settings.data_dir}.")
    if is_in_use(settings.data_dir):
        yield
        return
    directory = DataDirectory(settings)
    try:
        yield
    finally:
        directory.release()


def _check_database(settings: Settings) -> None:
    if settings.mlflow_tracking_uri or _database(settings).exists():
        return
    # Read afresh: the lock is ours if the workspace is stopped.
    if settings.connection_path.exists():
        raise InvalidState(
            "The running workspace's MLflow database is gone. Stop the workspace first; or, if its "
            "MLflow is elsewhere, give --mlflow-tracking-uri."
        )


def _destination(settings: Settings) -> Destination:
    os.environ.update(QUIET_CLIENT)
    if settings.mlflow_tracking_uri:
        from local_workspace.trace_import.rest_destination import RestDestination  # noqa: PLC0415

        return RestDestination(settings.mlflow_tracking_uri)
    from local_workspace.trace_import.sql_destination import SqlDestination  # noqa: PLC0415

    with _uninterrupted():
        mlflow_database.prepare(_database(settings))
        destination = SqlDestination(_database(settings))
    return destination


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Keep Ctrl-C for the end of the block: a database half made cannot be made whole any more."""
    pressed: list[int] = []
    former = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)
    if pressed:
        raise KeyboardInterrupt


def _database(settings: Settings) -> Path:
    return settings.mlflow_dir / "mlflow.db"


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
