"""What a replay has to remember on the way, on disk: verdicts in order, and their traces."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import asdict

from local_workspace.trace_import.recorded import RecordedTrace, RecordedVerdict

_BATCH = 200


class Scratch:
    """A database without a name: SQLite deletes it when it is closed, however that happens."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.executescript(
            """
            PRAGMA synchronous = OFF;
            CREATE TABLE traces (request_id TEXT PRIMARY KEY, trace_id TEXT) WITHOUT ROWID;
            CREATE TABLE verdicts (
                id INTEGER PRIMARY KEY, timestamp INTEGER, request_id TEXT, verdict TEXT
            );
            """
        )

    def close(self) -> None:
        """Delete everything."""
        self._connection.close()

    def add_traces(self, traces: Iterable[RecordedTrace]) -> int:
        """Remember which trace a request has; return how many are new."""
        rows = [(trace.request_id, trace.trace_id) for trace in traces]
        cursor = self._connection.executemany("INSERT OR IGNORE INTO traces VALUES (?, ?)", rows)
        return cursor.rowcount

    def add_verdicts(self, verdicts: Iterable[RecordedVerdict]) -> None:
        """Remember verdicts."""
        rows = [(each.timestamp, each.request_id, json.dumps(asdict(each))) for each in verdicts]
        self._connection.executemany(
            "INSERT INTO verdicts (timestamp, request_id, verdict) VALUES (?, ?, ?)", rows
        )

    def verdicts(self) -> Iterator[list[RecordedVerdict]]:
        """Yield the verdicts on traces, oldest first."""
        cursor = self._connection.execute(
            "SELECT verdict, trace_id FROM verdicts JOIN traces USING (request_id) "
            "ORDER BY timestamp, id"
        )
        while rows := cursor.fetchmany(_BATCH):
            yield [
                RecordedVerdict(**(json.loads(verdict) | {"trace_id": trace_id}))
                for verdict, trace_id in rows
            ]
