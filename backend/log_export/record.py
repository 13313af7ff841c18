"""One export: what is wanted, how far it is, what came of it; knows no workspace and no file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from backend.request_logs.query import LogQuery


class Kind(StrEnum):
    """As what the requests are written."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    # JSONL, too: each line a record of an MLflow evaluation dataset.
    DATASET = "dataset"

    @property
    def file_name(self) -> str:
        """Return what the file is called in the archive."""
        return "dataset.jsonl" if self is Kind.DATASET else f"requests.{self.value}"


class State(StrEnum):
    """How far it is."""

    # Nobody has downloaded it yet.
    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Wanted:
    """Which requests, and as what."""

    query: LogQuery
    kind: Kind = Kind.CSV
    # Requests and answers as they went over the wire, and traces: most of what a file weighs.
    with_bodies: bool = True


@dataclass(frozen=True)
class Export:
    """One export of one person; its id is known to nobody else."""

    id: str
    by: str
    wanted: Wanted
    made_at: datetime
    state: State = State.READY
    done: int = 0
    # How many there are to be; None before they are counted.
    total: int | None = None
    problem: str = ""
    manifest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """Return the share that is done, from 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0
