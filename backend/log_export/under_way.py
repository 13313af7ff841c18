"""Which exports there are in this process, whose they are, and whether they are to stop.

An export is a download of one browser, so it lives and ends with the process that serves it.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from threading import Event, Lock
from typing import Any

from backend.errors import NotFound, TooManyRequests
from backend.log_export.record import Export, State, Wanted

# So many run at once, of one person and of all; so many of one person are remembered.
MOST_OF_ONE = 2
MOST_OF_ALL = 8
MOST_KEPT = 20
_GONE = "This download is not known here any more. Begin another one on the page of request logs."
_BEGUN = "This download was begun before. Begin another one on the page of request logs."
_TOO_MANY = "You have {} downloads under way. Wait until one is finished, or stop it."
_TOO_MANY_OF_ALL = "Others have many downloads under way at the moment."


@dataclass
class _Entry:
    export: Export
    stop: Event = field(default_factory=Event)


class UnderWay:
    """Remembers exports; what belongs to somebody else does not exist."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._entries: dict[str, _Entry] = {}

    def add(self, by: str, wanted: Wanted, total: int | None) -> Export:
        """Remember what somebody may download; the oldest of theirs is forgotten."""
        export = Export(secrets.token_urlsafe(24), by, wanted, datetime.now(UTC), total=total)
        with self._lock:
            idle = [
                entry.export.id
                for entry in self._entries.values()
                if entry.export.by == by and entry.export.state is not State.RUNNING
            ]
            for each in idle[: len(idle) - MOST_KEPT + 1]:
                del self._entries[each]
            self._entries[export.id] = _Entry(export)
        return export

    def begin(self, by: str, export_id: str) -> tuple[Export, Event]:
        """Say that it runs from now on; each runs once. The event is set when it is to stop."""
        with self._lock:
            entry = self._entry(by, export_id)
            if entry.export.state is not State.READY:
                raise NotFound(_BEGUN)
            running = [
                each.export.by
                for each in self._entries.values()
                if each.export.state is State.RUNNING
            ]
            if running.count(by) >= MOST_OF_ONE:
                raise TooManyRequests(_TOO_MANY.format(MOST_OF_ONE))
            if len(running) >= MOST_OF_ALL:
                raise TooManyRequests(_TOO_MANY_OF_ALL)
            entry.export = replace(entry.export, state=State.RUNNING)
            return entry.export, entry.stop

    def read(self, by: str, export_id: str) -> Export:
        """Return it as it is now."""
        with self._lock:
            return self._entry(by, export_id).export

    def latest(self, by: str) -> list[Export]:
        """Return what somebody has downloaded or is downloading, the newest first."""
        with self._lock:
            theirs = [each.export for each in self._entries.values() if each.export.by == by]
        return [each for each in reversed(theirs) if each.state is not State.READY]

    def stop(self, by: str, export_id: str) -> None:
        """Tell it to stop; it does before its next page."""
        with self._lock:
            self._entry(by, export_id).stop.set()

    def go_on(self, export: Export, done: int, total: int | None) -> None:
        """Say how far it is."""
        self._change(export, done=done, total=total)

    def end(
        self,
        export: Export,
        state: State,
        problem: str = "",
        manifest: Mapping[str, Any] | None = None,
    ) -> None:
        """Say what came of it."""
        self._change(export, state=state, problem=problem, manifest=manifest or {})

    def leave(self, export: Export) -> None:
        """Say that nobody goes on with it; what has an end keeps it."""
        with self._lock:
            entry = self._entries.get(export.id)
            if entry and entry.export.state is State.RUNNING:
                entry.export = replace(entry.export, state=State.STOPPED)

    def _change(self, export: Export, **change: Any) -> None:
        with self._lock:
            if entry := self._entries.get(export.id):
                entry.export = replace(entry.export, **change)

    def _entry(self, by: str, export_id: str) -> _Entry:
        entry = self._entries.get(export_id)
        if entry is None or entry.export.by != by:
            raise NotFound(_GONE)
        return entry
