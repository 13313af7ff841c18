"""Finds recorded requests that are wanted again, in whatever tables an endpoint's log has.

It reads with the rights of the client it is given; whoever calls has made sure of the visitor's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from databricks.sdk import WorkspaceClient

from backend.feedback import assessment_tables
from backend.feedback.recorded_statements import last_verdicts
from backend.feedback.verdicts import Verdict
from backend.replay.record import Said, Wanted
from backend.request_logs import query
from backend.request_logs.log_conditions import condition
from backend.request_logs.log_tables import LogTables
from backend.request_logs.query import LogQuery
from backend.tables import sql
from backend.turns.chat_requests import ROLE

# Without another beginning everything on record is meant.
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_SAID = {
    Said.DOWN: query.Said.DOWN,
    Said.UP: query.Said.UP,
    Said.NOTHING: query.Said.NOTHING,
    Said.ANYTHING: None,
}
# What the chain was really asked, by somebody who wanted the answer: not beside another version.
# In a text that somebody wrote, the quotes are escaped; a body is shorter than its trace.
_ASKED = (
    "({status} = 200 OR {trace} IS NOT NULL) AND {request_body} IS NOT NULL "
    f"AND {{request_body}} NOT LIKE '%\"{ROLE}\":%'"
)


@dataclass(frozen=True)
class Found:
    """One request that is wanted, by its id."""

    request_id: str
    version: str


def count(workspace: WorkspaceClient, tables: LogTables, wanted: Wanted) -> int:
    """Return how many requests are like this, also beyond what is asked at a time."""
    statement, parameters = _query(tables, wanted, "count(*) AS number")
    (row,) = sql.rows(workspace, statement, parameters)
    return int(row["number"] or 0)


def find(workspace: WorkspaceClient, tables: LogTables, wanted: Wanted) -> list[Found]:
    """Return the requests that are wanted, the newest first."""
    columns = f"{tables['id']} AS id, {tables['version']} AS version"
    statement, parameters = _query(tables, wanted, columns)
    statement += f" ORDER BY {tables['micros']} DESC, {tables['id']} LIMIT {wanted.most:d}"
    rows = sql.rows(workspace, statement, parameters)
    return [Found(row["id"] or "", row["version"] or "") for row in rows]


def verdicts_on(
    workspace: WorkspaceClient, tables: LogTables, request_ids: Sequence[str]
) -> dict[str, list[Verdict]]:
    """Return everybody's last word on each of these requests."""
    if tables.assessments is None:
        return {}
    said = assessment_tables.read_from(workspace, tables.assessments, request_ids, None)
    return last_verdicts(said, [])


def _query(tables: LogTables, wanted: Wanted, columns: str) -> tuple[str, dict[str, str]]:
    """Return a query of what is wanted; what somebody typed travels as a parameter."""
    like, parameters = condition(
        LogQuery(
            tables.endpoint,
            since=wanted.since or _EVER,
            until=wanted.until,
            version=wanted.version,
            said=_SAID[wanted.said],
            with_comment=wanted.with_comment,
            text=wanted.text,
            requests=wanted.request_ids,
        ),
        tables,
    )
    asked = _ASKED.format_map(tables.columns)
    return f"SELECT {columns} FROM {tables.requests} AS log WHERE {like} AND {asked}", parameters
