"""The SQL console: submits a person's statement, follows it, reads its result, calls it off.

The workspace decides who may do what; everything goes there with the visitor's own token.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from databricks.sdk import WorkspaceClient
from databricks.sdk.service import sql

from backend.error_translation import translated
from backend.errors import NotFound, ReviewAppError
from backend.identity import Viewer
from backend.sql_console import history, results, schemas
from backend.sql_console.problems import problem_of
from backend.sql_console.record import (
    MOST_BYTES,
    MOST_ROWS,
    Look,
    PastStatement,
    Problem,
    Result,
    ResultPage,
    State,
    TableColumn,
)
from backend.tables import sql as tables_sql
from backend.tables.table_export import csv_parts

_FIRST_PAUSE = 0.03
_GONE = "The result is not kept any more, or it is somebody else's. Run the statement again."

_STATES = {
    sql.StatementState.PENDING: State.WAITING,
    sql.StatementState.RUNNING: State.RUNNING,
    sql.StatementState.SUCCEEDED: State.DONE,
    sql.StatementState.FAILED: State.FAILED,
    sql.StatementState.CANCELED: State.STOPPED,
}


class SqlConsole:
    """Statements of the person whose token the workspace was opened with."""

    def __init__(self, workspace: WorkspaceClient) -> None:
        self._workspace = workspace

    def submit(self, statement: str) -> str:
        """Begin to run a statement and return by which id it is followed; wait for nothing."""
        with translated():
            answer = self._workspace.statement_execution.execute_statement(
                statement,
                tables_sql.warehouse(self._workspace),
                wait_timeout="0s",
                row_limit=MOST_ROWS,
                byte_limit=MOST_BYTES,
                query_tags=[history.TAG],
            )
        if not answer.statement_id:
            raise ReviewAppError("The workspace gave the statement no id.")
        return answer.statement_id

    def look(self, run_id: str, patience: float = 0.0) -> Look:
        """Return how a statement stands; who is patient waits that many seconds for its end."""
        deadline, pause = time.monotonic() + patience, _FIRST_PAUSE
        while True:
            look = self._look(run_id)
            if look.state.is_over or time.monotonic() + pause > deadline:
                return look
            time.sleep(pause)
            pause *= 2

    def cancel(self, run_id: str) -> None:
        """Stop a statement; one that is over stays as it is."""
        with translated():
            self._workspace.statement_execution.cancel_execution(run_id)

    def page(self, run_id: str, result: Result, first: int) -> ResultPage:
        """Return rows as a table shows them, from this one on."""
        with _kept():
            return results.page(self._workspace, run_id, result, first)

    def row(self, run_id: str, result: Result, number: int) -> tuple[str | None, ...]:
        """Return one row with everything in it."""
        with _kept():
            return results.row(self._workspace, run_id, result, number)

    def csv(self, run_id: str, result: Result) -> Iterator[bytes]:
        """Yield the result as a file that no spreadsheet takes for formulas."""
        labels = tuple(column.label for column in result.columns)
        with _kept():
            pages = (
                [dict(zip(labels, cells, strict=True)) for cells in part]
                for part in results.parts(self._workspace, run_id, result)
            )
            yield from csv_parts(labels, pages)

    def mine(self, viewer: Viewer, *, of_any_program: bool = False) -> tuple[PastStatement, ...]:
        """Return the person's statements, the latest first: the console's, or all there are."""
        return history.statements_of(
            self._workspace, viewer.user_name, of_any_program=of_any_program
        )

    def catalogs(self) -> list[str]:
        """Return every catalog the person may see."""
        return schemas.catalogs(self._workspace)

    def schemas(self, catalog: str) -> list[str]:
        """Return the schemas of a catalog."""
        return schemas.schemas(self._workspace, catalog)

    def tables(self, catalog: str, schema: str) -> list[str]:
        """Return the tables of a schema."""
        return schemas.tables(self._workspace, catalog, schema)

    def columns(self, catalog: str, schema: str, table: str) -> list[TableColumn]:
        """Return the columns of a table."""
        return schemas.columns(self._workspace, catalog, schema, table)

    def _look(self, run_id: str) -> Look:
        with _kept():
            answer = self._workspace.statement_execution.get_statement(run_id)
        status = answer.status
        # A result that is closed is not kept any more.
        if status is None or status.state not in _STATES:
            raise NotFound(_GONE)
        state = _STATES[status.state]
        if state is State.DONE:
            return Look(state, result=results.result_of(answer.manifest))
        return Look(state, problem=_problem(status) if state is State.FAILED else None)


def _problem(status: sql.StatementStatus) -> Problem:
    message = (status.error.message if status.error else None) or ""
    return problem_of(message, status.sql_state or "")


@contextmanager
def _kept() -> Iterator[None]:
    """Say of a statement the workspace does not know that its result is gone."""
    try:
        with translated():
            yield
    except NotFound as error:
        raise NotFound(_GONE) from error
