"""Exports of recorded requests: prepared on the page, read with the visitor's token as they go out.

The workspace decides what somebody may read: every statement is the visitor's own.
"""

import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from itertools import chain

from databricks.sdk import WorkspaceClient

from backend.errors import NotAllowed, ReviewAppError, TookTooLong
from backend.identity import SEES_ALL, Viewer
from backend.log_export.archive import zipped
from backend.log_export.manifest import Tally, manifest
from backend.log_export.reading import BODIES, Reading, Recorded, lasting
from backend.log_export.reading_ahead import ahead
from backend.log_export.record import Export, Kind, State, Wanted
from backend.log_export.under_way import UnderWay
from backend.request_logs.log_tables import tables_of

_NOT_SAFE = re.compile(r"[^A-Za-z0-9_.-]+")
_LONGEST_NAME = 80
_UNEXPECTED = "Something went wrong that the app did not expect."
# Downloads of everybody: each is made known on a page, and asked for by a request of its own.
_ALL = UnderWay()


class Stopped(TookTooLong):
    """Somebody has called it off, or closed the browser."""

    usual_sentence = "The download was stopped."


@dataclass(frozen=True)
class Download:
    """A file on its way; it breaks off with an error where it cannot be whole."""

    file_name: str
    parts: Iterator[bytes]
    # Ends what the warehouse is doing for it.
    stop: Callable[[], None]
    # Whoever sends it calls this at the end, whatever the end was.
    close: Callable[[], None]


class LogExport:
    """Exports of one visitor."""

    def __init__(self, workspace: WorkspaceClient, under_way: UnderWay = _ALL) -> None:
        self._workspace = workspace
        self._under_way = under_way

    def prepare(self, viewer: Viewer, wanted: Wanted, total: int | None = None) -> Export:
        """Make known what is to be downloaded; nothing is read before it is."""
        _check(viewer)
        return self._under_way.add(viewer.user_name, wanted, total)

    def read(self, viewer: Viewer, export_id: str) -> Export:
        """Return how far it is."""
        _check(viewer)
        return self._under_way.read(viewer.user_name, export_id)

    def latest(self, viewer: Viewer) -> list[Export]:
        """Return what the viewer has downloaded lately, the newest first."""
        _check(viewer)
        return self._under_way.latest(viewer.user_name)

    def stop(self, viewer: Viewer, export_id: str) -> None:
        """Break it off; the statement under way is stopped, too."""
        self._under_way.stop(viewer.user_name, export_id)

    def begin(self, viewer: Viewer, export_id: str) -> Download:
        """Begin to read; what the workspace refuses is raised here, before anything is sent."""
        _check(viewer)
        export, stop = self._under_way.begin(viewer.user_name, export_id)
        try:
            reading = self._reading(export, stop.is_set)
            total = reading.measure()
            self._under_way.go_on(export, 0, total)
            pages = reading.pages()
            first = next(pages, [])
        except Exception as problem:
            # Whatever it was: a download that has ended must not count as one under way.
            self._fail(export, Stopped() if stop.is_set() else problem)
            raise
        counted, tally = self._counted(export, total, chain([first], ahead(pages)), stop.is_set)
        parts = self._parts(export, reading, counted, tally)
        name = f"requests-{_safe(reading.query.endpoint)}-{export.made_at:%Y%m%d-%H%M%S}.zip"
        return Download(name, parts, stop.set, lambda: self._close(export, parts))

    def _close(self, export: Export, parts: Generator[bytes]) -> None:
        parts.close()
        # Of what nobody has taken a single part, nothing has noticed that it is over.
        self._under_way.leave(export)

    def _reading(self, export: Export, is_stopped: Callable[[], bool]) -> Reading:
        wanted = export.wanted
        bodies: tuple[str, ...] = BODIES if wanted.with_bodies else ()
        if wanted.kind is Kind.DATASET:
            bodies = BODIES[:1]
        query = lasting(wanted.query)
        tables = tables_of(self._workspace, query.endpoint)
        return Reading(self._workspace, tables, query, bodies, is_stopped)

    def _counted(
        self,
        export: Export,
        total: int,
        pages: Iterator[list[Recorded]],
        is_stopped: Callable[[], bool],
    ) -> tuple[Iterator[list[Recorded]], Tally]:
        """Return the pages, and what is counted as they pass."""
        tally = Tally()

        def passing() -> Iterator[list[Recorded]]:
            for page in pages:
                if is_stopped():
                    raise Stopped
                tally.add(page)
                if page:
                    yield page
                self._under_way.go_on(export, tally.requests, max(total, tally.requests))

        return passing(), tally

    def _parts(
        self, export: Export, reading: Reading, pages: Iterator[list[Recorded]], tally: Tally
    ) -> Generator[bytes]:
        # It brings in Arrow, which nothing else needs before somebody exports.
        from backend.log_export.writing import parts  # noqa: PLC0415 - see above

        made: dict[str, object] = {}

        def manifest_of(sha256: str, length: int) -> dict[str, object]:
            made.update(manifest(export, reading, tally, sha256, length))
            return made

        wanted = export.wanted
        is_packed = wanted.kind is Kind.PARQUET
        try:
            yield from zipped(
                wanted.kind.file_name, parts(wanted, pages), manifest_of, is_packed=is_packed
            )
        except GeneratorExit:
            self._under_way.end(export, State.STOPPED)
            raise
        except Exception as problem:
            # Whatever it was: who looks at the page must see that the file is not whole.
            self._fail(export, problem if not reading.is_stopped() else Stopped())
            raise
        self._under_way.end(export, State.DONE, manifest=made)

    def _fail(self, export: Export, problem: Exception) -> None:
        if isinstance(problem, Stopped):
            self._under_way.end(export, State.STOPPED)
            return
        said = problem.sentence if isinstance(problem, ReviewAppError) else _UNEXPECTED
        self._under_way.end(export, State.FAILED, said)


def _check(viewer: Viewer) -> None:
    if not viewer.has_any(SEES_ALL):
        raise NotAllowed("What was asked and answered is for analysts and admins.")


def _safe(name: str) -> str:
    return _NOT_SAFE.sub("_", name)[:_LONGEST_NAME]
