"""One submitted statement: whose it is, how far it is, and where its result lies."""

import asyncio
import enum
import time
from dataclasses import dataclass, field
from pathlib import Path

from local_workspace.sql.failure import StatementFailed
from local_workspace.sql.result_files import Manifest
from local_workspace.sql.statement_request import StatementRequest


class State(enum.StrEnum):
    """Databricks' states; CLOSED does not come up here."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


@dataclass
class Statement:
    """It ends once, in one of three states; after that nothing changes it."""

    id: str
    owner: str
    request: StatementRequest
    directory: Path
    state: State = State.PENDING
    manifest: Manifest | None = None
    failure: StatementFailed | None = None
    ended_at: float | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    canceling: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_over(self) -> bool:
        """Tell whether it has come to an end."""
        return self.ended_at is not None

    def succeed(self, manifest: Manifest) -> None:
        """Its result is on disk."""
        self.manifest = manifest
        self._end(State.SUCCEEDED)

    def fail(self, failure: StatementFailed) -> None:
        """It could not be answered."""
        self.failure = failure
        self._end(State.FAILED)

    def cancel(self) -> None:
        """Somebody did not want it any more."""
        self._end(State.CANCELED)

    def _end(self, state: State) -> None:
        if not self.is_over:
            self.state = state
            self.ended_at = time.monotonic()
            self.ended.set()
