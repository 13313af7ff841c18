"""Takes what waits, a few at once in threads of their own, and says what came of it."""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from databricks.sdk import WorkspaceClient

from backend.errors import NotAllowed, ReviewAppError
from backend.jobs.work import CanceledByUserError, Work
from backend.long_work import consent as job_consent
from backend.long_work import runs as job_runs
from backend.long_work.record import HEARTBEAT_SECONDS, Job, JobKind, JobState

MOST_AT_ONCE = 2
# How long what is being done may take to stop once the worker has to end.
LEAVE_SECONDS = 3.0
LOST = "Whoever did this work stopped in the middle of it. Ask for it again."
LEFT = "Whoever did this work was told to end. Ask for it again."
NOT_AGREED = "The endpoint does not say that this was asked for by somebody who manages it."
TOO_LONG = "What came of it was too much to be kept."
UNEXPECTED = "Something went wrong that the app did not expect; the log of backend.jobs says what."
_logger = logging.getLogger(__name__)

Runner = Callable[[Work], None]
Agreed = Callable[[WorkspaceClient, Job, Mapping[str, Any]], bool]


@dataclass
class _Turn:
    """One job, and the thread that does it."""

    job: Job
    thread: threading.Thread
    beat_at: float = field(default_factory=time.monotonic)


class Worker:
    """One process that does work; several may run, each takes what the others have not."""

    def __init__(
        self,
        workspace: WorkspaceClient,
        runners: Mapping[JobKind, Runner],
        name: str = "",
        is_agreed: Agreed = job_consent.is_given,
    ) -> None:
        self._workspace = workspace
        self._runners = runners
        self._is_agreed = is_agreed
        self.name = name or uuid.uuid4().hex[:12]
        self._at_work: list[_Turn] = []
        self._leaving = threading.Event()

    def turn(self) -> None:
        """Take what waits as far as there is room, and end what others have died over."""
        now = datetime.now(UTC)
        self._say_alive()
        for job in job_runs.not_over():
            if job.is_lost(now) and not self._is_doing(job):
                job_runs.end(job, JobState.FAILED, LOST)
            elif job.state is JobState.WAITING and job.kind in self._runners and self._has_room:
                self._take(job)

    @property
    def is_busy(self) -> bool:
        """Tell whether something is being done."""
        return any(each.thread.is_alive() for each in self._at_work)

    def leave(self) -> None:
        """Stop what is being done, and return when that is on record."""
        self._leaving.set()
        deadline = time.monotonic() + LEAVE_SECONDS
        for each in self._at_work:
            each.thread.join(max(0.0, deadline - time.monotonic()))
            if each.thread.is_alive():
                self._end(each.job, JobState.FAILED, LEFT)

    @property
    def _has_room(self) -> bool:
        return len(self._at_work) < MOST_AT_ONCE and not self._leaving.is_set()

    def _is_doing(self, job: Job) -> bool:
        return job.id in [each.job.id for each in self._at_work]

    def _say_alive(self) -> None:
        """Give the heartbeat of all that is being done, however long its steps take."""
        self._at_work = [each for each in self._at_work if each.thread.is_alive()]
        for each in self._at_work:
            if time.monotonic() - each.beat_at > HEARTBEAT_SECONDS:
                each.beat_at = time.monotonic()
                job_runs.beat(each.job)

    def _take(self, job: Job) -> None:
        if job.is_cancel_asked:
            job_runs.end(job, JobState.CANCELED)
        elif job_runs.claim(job, self.name):
            # A step nobody can stop must not keep the process from ending.
            thread = threading.Thread(
                target=self._do, args=(job,), name=f"job-{job.id}", daemon=True
            )
            self._at_work.append(_Turn(job, thread))
            thread.start()

    def _do(self, job: Job) -> None:
        work = Work(job, {}, self._workspace, self._leaving.is_set)
        try:
            work.parameters = job_runs.parameters(job)
            if not self._is_agreed(self._workspace, job, work.parameters):
                raise NotAllowed(NOT_AGREED)
            self._runners[job.kind](work)
            state, problem = JobState.DONE, ""
        except CanceledByUserError:
            is_left = self._leaving.is_set()
            state, problem = (JobState.FAILED, LEFT) if is_left else (JobState.CANCELED, "")
        except ReviewAppError as error:
            state, problem = JobState.FAILED, f"{error.sentence} ({error.code})"
        # A mistake in one kind of work must not end the worker.
        except Exception:
            _logger.exception("%s %s failed", job.kind, job.id)
            state, problem = JobState.FAILED, UNEXPECTED
        self._end(job, state, problem, work)

    def _end(self, job: Job, state: JobState, problem: str, work: Work | None = None) -> None:
        try:
            job_runs.end(job, state, problem, work.result if work else None)
        except ReviewAppError:
            # MLflow is away: without a heartbeat the job is told as lost.
            _logger.exception("the end of %s could not be put on record", job.id)
        except (TypeError, ValueError):
            _logger.exception("the result of %s could not be put on record", job.id)
            self._end(job, JobState.FAILED, TOO_LONG)
