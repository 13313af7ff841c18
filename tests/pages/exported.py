"""Exports as a page knows them, behind the one seam."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from backend.errors import NotFound, ReviewAppError
from backend.identity import Viewer
from backend.log_export.exports import Download
from backend.log_export.record import Export, State, Wanted

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@dataclass
class FakeParts:
    """A file in parts; an error in between is raised."""

    content: list[bytes | Exception]
    # The rest comes when this is set.
    may_go_on: threading.Event | None = None
    is_closed: bool = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if not self.content:
            raise StopIteration
        part = self.content.pop(0)
        if isinstance(part, Exception):
            raise part
        return part

    def close(self) -> None:
        self.is_closed = True


@dataclass
class FakeLogExport:
    """Has the exports it was given, or raises; remembers what was prepared and stopped."""

    exports: list[Export] = field(default_factory=list)
    error: ReviewAppError | None = None
    parts: FakeParts = field(default_factory=lambda: FakeParts([b"PK", b"the rest"]))
    stopped: list[str] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)

    def prepare(self, viewer: Viewer, wanted: Wanted, total: int | None = None) -> Export:
        if self.error:
            raise self.error
        made = Export(f"e{len(self.exports)}", viewer.user_name, wanted, NOON, total=total)
        self.exports.append(made)
        return made

    def read(self, _viewer: Viewer, export_id: str) -> Export:
        found = next((each for each in self.exports if each.id == export_id), None)
        if found is None:
            raise NotFound
        return found

    def latest(self, _viewer: Viewer) -> list[Export]:
        return [each for each in reversed(self.exports) if each.state is not State.READY]

    def stop(self, _viewer: Viewer, export_id: str) -> None:
        self.stopped.append(export_id)

    def begin(self, _viewer: Viewer, export_id: str) -> Download:
        if self.error:
            raise self.error
        self.begun.append(export_id)
        return Download(
            "requests-chain.zip",
            self.parts,
            lambda: self.stopped.append(export_id),
            self.parts.close,
        )

    def turn(self, number: int, **change: object) -> None:
        """Let an export be something else from now on."""
        self.exports[number] = replace(self.exports[number], **change)
