"""What somebody who does a piece of work is handed: what was asked for, and how to tell of it."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from databricks.sdk import WorkspaceClient

from backend.long_work import runs as job_runs
from backend.long_work.record import HEARTBEAT_SECONDS, Job, Progress

# A page that looks on asks about as often; more would only be work for MLflow.
TELL_SECONDS = 1.0


class CanceledByUserError(Exception):
    """Somebody has asked to stop."""


@dataclass
class Work:
    """One job in the hands of a worker."""

    job: Job
    parameters: Mapping[str, Any]
    workspace: WorkspaceClient
    # True when the worker itself has to end.
    is_leaving: Callable[[], bool] = lambda: False
    # Of what is kept as the result when it is over.
    result: dict[str, Any] = field(default_factory=dict)
    _told_at: float = float("-inf")
    _beat_at: float = float("-inf")

    def tell(self, done: int, total: int, sentence: str) -> None:
        """Say how far it is, now and then; raise `CanceledByUserError` if it is to stop."""
        now = time.monotonic()
        is_last = 0 < total <= done
        if now - self._told_at < TELL_SECONDS and not is_last:
            self._stop_if_leaving()
            return
        self._told_at = self._beat_at = now
        job_runs.beat(self.job, Progress(done, total, sentence))
        self.check()

    def check(self) -> None:
        """Raise `CanceledByUserError` if somebody has asked to stop."""
        self._stop_if_leaving()
        if job_runs.read(self.job.id).is_cancel_asked:
            raise CanceledByUserError

    def keep_alive(self) -> None:
        """Say that it is still being done, from within a step that takes long."""
        if time.monotonic() - self._beat_at > HEARTBEAT_SECONDS:
            self._beat_at = time.monotonic()
            job_runs.beat(self.job)

    def log_metrics(self, figures: Mapping[str, float]) -> None:
        """Put figures on the run, where MLflow compares them."""
        job_runs.log_metrics(self.job, figures)

    def log_table(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Put what is too long for the result on the run; rows logged later come behind these."""
        job_runs.log_table(self.job, name, rows)

    def _stop_if_leaving(self) -> None:
        if self.is_leaving():
            raise CanceledByUserError
