"""Runs one statement at a time in the query process: reads, translates, writes its rows."""

import contextlib
import shutil
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

import duckdb
import pyarrow as pa
from sqlglot import exp

from local_workspace.sql.data_types import from_arrow, from_duckdb
from local_workspace.sql.dialect.parameters import NamedParameters
from local_workspace.sql.dialect.parsing import parse
from local_workspace.sql.dialect.rules import RULES
from local_workspace.sql.dialect.translator import Translator
from local_workspace.sql.dialect.type_oracle import OracleConnections, relation_name
from local_workspace.sql.engine import Engine
from local_workspace.sql.engine_errors import ENGINE_ERRORS, failure_of, needs_columns_by_name
from local_workspace.sql.erasures import Erasures
from local_workspace.sql.error_places import locate_column, locate_table
from local_workspace.sql.failure import StatementFailed, unsupported
from local_workspace.sql.job import Job, Setup
from local_workspace.sql.known_tables import KnownTables
from local_workspace.sql.metadata import metadata
from local_workspace.sql.result_files import Column, Manifest, ResultLimits, ResultWriter
from local_workspace.sql.statement_request import StatementRequest
from local_workspace.sql.statement_tables import StatementTables
from local_workspace.sql.table_changes import TableChanges, is_change
from local_workspace.sql.user_tables import UserTables

_BATCH_ROWS = 2048
T = TypeVar("T")


class StatementRunner:
    """Keeps what outlives a statement: the DuckDB instances and what they remember of files."""

    def __init__(self, setup: Setup) -> None:
        self._limits = setup.limits
        self._user_tables = UserTables(setup.user_tables)
        self._scratch = setup.scratch / f"process-{threading.get_native_id()}"
        self._engine = Engine(setup.limits, self._scratch)
        self._oracles = OracleConnections()
        self._running: duckdb.DuckDBPyConnection | None = None

    def warm_up(self) -> None:
        """Do once what takes a second the first time: imports, the instance, its functions."""
        directory = self._scratch / "warm-up"
        for statement in ("SHOW CATALOGS", "SELECT date_trunc('DAY', now()) AS day, 1.5 / 3"):
            self.run(Job(StatementRequest(statement), [], "", False, directory), threading.Event())
        shutil.rmtree(directory, ignore_errors=True)

    def run(self, job: Job, canceled: threading.Event) -> Manifest:
        """Run a statement to its end and return what its result consists of."""
        request = job.request
        known = KnownTables(job.tables, self._user_tables, request.catalog, request.schema)
        tables = StatementTables(known, self._oracles.oracle())
        if (rows := metadata(request.statement, known, tables.schema)) is not None:
            return self._write_table(job, rows)
        erasures = Erasures(known, job.may_erase, job.user, canceled)
        if (rows := erasures.maintain(request.statement)) is not None:
            return self._write_table(job, rows)
        tree = parse(request.statement)
        if isinstance(tree, exp.Delete):
            with _in_its_table(tree):
                rows = erasures.delete(tree, self._evaluate(job, tables, canceled))
            return self._write_table(job, rows)
        if is_change(tree):
            changes = TableChanges(self._user_tables, known, job.may_write, job.user)
            with _in_its_table(tree):
                rows = changes.apply(tree, self._evaluate(job, tables, canceled))
            return self._write_table(job, rows)
        if not isinstance(tree, exp.Query):
            raise unsupported(
                "A statement must be a SELECT, a SHOW or a DESCRIBE; anything else is not supported"
            )
        return self._answer(
            tree, job, tables, canceled, lambda c, rows: self._writer(job, c).write(rows)
        )

    def interrupt(self) -> None:
        """Stop what is running, from another thread."""
        if (running := self._running) is not None:
            running.interrupt()

    def _evaluate(
        self, job: Job, tables: StatementTables, canceled: threading.Event
    ) -> Callable[[exp.Query], pa.Table]:
        def rows_of(tree: exp.Query) -> pa.Table:
            return self._answer(tree, job, tables, canceled, lambda _, rows: rows.read_all())

        return rows_of

    def _answer(
        self,
        tree: exp.Query,
        job: Job,
        tables: StatementTables,
        canceled: threading.Event,
        take: Callable[[list[Column], pa.RecordBatchReader], T],
    ) -> T:
        """Translate and run a query; hand its columns, and its rows as they come, to `take`."""
        parameters = NamedParameters(job.request.parameters)
        query = Translator(RULES, tables, parameters, tables.oracle).write(tree)
        with self._engine.connection(each.path for each in tables.locations) as cursor:
            self._running = cursor
            try:
                if canceled.is_set():
                    raise StatementFailed("", "Canceled.", "57014")
                try:
                    return take(*self._execute(cursor, query, tables, by_name=False))
                except ENGINE_ERRORS as error:
                    if not needs_columns_by_name(error):
                        raise
                return take(*self._execute(cursor, query, tables, by_name=True))
            except ENGINE_ERRORS as error:
                failure = failure_of(error)
                locate_column(failure, tree)
                raise failure from None
            finally:
                self._running = None

    def _execute(
        self, cursor: duckdb.DuckDBPyConnection, query: str, tables: StatementTables, by_name: bool
    ) -> tuple[list[Column], pa.RecordBatchReader]:
        for index, relation in enumerate(tables.relations):
            self._engine.show(cursor, relation_name(index), relation, by_name)
        answer = cursor.sql(query)
        columns = [
            Column(name, from_duckdb(kind))
            for name, kind in zip(answer.columns, answer.types, strict=True)
        ]
        return columns, answer.to_arrow_reader(_BATCH_ROWS)

    def _write_table(self, job: Job, rows: pa.Table) -> Manifest:
        columns = [Column(field.name, from_arrow(field.type)) for field in rows.schema]
        return self._writer(job, columns).write(rows.to_batches())

    def _writer(self, job: Job, columns: list[Column]) -> ResultWriter:
        limits = ResultLimits(
            job.request.row_limit,
            job.request.byte_limit,
            self._limits.inline_bytes,
            self._limits.chunk_bytes,
        )
        return ResultWriter(job.result_directory, columns, limits)


@contextlib.contextmanager
def _in_its_table(tree: exp.Expr) -> Iterator[None]:
    """Let a change that fails say where the table stands that it is about."""
    try:
        yield
    except StatementFailed as failure:
        locate_table(failure, tree)
        raise
