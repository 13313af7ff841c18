"""Traces from request logs: there at once, and before MLflow has them.

They are read by SQL with the visitor's own token, in pieces where one answer would be too large.
"""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from databricks.sdk import WorkspaceClient

from backend.error_translation import translated
from backend.errors import NotAllowed, NotFound, NotOffered
from backend.request_logs.log_tables import LogTables, tables_of
from backend.tables import sql
from backend.tables.moments import written
from backend.traces import trace_infos
from backend.traces.record import Source, TraceHead

# Newest first, because what MLflow does not have yet is new; nobody waits for more.
_LOOKED_BACK = (timedelta(hours=3), timedelta(days=7), timedelta(days=60))
# An answer holds 25 MiB, and a character may take four bytes.
PIECE_CHARACTERS = 5_000_000
_TRACE_ID = "tr-"
# What has no log, none for this visitor, or none any more, is not looked at.
_NO_LOG = (NotAllowed, NotFound, NotOffered)


@dataclass(frozen=True)
class LoggedTrace:
    """A trace as the request log has it."""

    head: TraceHead
    spans: tuple[Mapping[str, Any], ...]


def find(workspace: WorkspaceClient, name: str) -> LoggedTrace:
    """Return the trace of this id, or of the request of this id; raise NotFound if there is none.

    Every endpoint is looked at whose log the visitor may read.
    """
    logs = list(_logs(workspace))
    now = datetime.now(UTC)
    for back in _LOOKED_BACK if name.startswith(_TRACE_ID) else _LOOKED_BACK[-1:]:
        for tables in logs:
            if row := _row_if_there(workspace, tables, name, now - back):
                return _trace(workspace, tables, name, row)
    raise NotFound("Neither MLflow nor a request log you may read has this trace.")


def _logs(workspace: WorkspaceClient) -> Iterator[LogTables]:
    with translated():
        listed = list(workspace.serving_endpoints.list())
    for endpoint in listed:
        with contextlib.suppress(*_NO_LOG):
            yield tables_of(workspace, endpoint.name or "")


def _row_if_there(
    workspace: WorkspaceClient, tables: LogTables, name: str, since: datetime
) -> sql.Row | None:
    # It may have gone since it was described, and another log has the trace.
    with contextlib.suppress(*_NO_LOG):
        return _row(workspace, tables, name, since)
    return None


def _row(
    workspace: WorkspaceClient, tables: LogTables, name: str, since: datetime
) -> sql.Row | None:
    is_trace = name.startswith(_TRACE_ID)
    wanted = f"{tables['trace']} LIKE :name" if is_trace else f"{tables['id']} = :name"
    words = ("id", "conversation", "requester", "version", "client_id")
    columns = ", ".join(f"CAST({tables[word]} AS STRING) AS `{word}`" for word in words)
    rows = sql.rows(
        workspace,
        f"SELECT {columns}, CAST({tables['micros']} AS STRING) AS `micros`, "
        f"length({tables['trace']}) AS `characters` FROM {tables.requests} AS log "
        f"WHERE {tables.only} AND {tables['at']} >= CAST(:since AS TIMESTAMP) "
        f"AND {tables['trace']} IS NOT NULL AND {wanted} LIMIT 1",
        {
            "name": f'%"{name}"%' if is_trace else name,
            "since": written(since),
        },
    )
    return rows[0] if rows else None


def _trace(workspace: WorkspaceClient, tables: LogTables, name: str, row: sql.Row) -> LoggedTrace:
    text = "".join(_pieces(workspace, tables, row))
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotFound("The request log has this trace, but it cannot be read.") from error
    document = document if isinstance(document, dict) else {}
    info, data = document.get("info"), document.get("data")
    spans = data.get("spans") if isinstance(data, dict) else None
    found = spans if isinstance(spans, list) else []
    head = trace_infos.head_of(info if isinstance(info, dict) else {}, name, Source.REQUEST_LOG)
    return LoggedTrace(
        _completed(head, tables.endpoint, row),
        tuple(each for each in found if isinstance(each, dict)),
    )


def _completed(head: TraceHead, endpoint: str, row: sql.Row) -> TraceHead:
    """Return the head with what the log knows better than the trace that was noted in it."""
    return TraceHead(
        trace_id=head.trace_id,
        source=head.source,
        experiment_id=head.experiment_id,
        request_id=row["id"] or head.request_id,
        conversation_id=row["conversation"] or head.conversation_id,
        user=row["requester"] or head.user,
        endpoint=endpoint,
        served=row["version"] or head.served,
        at=datetime.fromtimestamp(int(row["micros"] or 0) / 1e6, UTC),
        state=head.state,
        tags=head.tags,
    )


def _pieces(workspace: WorkspaceClient, tables: LogTables, row: sql.Row) -> Iterator[str]:
    for start in range(1, int(row["characters"] or 0) + 1, PIECE_CHARACTERS):
        rows = sql.rows(
            workspace,
            f"SELECT substring({tables['trace']}, {start}, {PIECE_CHARACTERS}) AS `piece` "
            f"FROM {tables.requests} AS log WHERE {tables.only} AND {tables['id']} = :id "
            f"AND {tables['trace']} IS NOT NULL LIMIT 1",
            {"id": row["id"] or ""},
        )
        yield (rows[0]["piece"] if rows else None) or ""
