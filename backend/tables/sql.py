"""Asks the workspace's SQL warehouse; values travel as named parameters, never in the text.

The official client does not raise when a statement fails; this does.
"""

import contextlib
import time
from collections.abc import Callable, Mapping
from weakref import WeakKeyDictionary

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.service import sql

from backend.error_translation import translated
from backend.errors import (
    NotAllowed,
    NotFound,
    NotOffered,
    Refused,
    ReviewAppError,
    TookTooLong,
    Unavailable,
)

# Below the client's own patience for one answer; shorter where somebody may call it off.
WAIT = "15s"
SHORT_WAIT = "5s"

PATIENCE_SECONDS = 600
LOOK_SECONDS = 1.0

# Which warehouse a client asks is not asked again before each statement.
REMEMBERED_SECONDS = 60.0
_chosen: WeakKeyDictionary[WorkspaceClient, tuple[float, str]] = WeakKeyDictionary()

Row = dict[str, str | None]

_CANCEL = sql.ExecuteStatementRequestOnWaitTimeout.CANCEL
_CONTINUE = sql.ExecuteStatementRequestOnWaitTimeout.CONTINUE
_UNDER_WAY = (sql.StatementState.PENDING, sql.StatementState.RUNNING)
_CALLED_OFF = (sql.StatementState.CANCELED, sql.StatementState.CLOSED)
_NOT_UP = (sql.State.STARTING, sql.State.STOPPED, sql.State.STOPPING)
STARTING = "The SQL warehouse was asleep and is starting, which can take some minutes."
_NOT_FOUND = ("TABLE_OR_VIEW_NOT_FOUND", "SCHEMA_NOT_FOUND", "NO_SUCH_CATALOG")
_NOT_ALLOWED = ("INSUFFICIENT_PERMISSIONS", "PERMISSION_DENIED")


def rows(
    workspace: WorkspaceClient,
    statement: str,
    parameters: Mapping[str, str],
    *,
    patient: bool = False,
    is_stopped: Callable[[], bool] | None = None,
) -> list[Row]:
    """Return all rows of a query, each cell as the text the workspace wrote, by column.

    Who is patient waits for minutes: for what changes tables, or reads all of them. Meanwhile it
    is asked now and then whether the statement is to be stopped.
    """
    values = [
        sql.StatementParameterListItem(name=name, value=value) for name, value in parameters.items()
    ]
    with translated():
        answer = workspace.statement_execution.execute_statement(
            statement,
            warehouse(workspace),
            parameters=values,
            wait_timeout=SHORT_WAIT if is_stopped else WAIT,
            on_wait_timeout=_CONTINUE if patient else _CANCEL,
        )
        if patient:
            answer = _awaited(workspace, answer, is_stopped or _never)
        elif _state(answer.status) in _CALLED_OFF:
            _check_is_up(workspace)
        _check(answer.status)
        return [dict(zip(_columns(answer), row, strict=True)) for row in _cells(workspace, answer)]


def quoted(*names: str) -> str:
    """Return the name of a table as it is written in a statement, whatever is in it."""
    return ".".join("`" + name.replace("`", "``") + "`" for name in names)


def warehouse(workspace: WorkspaceClient) -> str:
    """Return the one that was configured (DATABRICKS_WAREHOUSE_ID), or the first that runs."""
    if configured := workspace.config.warehouse_id:
        return configured
    known = _chosen.get(workspace)
    if known and time.monotonic() - known[0] < REMEMBERED_SECONDS:
        return known[1]
    found = sorted(workspace.warehouses.list(), key=lambda each: each.state != sql.State.RUNNING)
    chosen = next((each.id for each in found if each.id), None)
    if chosen is None:
        raise NotOffered("This workspace has no SQL warehouse the app may use.")
    _chosen[workspace] = time.monotonic(), chosen
    return chosen


def _never() -> bool:
    return False


def _awaited(
    workspace: WorkspaceClient, answer: sql.StatementResponse, is_stopped: Callable[[], bool]
) -> sql.StatementResponse:
    """Return what a statement has come to; one that goes on for too long is stopped."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while answer.statement_id and answer.status and answer.status.state in _UNDER_WAY:
        if is_stopped() or time.monotonic() > deadline:
            workspace.statement_execution.cancel_execution(answer.statement_id)
            raise TookTooLong("The SQL warehouse did not answer in time.")
        time.sleep(LOOK_SECONDS)
        answer = workspace.statement_execution.get_statement(answer.statement_id)
    return answer


def _check_is_up(workspace: WorkspaceClient) -> None:
    """Say that the warehouse is starting, where that is why it did not answer."""
    # Who may ask it need not have the right to look at it.
    with contextlib.suppress(DatabricksError):
        if workspace.warehouses.get(warehouse(workspace)).state in _NOT_UP:
            raise Unavailable(STARTING)


def _state(status: sql.StatementStatus | None) -> sql.StatementState | None:
    return status.state if status else None


def _check(status: sql.StatementStatus | None) -> None:
    state = _state(status)
    if state == sql.StatementState.SUCCEEDED:
        return
    if state in _CALLED_OFF:
        raise TookTooLong("The SQL warehouse did not answer in time.")
    message = (status.error.message if status and status.error else None) or f"It is {state}."
    raise _refusal(message)


def _refusal(message: str) -> ReviewAppError:
    if any(code in message for code in _NOT_FOUND):
        return NotFound(f"The table is not there. The warehouse said: {message}")
    if any(code in message for code in _NOT_ALLOWED):
        return NotAllowed(f"The workspace does not allow this. The warehouse said: {message}")
    return Refused(f"The SQL warehouse did not accept the statement. It said: {message}")


def _columns(answer: sql.StatementResponse) -> list[str]:
    schema = answer.manifest.schema if answer.manifest else None
    return [column.name or "" for column in (schema.columns if schema else None) or []]


def _cells(workspace: WorkspaceClient, answer: sql.StatementResponse) -> list[list[str | None]]:
    cells: list[list[str | None]] = []
    chunk = answer.result
    while chunk is not None:
        cells.extend([*row] for row in chunk.data_array or [])
        if chunk.next_chunk_index is None or answer.statement_id is None:
            break
        chunk = workspace.statement_execution.get_statement_result_chunk_n(
            answer.statement_id, chunk.next_chunk_index
        )
    return cells
