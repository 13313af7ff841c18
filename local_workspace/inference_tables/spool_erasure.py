"""Takes out of the spool what was deleted from the tables and only waits for MLflow there.

What is waiting may be under way to MLflow at this moment; whoever hands it over holds a lock, and
so nothing arrives there that was deleted here before.
"""

import contextlib
import fcntl
import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from local_workspace.inference_tables.row_keys import RowKey
from local_workspace.inference_tables.table_layout import TableKind

_PATIENCE_SECONDS = 5.0
_LOOK_SECONDS = 0.01
_ATTEMPTS = 20


class SpoolBusy(Exception):
    """Somebody is at work with what is to go; another time they will not be."""


@contextlib.contextmanager
def handing_over(spool: Path) -> Iterator[None]:
    """Hold what is read from the spool for MLflow until it is there."""
    with _lock(spool).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def forget(
    spool: sqlite3.Connection, table_set: str, kind: TableKind, keys: Sequence[RowKey]
) -> None:
    """Forget these rows; they must be in Delta, or have been."""
    if kind not in (TableKind.REQUEST_LOGS, TableKind.ASSESSMENT_LOGS) or not keys:
        # A row of the payload alone waits for nothing but Delta.
        return
    with _nothing_under_way(spool), _transaction(spool):
        if kind is TableKind.REQUEST_LOGS:
            _forget_requests(spool, table_set, [key.request_id for key in keys])
        else:
            _forget_verdicts(spool, table_set, keys)


def wipe(spool: sqlite3.Connection) -> None:
    """Write the file anew: what was deleted is still in its free pages and in its log."""
    spool.execute("VACUUM")
    for _ in range(_ATTEMPTS):
        busy, *_rest = spool.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not busy:
            return
        time.sleep(_LOOK_SECONDS)
    raise SpoolBusy("The spool is being read without a pause.")


def _forget_requests(spool: sqlite3.Connection, table_set: str, ids: list[str]) -> None:
    named = {"ids": json.dumps(ids), "table_set": table_set}
    of_them = "request_id IN (SELECT value FROM json_each(:ids))"
    traces = f"SELECT trace_id FROM known_requests WHERE {of_them} AND trace_id IS NOT NULL"
    for statement in (
        f"DELETE FROM parked_exports WHERE trace_id IN ({traces})",
        f"DELETE FROM pending_assessments WHERE trace_id IN ({traces})",
        f"DELETE FROM pending_traces WHERE {of_them}",
        f"DELETE FROM requests WHERE table_set = :table_set AND {of_them}",
        f"DELETE FROM known_requests WHERE {of_them}",
    ):
        spool.execute(statement, named)


def _forget_verdicts(spool: sqlite3.Connection, table_set: str, keys: Sequence[RowKey]) -> None:
    for key in keys:
        rows = spool.execute(
            "DELETE FROM assessments WHERE table_set = ? AND request_id = ? AND source_id = ? "
            "AND timestamp = ? RETURNING id",
            (table_set, *key),
        ).fetchall()
        for (row_id,) in rows:
            spool.execute("DELETE FROM pending_assessments WHERE id = ?", (row_id,))
            spool.execute("DELETE FROM parked_exports WHERE kind = 'verdict' AND id = ?", (row_id,))


@contextlib.contextmanager
def _nothing_under_way(spool: sqlite3.Connection) -> Iterator[None]:
    path = Path(spool.execute("PRAGMA database_list").fetchone()["file"])
    deadline = time.monotonic() + _PATIENCE_SECONDS
    with _lock(path).open("a") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise SpoolBusy("Traces are under way to MLflow.") from None
                time.sleep(_LOOK_SECONDS)
        yield


@contextlib.contextmanager
def _transaction(spool: sqlite3.Connection) -> Iterator[None]:
    spool.execute("BEGIN IMMEDIATE")
    try:
        yield
        spool.execute("COMMIT")
    except BaseException:
        if spool.in_transaction:
            spool.execute("ROLLBACK")
        raise


def _lock(spool: Path) -> Path:
    return spool.with_name("handing_over.lock")
