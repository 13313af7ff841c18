"""The spool: one sqlite file where a record is durable before its answer is sent.

Rows wait here until they are in the Delta tables (the flusher takes them there) and, where they
have a trace or are a verdict, until MLflow has it (the exporter hands it over). Ids only grow; a
Delta commit carries the highest id it holds, under a name of this very spool, so that after a
crash nothing is written twice and nothing is forgotten.
"""

import sqlite3
import uuid
from pathlib import Path

BUSY_SECONDS = 30.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS identity (spool TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS table_sets (
    name TEXT PRIMARY KEY,
    catalog TEXT NOT NULL,
    schema TEXT NOT NULL,
    prefix TEXT NOT NULL,
    is_legacy INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    table_set TEXT NOT NULL,
    request_id TEXT NOT NULL,
    client_request_id TEXT,
    request_time INTEGER NOT NULL,
    status_code INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    requester TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    served_entity_id TEXT,
    model_name TEXT,
    model_version TEXT,
    experiment_id TEXT,
    conversation_id TEXT,
    is_feedback INTEGER NOT NULL,
    error_codes TEXT NOT NULL,
    trace_id TEXT,
    request TEXT,
    response TEXT,
    trace TEXT
);
CREATE INDEX IF NOT EXISTS requests_of_a_set ON requests (table_set, id);
CREATE TABLE IF NOT EXISTS assessments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    table_set TEXT NOT NULL,
    request_id TEXT NOT NULL,
    timestamp INTEGER NOT NULL,
    source_type TEXT NOT NULL,
    source_id TEXT NOT NULL,
    source_tags TEXT NOT NULL,
    step_id TEXT,
    text TEXT,
    retrieval TEXT
);
CREATE INDEX IF NOT EXISTS assessments_of_a_set ON assessments (table_set, id);
-- What MLflow does not have yet. Small rows of their own: marking the big ones would rewrite them.
-- Urgency: 2 somebody waits for it, 1 an error or a verdict, 0 the rest.
CREATE TABLE IF NOT EXISTS pending_traces (
    id INTEGER PRIMARY KEY REFERENCES requests (id),
    request_id TEXT NOT NULL,
    trace_id TEXT NOT NULL,
    urgency INTEGER NOT NULL,
    conversation_id TEXT,
    requester TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS pending_traces_by_urgency ON pending_traces (urgency DESC, id);
CREATE INDEX IF NOT EXISTS pending_traces_by_trace ON pending_traces (trace_id);
CREATE INDEX IF NOT EXISTS pending_traces_by_request ON pending_traces (request_id);
CREATE TABLE IF NOT EXISTS pending_assessments (
    id INTEGER PRIMARY KEY REFERENCES assessments (id),
    trace_id TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS pending_assessments_by_trace ON pending_assessments (trace_id);
-- What MLflow refuses for good, and why; the record itself stays in the tables.
CREATE TABLE IF NOT EXISTS parked_exports (
    kind TEXT NOT NULL,
    id INTEGER NOT NULL,
    trace_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    parked_at INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;
-- Up to which id the requests of a set are in Delta: what is above is how far that lags.
CREATE TABLE IF NOT EXISTS flushed (table_set TEXT PRIMARY KEY, id INTEGER NOT NULL) WITHOUT ROWID;
-- Every request ever recorded: a verdict must find it after its row has left the spool.
CREATE TABLE IF NOT EXISTS known_requests (
    request_id TEXT PRIMARY KEY,
    table_set TEXT NOT NULL,
    request_time INTEGER NOT NULL,
    requester TEXT NOT NULL,
    trace_id TEXT
) WITHOUT ROWID;
-- What SQL wants done with a table; see table_orders.py.
CREATE TABLE IF NOT EXISTS table_orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    table_set TEXT NOT NULL,
    kind TEXT NOT NULL,
    action TEXT NOT NULL,
    row_keys TEXT NOT NULL,
    hours INTEGER NOT NULL,
    ordered_at INTEGER NOT NULL,
    affected INTEGER,
    failure TEXT
);
"""


def create_spool(path: Path) -> None:
    """Make the file and its tables unless they are there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)
    connection = open_spool(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.executescript(_SCHEMA)
    connection.execute(
        "INSERT INTO identity SELECT ? WHERE NOT EXISTS (SELECT 1 FROM identity)",
        (uuid.uuid4().hex,),
    )
    connection.close()


def open_spool(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open the spool; what is committed survives a power loss."""
    address = f"{path.resolve().as_uri()}?mode={'ro' if read_only else 'rw'}"
    connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=BUSY_SECONDS)
    connection.row_factory = sqlite3.Row
    if not read_only:
        connection.execute("PRAGMA synchronous=FULL")
    return connection


def application_id(connection: sqlite3.Connection) -> str:
    """Return the name under which this spool's ids are written into Delta commits."""
    return f"spool-{connection.execute('SELECT spool FROM identity').fetchone()[0]}"
