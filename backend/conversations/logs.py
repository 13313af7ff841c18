"""Conversations in an endpoint's request log, by SQL.

The log knows no names of conversations and nothing of what was removed from a list.
"""

from databricks.sdk import WorkspaceClient

from backend.feedback.assessment_tables import AssessmentLog
from backend.tables import sql
from backend.turns.chat_requests import ROLE
from backend.turns.recorded_turns import (
    Asked,
    RecordedTurn,
    document,
    question_in,
    recorded_turn,
    time_of,
)

MOST_TURNS = 1000
_REQUESTER = "request_metadata['requester']"
_ASKED = f"conversation_id, {_REQUESTER} AS requester, timestamp_ms, request"
_WHOLE = f"{_ASKED}, databricks_request_id, status_code, request_raw, response_raw, trace"
# The local workspace's word for a caller who left; Databricks has none.
CALLER_LEFT = 499
# What was refused before it reached the chain is no turn; what was stopped at once is one.
_REACHED = f"(trace IS NOT NULL OR status_code = {CALLER_LEFT}) AND conversation_id IS NOT NULL"
# Nor is what was asked for comparison; in a text that somebody wrote, the quotes are escaped.
_FOR_THE_RECORD = f"coalesce(trace, '') NOT LIKE '%\"{ROLE}\":%'"


def asked_by(
    workspace: WorkspaceClient, log: AssessmentLog, endpoint: str, user: str, limit: int
) -> list[Asked]:
    """Return what this person has asked here last, the newest first."""
    statement = (
        f"SELECT {_ASKED} FROM {log.requests} WHERE {_REACHED} AND {_FOR_THE_RECORD} "
        f"AND {_REQUESTER} = :user "
        f"ORDER BY timestamp_ms DESC LIMIT {limit:d}"
    )
    return [_asked(row, endpoint) for row in sql.rows(workspace, statement, {"user": user})]


def turns(
    workspace: WorkspaceClient,
    log: AssessmentLog,
    endpoint: str,
    conversation_id: str,
    user: str | None,
) -> list[RecordedTurn]:
    """Return a conversation from its first turn on; only this person's part, if one is named."""
    condition, parameters = "conversation_id = :conversation", {"conversation": conversation_id}
    if user is not None:
        condition += f" AND {_REQUESTER} = :user"
        parameters["user"] = user
    statement = (
        f"SELECT {_WHOLE} FROM {log.requests} WHERE {_REACHED} AND {condition} "
        f"ORDER BY timestamp_ms LIMIT {MOST_TURNS:d}"
    )
    return [_turn(row, endpoint) for row in sql.rows(workspace, statement, parameters)]


def _asked(row: sql.Row, endpoint: str) -> Asked:
    return Asked(
        conversation_id=row["conversation_id"] or "",
        endpoint=endpoint,
        user=row["requester"] or "",
        at=time_of(int(row["timestamp_ms"] or 0)),
        question=row["request"] or "",
    )


def _turn(row: sql.Row, endpoint: str) -> RecordedTurn:
    request, response = document(row["request_raw"]), document(row["response_raw"])
    asked = _asked(row | {"request": question_in(request) or row["request"]}, endpoint)
    return recorded_turn(
        asked,
        row["databricks_request_id"],
        request,
        response,
        document(row["trace"]),
        is_interrupted=row["status_code"] == str(CALLER_LEFT),
    )
