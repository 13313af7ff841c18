"""Long work as the pages meet it, behind the one seam: what was asked for, and how far it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from backend.errors import NotFound, ReviewAppError
from backend.identity import Viewer
from backend.long_work.record import Job, JobKind, JobState


@dataclass
class FakeLongWork:
    """Keeps jobs by their ids, or raises; does none of them."""

    jobs: dict[str, Job] = field(default_factory=dict)
    tables: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    asked: list[tuple[Job, dict[str, Any]]] = field(default_factory=list)
    canceled: list[str] = field(default_factory=list)
    attended: bool = True
    error: ReviewAppError | None = None
    # Of calling something off.
    refusal: ReviewAppError | None = None
    times_read: int = 0

    def put(self, job: Job) -> Job:
        """Have a job on record."""
        self.jobs[job.id] = job
        return job

    def ask(
        self,
        viewer: Viewer,
        kind: JobKind,
        endpoint: str,
        subject: str,
        parameters: Mapping[str, Any],
    ) -> Job:
        self._raise()
        number = f"job-{len(self.jobs) + 1}"
        job = Job(kind, endpoint, subject, viewer.user_name, datetime.now(UTC), id=number)
        self.asked.append((job, dict(parameters)))
        return self.put(job)

    def cancel(self, _viewer: Viewer, job: Job) -> None:
        if self.refusal:
            raise self.refusal
        self.canceled.append(job.id)
        self.jobs[job.id] = replace(job, is_cancel_asked=True)

    def read(self, _viewer: Viewer, job_id: str) -> Job:
        self._raise()
        self.times_read += 1
        if job_id not in self.jobs:
            raise NotFound
        return self.jobs[job_id]

    def latest(self, _viewer: Viewer, endpoint: str, kind: JobKind | None = None) -> list[Job]:
        self._raise()
        found = [each for each in self.jobs.values() if each.endpoint == endpoint]
        return [each for each in reversed(found) if kind in (None, each.kind)]

    def table(self, _viewer: Viewer, job: Job, name: str) -> list[dict[str, Any]]:
        self._raise()
        return self.tables.get((job.id, name), [])

    def parameters(self, _viewer: Viewer, job: Job) -> dict[str, Any]:
        self._raise()
        return next((asked for each, asked in self.asked if each.id == job.id), {})

    def is_attended(self) -> bool:
        return self.attended

    def _raise(self) -> None:
        if self.error:
            raise self.error


def a_job(**changes: Any) -> Job:
    """Return a job that waits."""
    usual = {
        "kind": JobKind.TEST_RUN,
        "endpoint": "agents_main-hr-handbook_chain",
        "subject": "chain_2",
        "by": "admin@example.com",
        "asked_at": datetime.now(UTC),
        "state": JobState.WAITING,
        "id": "job-1",
    }
    return Job(**(usual | changes))
