"""Makes what MLflow deletes be gone from the disk, too.

MLflow deletes the rows of a trace, or of an evaluation dataset, which stay readable in the free
pages of sqlite's file and in its log, and leaves a trace's artifacts where they are. What is to be
done is noted in a file before MLflow is asked, so that a crash in between only delays it.
"""

import asyncio
import contextlib
import json
import logging
import re
import shutil
import sqlite3
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Traces are deleted batch by batch, and the file need not be written anew after each.
QUIET_SECONDS = 1.0
_RETRY_SECONDS = 5.0
_BUSY_SECONDS = 30.0
_TRACES = re.compile(r"/(?:ajax-)?api/\d\.0/mlflow/traces/delete-traces/?")
_RECORDS = re.compile(r"/(?:ajax-)?api/\d\.0/mlflow/datasets/[^/]+/records/?")
_DATASET = re.compile(r"/(?:ajax-)?api/\d\.0/mlflow/datasets/[^/]+/?")
_ASSESSMENT = re.compile(r"/(?:ajax-)?api/\d\.0/mlflow/traces/[^/]+/assessments/[^/]+")
_TRACE_ID = re.compile(r"[A-Za-z0-9_-]+")

_log = logging.getLogger("mlflow_scrubbing")


class Scrubbing:
    """Stands before MLflow and notes what it is asked to delete; a thread cleans up behind it."""

    def __init__(self, application: "ASGIApp", database: Path) -> None:
        self._application = application
        self._scrubber = Scrubber(database)
        threading.Thread(target=self._scrubber.run, name="scrubber", daemon=True).start()

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Let MLflow answer; deletions are noted before and cleaned up after."""
        if not _deletes(scope):
            await self._application(scope, receive, send)
            return
        body, receive = await _read(receive)
        await asyncio.to_thread(self._scrubber.note, _trace_ids(body))
        try:
            await self._application(scope, receive, send)
        finally:
            self._scrubber.wake()


class Scrubber:
    """Writes the database anew and removes artifacts nobody can reach any more."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._artifacts = database.parent / "artifacts"
        self._notes = database.parent / "deleted_traces.txt"
        self._lock = threading.Lock()
        self._waiting = threading.Event()
        if self._notes.exists():
            self._waiting.set()

    def note(self, trace_ids: list[str]) -> None:
        """Remember, durably enough for a crash of this process, that there is something to do."""
        with self._lock, self._notes.open("a") as notes:
            notes.write("".join(f"{each}\n" for each in trace_ids))

    def wake(self) -> None:
        """Say that it can be done."""
        self._waiting.set()

    def run(self) -> None:
        """Scrub whenever something was deleted, until the process ends."""
        while True:
            self._waiting.wait()
            self._waiting.clear()
            # As long as more comes, the end of it is worth waiting for.
            while self._waiting.wait(QUIET_SECONDS):
                self._waiting.clear()
            try:
                self.scrub()
            except (sqlite3.Error, OSError) as error:
                _log.warning("trying again to clean up after what was deleted: %s", error)
                self._waiting.wait(_RETRY_SECONDS)
                self._waiting.set()

    def scrub(self) -> None:
        """Remove what is left of the traces noted so far."""
        with self._lock:
            noted = self._notes.read_text() if self._notes.exists() else ""
        address = f"file:{self._database}?mode=rw"
        with contextlib.closing(
            sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
        ) as connection:
            for trace_id in dict.fromkeys(noted.split()):
                self._remove_artifacts(connection, trace_id)
            connection.execute("VACUUM")
            busy, *_rest = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise sqlite3.OperationalError("the database is being read")
        with self._lock:
            if self._notes.exists() and self._notes.read_text() == noted:
                self._notes.unlink()

    def _remove_artifacts(self, connection: sqlite3.Connection, trace_id: str) -> None:
        there = connection.execute("SELECT 1 FROM trace_info WHERE request_id = ?", (trace_id,))
        if there.fetchone() is None:
            for folder in self._artifacts.glob(f"*/traces/{trace_id}"):
                shutil.rmtree(folder)


def _deletes(scope: "Scope") -> bool:
    if scope["type"] != "http":
        return False
    path: str = scope["path"]
    if scope["method"] == "POST":
        return _TRACES.fullmatch(path) is not None
    if scope["method"] != "DELETE":
        return False
    return any(each.fullmatch(path) for each in (_ASSESSMENT, _RECORDS, _DATASET))


def _trace_ids(body: bytes) -> list[str]:
    try:
        document = json.loads(body)
    except ValueError:
        return []
    ids = document.get("request_ids") if isinstance(document, dict) else None
    named = ids if isinstance(ids, list) else []
    return [each for each in named if isinstance(each, str) and _TRACE_ID.fullmatch(each)]


async def _read(receive: "Receive") -> "tuple[bytes, Receive]":
    """Read the body, which is a list of ids; returns it, and how to receive it once more."""
    messages: list[Message] = []
    while True:
        messages.append(await receive())
        if messages[-1]["type"] != "http.request" or not messages[-1].get("more_body"):
            break
    waiting = iter(messages)

    async def again() -> "Message":
        return next(waiting, None) or await receive()

    return b"".join(message.get("body", b"") for message in messages), again
