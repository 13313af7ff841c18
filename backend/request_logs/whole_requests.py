"""Requests as they were asked and answered, from whatever tables an endpoint's log has.

Read with the rights of the client that is given.
"""

from collections.abc import Iterator, Sequence

from databricks.sdk import WorkspaceClient

from backend.errors import Refused
from backend.request_logs.former_request import FormerRequest
from backend.request_logs.log_tables import LogTables
from backend.tables import sql
from backend.tables.moments import moment_of
from backend.turns.question_identity import asked_before
from backend.turns.recorded_turns import Asked, document, question_in, recorded_turn

# Whole bodies are read so many at a time; if they are long, one by one.
BODIES_AT_ONCE = 10
_WORDS = ("id", "micros", "requester", "model", "version", "question")
_BODIES = ("request_body", "response_body")


def read(
    workspace: WorkspaceClient, tables: LogTables, request_ids: Sequence[str]
) -> Iterator[FormerRequest]:
    """Yield the requests that are still on record, in any order, a few at a time."""
    for start in range(0, len(request_ids), BODIES_AT_ONCE):
        yield from _read(workspace, tables, request_ids[start : start + BODIES_AT_ONCE])


def on_record(
    workspace: WorkspaceClient, tables: LogTables, request_ids: Sequence[str]
) -> list[str]:
    """Return those of the requests that the log has, in their order."""
    among, parameters = _among(tables, request_ids)
    statement = f"SELECT {tables['id']} AS id FROM {tables.requests} AS log WHERE {among}"
    found = {row["id"] for row in sql.rows(workspace, statement, parameters)}
    return [each for each in request_ids if each in found]


def _read(
    workspace: WorkspaceClient, tables: LogTables, request_ids: Sequence[str]
) -> list[FormerRequest]:
    among, parameters = _among(tables, request_ids)
    cells = ", ".join(f"{tables[word]} AS {word}" for word in (*_WORDS, *_BODIES))
    statement = f"SELECT {cells} FROM {tables.requests} AS log WHERE {among}"
    try:
        rows = sql.rows(workspace, statement, parameters)
    except Refused:
        # Together they are more than an answer may have.
        if len(request_ids) == 1:
            return []
        return [found for each in request_ids for found in _read(workspace, tables, [each])]
    return [_former(row) for row in rows]


def _among(tables: LogTables, request_ids: Sequence[str]) -> tuple[str, dict[str, str]]:
    parameters = {f"request_{place}": each for place, each in enumerate(request_ids)}
    markers = ", ".join(f":{name}" for name in parameters)
    return f"{tables.only} AND {tables['id']} IN ({markers})", parameters


def _former(row: sql.Row) -> FormerRequest:
    body, request_id = document(row["request_body"]), row["id"] or ""
    at = moment_of(int(row["micros"] or 0))
    question = question_in(body) or row["question"] or ""
    turn = recorded_turn(
        Asked("", "", "", at, question), request_id, body, document(row["response_body"]), None
    )
    return FormerRequest(
        request_id=request_id,
        question=question,
        answer=turn.answer.text,
        before=tuple(asked_before(body)),
        model=row["model"] or "",
        version=row["version"] or "",
        asked_at=at,
        asked_by=row["requester"] or "",
        body=body if isinstance(body, dict) else None,
    )
