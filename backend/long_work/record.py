"""One piece of long work: what was asked for, by whom, how far it is, what came of it; no store.

It is kept as the tags of an MLflow run, so that it can be searched there as well.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

PREFIX = "reviewapp.job."
KIND, ENDPOINT, SUBJECT, BY = (PREFIX + name for name in ("kind", "endpoint", "subject", "by"))
STATE, PROBLEM, RESULT = (PREFIX + name for name in ("state", "problem", "result"))
HEARTBEAT, CANCEL = (PREFIX + name for name in ("heartbeat", "cancel"))
DONE, TOTAL, SENTENCE = (PREFIX + name for name in ("done", "total", "sentence"))
# Who does it, and since when: a parameter of the run, because MLflow lets nobody change one.
CLAIM = PREFIX + "claim"
# What MLflow accepts in a tag with any store behind it, in bytes of UTF-8.
MOST_BYTES = 5000
# Whoever does the work says at least this often that it is alive.
HEARTBEAT_SECONDS = 5.0
LOST_AFTER = timedelta(seconds=30)


class JobKind(StrEnum):
    """What can be asked for."""

    TEST_RUN = "test_run"
    LOAD_TEST = "load_test"
    REPLAY = "replay"
    BISECT = "bisect"


class JobState(StrEnum):
    """How far it is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True)
class Progress:
    """How much of it is done, and in words what is being done."""

    done: int = 0
    total: int = 0
    sentence: str = ""

    @property
    def share(self) -> float:
        """Return the share that is done, from 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    def tags(self) -> dict[str, str]:
        """Return the tags that say this."""
        said = shortened(self.sentence)
        return {DONE: str(self.done), TOTAL: str(self.total), SENTENCE: said}


@dataclass(frozen=True)
class Job:
    """One piece of long work; `subject` is the served version it is about."""

    kind: JobKind
    endpoint: str
    subject: str
    by: str
    asked_at: datetime
    state: JobState = JobState.WAITING
    progress: Progress = field(default_factory=Progress)
    is_cancel_asked: bool = False
    heartbeat_at: datetime | None = None
    ended_at: datetime | None = None
    problem: str = ""
    # A few figures and sentences; what is long is a table of the run.
    result: Mapping[str, Any] = field(default_factory=dict)
    worker: str = ""
    claimed_at: datetime | None = None
    id: str = ""

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will come of it."""
        return self.state in (JobState.DONE, JobState.FAILED, JobState.CANCELED)

    def is_lost(self, now: datetime) -> bool:
        """Tell whether whoever did it has died over it, or over beginning it."""
        alive_at = self.heartbeat_at or self.claimed_at
        return not self.is_over and alive_at is not None and now - alive_at > LOST_AFTER

    def tags(self) -> dict[str, str]:
        """Return the tags with which it begins."""
        return {
            KIND: self.kind.value,
            ENDPOINT: self.endpoint,
            SUBJECT: self.subject,
            BY: self.by,
            STATE: self.state.value,
        }


def job_from(
    tags: Mapping[str, str],
    run_id: str,
    asked_at: datetime,
    ended_at: datetime | None = None,
    claim: str = "",
) -> Job | None:
    """Read a job; None for a run that is none, or of a kind this version does not know."""
    worker, _, claimed_at = claim.partition(" ")
    try:
        kind, state = JobKind(tags.get(KIND, "")), JobState(tags.get(STATE, ""))
    except ValueError:
        return None
    return Job(
        kind=kind,
        endpoint=tags.get(ENDPOINT, ""),
        subject=tags.get(SUBJECT, ""),
        by=tags.get(BY, ""),
        asked_at=asked_at,
        state=state,
        progress=Progress(
            _number(tags.get(DONE)), _number(tags.get(TOTAL)), tags.get(SENTENCE, "")
        ),
        is_cancel_asked=CANCEL in tags,
        heartbeat_at=_time(tags.get(HEARTBEAT)),
        ended_at=ended_at,
        problem=tags.get(PROBLEM, ""),
        result=_mapping(tags.get(RESULT)),
        worker=worker,
        claimed_at=_time(claimed_at),
        id=run_id,
    )


def written(result: Mapping[str, Any]) -> str:
    """Return a result as it is kept; one that is too long belongs into a table of the run."""
    text = json.dumps(dict(result), ensure_ascii=False)
    if len(text.encode()) > MOST_BYTES:
        raise ValueError("This result is too long for a tag.")
    return text


def shortened(text: str) -> str:
    """Return as much of a text as a tag can keep."""
    return text.encode()[:MOST_BYTES].decode(errors="ignore")


def claim_of(worker: str) -> str:
    """Return what a worker writes to say that from now on it does the work."""
    return f"{worker} {datetime.now(UTC).isoformat()}"


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def _time(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if text else None
    except ValueError:
        return None


def _mapping(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
