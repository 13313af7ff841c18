"""Requests that are on record and whose traces MLflow may not have yet, by SQL as the visitor.

Where a workspace files traces a while after the answers, this is where they are found meanwhile.
"""

from databricks.sdk import WorkspaceClient

from backend.request_logs.log_conditions import condition
from backend.request_logs.log_tables import LogTables, tables_of
from backend.request_logs.query import LogQuery
from backend.tables import sql
from backend.trace_search.record import QUESTION_CHARACTERS, Unfiled
from backend.turns.recorded_turns import time_of

# Of each endpoint so many of the newest requests are looked at.
LOOKED_AT = 50
# Older than this, a trace that is not in MLflow will not come any more.
_SINCE = "current_timestamp() - INTERVAL 2 DAYS"
# Traces of before MLflow 3 call it otherwise.
_TRACE_ID = (
    "coalesce(get_json_object(trace, '$.info.trace_id'), "
    "get_json_object(trace, '$.info.request_id'))"
)


def newest(workspace: WorkspaceClient, endpoint: str) -> list[Unfiled]:
    """Return an endpoint's newest requests that have a trace on record."""
    tables = tables_of(workspace, endpoint)
    return _requests(workspace, tables, f"{tables.only} AND {tables['at']} >= {_SINCE}", {})


def find(workspace: WorkspaceClient, endpoint: str, request_id: str) -> Unfiled | None:
    """Return one request, by its id or by the one its caller gave it."""
    tables = tables_of(workspace, endpoint)
    asked = LogQuery(endpoint, request=request_id, with_own=True)
    found = _requests(workspace, tables, *condition(asked, tables))
    return found[0] if found else None


def _requests(
    workspace: WorkspaceClient, tables: LogTables, which: str, parameters: dict[str, str]
) -> list[Unfiled]:
    columns = tables.columns
    trace = columns["trace"]
    # The newest are chosen before anything is taken out of a trace.
    statement = (
        f"SELECT id, micros, question, version, requester, {_TRACE_ID} AS trace_id "
        f"FROM (SELECT {columns['id']} AS id, {columns['micros']} AS micros, "
        f"left({columns['question']}, {QUESTION_CHARACTERS}) AS question, "
        f"{columns['version']} AS version, {columns['requester']} AS requester, {trace} AS trace "
        f"FROM {tables.requests} log WHERE {which} AND {trace} IS NOT NULL "
        f"ORDER BY micros DESC LIMIT {LOOKED_AT:d}) "
        "WHERE trace IS NOT NULL ORDER BY micros DESC"
    )
    rows = sql.rows(workspace, statement, parameters)
    return [_unfiled(row, tables.endpoint) for row in rows if row["id"] and row["trace_id"]]


def _unfiled(row: sql.Row, endpoint: str) -> Unfiled:
    return Unfiled(
        request_id=row["id"] or "",
        trace_id=row["trace_id"] or "",
        at=time_of(int(row["micros"] or 0) // 1000),
        question=row["question"] or "",
        endpoint=endpoint,
        version=row["version"] or "",
        user=row["requester"] or "",
    )
