"""What could not be put on record is refused before a model is asked."""

import asyncio
import shutil
import sqlite3
from contextlib import closing

import pytest

from local_workspace.errors import StorageFull, TooManyRequests
from local_workspace.inference_tables import storage_guard
from local_workspace.inference_tables.flusher import Flusher
from local_workspace.inference_tables.spool import open_spool
from local_workspace.inference_tables.spool_writer import SpoolWriter
from local_workspace.inference_tables.storage_guard import StorageGuard, unflushed
from tests.local_workspace.inference_tables.conftest import put, record


@pytest.fixture
def guard(spool):
    """A guard that looks every time."""
    with (
        closing(StorageGuard(spool, SpoolWriter(spool))) as guard,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(storage_guard, "_LOOK_SECONDS", 0.0)
        yield guard


def test_full_disk_is_refused_and_forgiven_when_there_is_space_again(guard, monkeypatch):
    """507 while the disk is full; nothing has to be started again afterwards."""
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1024))
    with pytest.raises(StorageFull, match="disk is full"):
        guard.check()
    monkeypatch.undo()

    guard.check()


def test_spool_that_runs_full_is_refused_with_when_to_come_back(spool, guard, monkeypatch):
    """429 with Retry-After, for clients repeat a 503 for minutes."""
    monkeypatch.setattr(storage_guard, "MAX_UNFLUSHED", 1)
    put(spool, record(1), record(2))

    with pytest.raises(TooManyRequests) as refusal:
        guard.check()

    assert (refusal.value.reason, refusal.value.retry_after) == ("SPOOL_FULL", 5)


def test_what_is_in_delta_does_not_count_as_waiting(spool, tables_dir):
    """Rows that only wait for MLflow slow nobody down."""
    put(spool, record(1, trace_id="tr-1", trace="{}"))
    with closing(open_spool(spool, read_only=True)) as connection:
        assert unflushed(connection) == 1
        Flusher(spool, tables_dir).flush()
        assert unflushed(connection) == 0


def test_write_that_found_no_space_is_a_full_disk(spool, monkeypatch):
    """What the database says of the disk reaches the caller as a sentence and 507."""

    def full(*_):
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorname = "SQLITE_FULL"
        raise error

    async def scenario():
        writer = SpoolWriter(spool)
        writer.start()
        try:
            await writer.append(record(1))
        finally:
            await writer.close()

    monkeypatch.setattr("local_workspace.inference_tables.spool_writer.insert_request", full)
    with pytest.raises(StorageFull):
        asyncio.run(scenario())
