"""Tells beforehand whether a request could be put on record: otherwise it is not begun."""

import shutil
import sqlite3
import time
from pathlib import Path

from local_workspace.errors import StorageFull, TooManyRequests
from local_workspace.inference_tables.spool import open_spool
from local_workspace.inference_tables.spool_writer import SpoolWriter

MAX_UNFLUSHED = 50_000
MAX_WAITING = 4096
MIN_FREE_BYTES = 32 * 1024 * 1024
_LOOK_SECONDS = 0.2
_RETRY_SECONDS = 1.0


class StorageGuard:
    """Looks at the disk and at the spool, at most a few times a second."""

    def __init__(self, spool: Path, writer: SpoolWriter) -> None:
        self._directory = spool.parent
        self._writer = writer
        self._connection = open_spool(spool, read_only=True)
        self._looked = 0.0
        self._disk_is_full = False
        self._unflushed = 0

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def check(self) -> None:
        """Refuse if nothing more can be put on record at this moment."""
        self._look()
        if self._disk_is_full:
            raise StorageFull(
                "The disk is full, so nothing more can be put on record and no model is asked. "
                "Free some space on the workspace's data directory."
            )
        if time.monotonic() - self._writer.failed_at < _RETRY_SECONDS and self._writer.failure:
            raise self._writer.failure
        if self._unflushed > MAX_UNFLUSHED or self._writer.waiting > MAX_WAITING:
            raise TooManyRequests(
                "Requests come faster than they can be put on record. Ask again in a moment.",
                reason="SPOOL_FULL",
                retry_after=5,
            )

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked < _LOOK_SECONDS:
            return
        self._looked = now
        self._disk_is_full = shutil.disk_usage(self._directory).free < MIN_FREE_BYTES
        self._unflushed = unflushed(self._connection)


def unflushed(spool: sqlite3.Connection) -> int:
    """Return how many requests are on record but not in Delta yet."""
    row = spool.execute(
        "SELECT coalesce(sum((SELECT count(*) FROM requests WHERE table_set = name AND id > "
        "coalesce((SELECT id FROM flushed WHERE flushed.table_set = name), 0))), 0) "
        "FROM table_sets"
    ).fetchone()
    return int(row[0])
