"""Writes records to the spool: one thread, many records per commit.

Whoever waits for a record waits for the commit that holds it, so that waiting together costs one
write to the disk.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local_workspace.errors import RecordNotWritten, StorageFull, WorkspaceError
from local_workspace.inference_tables.records import Assessment, RequestRecord
from local_workspace.inference_tables.spool import open_spool
from local_workspace.inference_tables.spool_rows import insert_assessments, insert_request

MAX_BATCH = 256

_log = logging.getLogger("local_workspace")


@dataclass(frozen=True)
class _Entry:
    request: RequestRecord
    assessments: Sequence[Assessment]
    written: asyncio.Future[None]


class SpoolWriter:
    """Takes records from the event loop; each is durable when its `append` returns."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: queue.SimpleQueue[_Entry | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._waiting = 0
        # Why the last commit failed, and when; none as soon as one succeeds.
        self.failure: WorkspaceError | None = None
        self.failed_at = 0.0

    @property
    def waiting(self) -> int:
        """Records handed in and not yet durable."""
        return self._waiting

    def start(self) -> None:
        """Begin to write; the spool must exist."""
        self._thread = threading.Thread(target=self._run, name="spool-writer", daemon=True)
        self._thread.start()

    async def close(self) -> None:
        """Write what was handed in, then end."""
        if self._thread:
            self._entries.put(None)
            await asyncio.to_thread(self._thread.join)

    async def append(self, request: RequestRecord, assessments: Sequence[Assessment] = ()) -> None:
        """Write a request and the verdicts it brought, all or nothing."""
        written = asyncio.get_running_loop().create_future()
        self._waiting += 1
        self._entries.put(_Entry(request, assessments, written))
        try:
            # The record is written even if whoever waits for it is gone.
            await asyncio.shield(written)
        finally:
            self._waiting -= 1

    def _run(self) -> None:
        connection = open_spool(self._path)
        while batch := self._next_batch():
            try:
                _commit(connection, batch)
                self.failure = None
                _tell(batch, None)
            except Exception as error:  # noqa: BLE001 - this thread must outlive whatever it is given
                self._one_by_one(connection, batch, error)
        connection.close()

    def _next_batch(self) -> list[_Entry]:
        batch: list[_Entry] = []
        while len(batch) < MAX_BATCH:
            try:
                entry = self._entries.get(block=not batch)
            except queue.Empty:
                break
            if entry is None:
                # Ends the thread after this batch.
                if batch:
                    self._entries.put(None)
                break
            batch.append(entry)
        return batch

    def _one_by_one(
        self, connection: sqlite3.Connection, batch: list[_Entry], error: Exception
    ) -> None:
        """One record that cannot be written must not take the others with it."""
        for entry in batch:
            try:
                _commit(connection, [entry])
                self.failure = None
                _tell([entry], None)
            except Exception as own_error:  # noqa: BLE001 - same
                error = own_error
                self.failure, self.failed_at = _refusal(own_error), time.monotonic()
                _tell([entry], self.failure)
        _log.error("a batch of %d records could not be written at once: %s", len(batch), error)


def _commit(connection: sqlite3.Connection, batch: list[_Entry]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for entry in batch:
            insert_request(connection, entry.request)
            insert_assessments(connection, entry.request.table_set, entry.assessments)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _refusal(error: Exception) -> WorkspaceError:
    if getattr(error, "sqlite_errorname", "") in ("SQLITE_FULL", "SQLITE_IOERR_WRITE"):
        return StorageFull(
            "The disk is full: what is said could not be put on record. Free some space on the "
            "workspace's data directory."
        )
    return RecordNotWritten("The request could not be put on record, so its answer is withheld.")


def _tell(batch: list[_Entry], error: WorkspaceError | None) -> None:
    loop = batch[0].written.get_loop()
    if not loop.is_closed():
        loop.call_soon_threadsafe(_resolve, [entry.written for entry in batch], error)


def _resolve(futures: list[asyncio.Future[None]], error: WorkspaceError | None) -> None:
    for future in futures:
        if future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
            # Nobody may be waiting for it any more; that is not worth a warning.
            future.exception()
