"""Reads the rows of one table that wait in the spool."""

import sqlite3

from local_workspace.inference_tables.table_layout import TableKind

# What a commit, and a reader, hold in memory at once; a body may have 10 MB.
_MAX_BYTES = 64 * 1024 * 1024


def waiting_rows(
    spool: sqlite3.Connection,
    table_set: str,
    kind: TableKind,
    after: int,
    limit: int | None = None,
) -> list[sqlite3.Row]:
    """Return the rows above an id, oldest first; with a limit, not too many nor too large ones."""
    cursor = spool.execute(f"{_SELECTS[kind]} AND id > ? ORDER BY id", (table_set, after))
    if limit is None:
        return cursor.fetchall()
    return bounded(cursor, limit, _MAX_BYTES)


def bounded(cursor: sqlite3.Cursor, limit: int, max_bytes: int) -> list[sqlite3.Row]:
    """Return the next rows: not too many, and none after those that are too large together."""
    rows: list[sqlite3.Row] = []
    size = 0
    for row in cursor:
        rows.append(row)
        size += sum(len(cell) for cell in row if isinstance(cell, str))
        if len(rows) == limit or size >= max_bytes:
            break
    # Reads no further, and lets go of the snapshot.
    cursor.close()
    return rows


_BODIES = (
    "id, request_id, client_request_id, request_time, status_code, duration_ms, requester, "
    "endpoint, served_entity_id, model_name, model_version, experiment_id, conversation_id, "
    "error_codes, request, response"
)
# Verdicts are rows of the payload too, but no questions that somebody asked.
_SELECTS = {
    TableKind.PAYLOAD: f"SELECT {_BODIES} FROM requests WHERE table_set = ?",
    TableKind.LEGACY_PAYLOAD: f"SELECT {_BODIES} FROM requests WHERE table_set = ?",
    TableKind.REQUEST_LOGS: (
        f"SELECT {_BODIES}, trace FROM requests WHERE table_set = ? AND NOT is_feedback"
    ),
    TableKind.ASSESSMENT_LOGS: "SELECT * FROM assessments WHERE table_set = ?",
}
