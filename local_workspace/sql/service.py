"""The SQL service: takes statements, runs them beside one another, keeps their results an hour.

It knows who may ask what; what a statement means is the query process's business.
"""

import asyncio
import contextlib
import shutil
import time
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from local_workspace.access.principal import Principal
from local_workspace.errors import InvalidParameter, NotFound, PermissionDenied, TooManyRequests
from local_workspace.inference_tables.table_location import TableCatalog, TableLocation
from local_workspace.sql.failure import StatementFailed
from local_workspace.sql.history import StatementHistory
from local_workspace.sql.history_request import HistoryRequest
from local_workspace.sql.job import Job, Reply, Setup
from local_workspace.sql.limits import MEBIBYTE, SqlLimits
from local_workspace.sql.query_pool import ProcessEnded, QueryPool, ended_failure
from local_workspace.sql.result_files import Manifest, chunk_path, manifest_from
from local_workspace.sql.statement import State, Statement
from local_workspace.sql.statement_request import StatementRequest, statement_request
from local_workspace.sql.user_tables import UserTables
from local_workspace.sql.warehouse import WAREHOUSE_ID

Json = dict[str, Any]
_SWEEP_SECONDS = 60.0
_RETRY_SECONDS = 5


class SqlService:
    """Statements by id, the pool that runs them, and the results on disk."""

    def __init__(
        self,
        data_dir: Path,
        logs_dir: Path,
        inference_tables: TableCatalog,
        limits: SqlLimits | None = None,
    ) -> None:
        self._limits = limits or SqlLimits()
        self._scratch = data_dir.absolute() / "scratch" / "sql"
        self._inference_tables = inference_tables
        self.user_tables = UserTables(data_dir.absolute() / "user_tables")
        setup = Setup(self._limits, self.user_tables.root, self._scratch)
        self.pool = QueryPool(setup, logs_dir / "sql.log")
        self._statements: dict[str, Statement] = {}
        self._history = StatementHistory()
        self._running: set[asyncio.Task[None]] = set()
        self._sweeper: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the processes ahead of the first statement; nobody waits for them."""
        # Results of an earlier run: nobody has their ids any more.
        shutil.rmtree(self._scratch, ignore_errors=True)
        self._scratch.mkdir(parents=True, mode=0o700)
        self.pool.start()
        self._sweeper = asyncio.create_task(self._sweep())

    async def close(self) -> None:
        """End every process and forget every result."""
        if self._sweeper:
            self._sweeper.cancel()
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self.pool.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def tables(self) -> list[TableLocation]:
        """Return every table a statement may name."""
        return [*self._inference_tables.tables(), *self.user_tables.tables()]

    async def submit(self, body: Json, caller: Principal) -> Json:
        """Take a statement, wait for it as long as was asked, and say how far it is."""
        check_reader(caller)
        request = statement_request(body, WAREHOUSE_ID)
        statement = self._accept(request, caller)
        task = asyncio.create_task(self._run(statement, caller))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        if request.wait_seconds:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(statement.ended.wait(), request.wait_seconds)
            if not statement.is_over and request.cancel_on_timeout:
                self._cancel(statement)
        return self._document(statement)

    def get(self, statement_id: str, caller: Principal) -> Json:
        """Say how far a statement is; with its first rows when it is done."""
        return self._document(self._owned(statement_id, caller))

    def chunk(self, statement_id: str, index: str, caller: Principal) -> Json:
        """Return some of the rows."""
        statement = self._owned(statement_id, caller)
        if statement.manifest is None:
            raise InvalidParameter(f"Statement {statement_id} has no result: {statement.state}.")
        if not index.isdecimal() or int(index) >= len(statement.manifest.chunks):
            raise InvalidParameter(
                f"There is no chunk {index}; the result has {len(statement.manifest.chunks)}."
            )
        return self._rows(statement, statement.manifest, int(index))

    def cancel(self, statement_id: str, caller: Principal) -> None:
        """Stop a statement; one that is over stays as it is."""
        self._cancel(self._owned(statement_id, caller))

    def list_history(self, request: HistoryRequest, caller: Principal) -> Json:
        """Return which statements were submitted, the latest first."""
        check_reader(caller)
        return self._history.page(request, caller)

    def _accept(self, request: StatementRequest, caller: Principal) -> Statement:
        unfinished = sum(not each.is_over for each in self._statements.values())
        if unfinished >= self._limits.processes + self._limits.waiting:
            raise TooManyRequests(
                f"{unfinished} statements are waiting already; come back in a moment.",
                reason="QUEUE_FULL",
                retry_after=_RETRY_SECONDS,
            )
        statement_id = str(uuid.uuid4())
        statement = Statement(statement_id, caller.id, request, self._scratch / statement_id)
        self._statements[statement_id] = statement
        self._history.note(statement, caller)
        return statement

    async def _run(self, statement: Statement, caller: Principal) -> None:
        """Run a statement to its end, whatever that is."""
        job = Job(
            request=statement.request,
            tables=self._inference_tables.tables(),
            user=caller.name,
            may_write=caller.may_manage_workspace,
            result_directory=statement.directory,
            may_erase=caller.is_admin,
        )
        started = asyncio.Event()
        marker = asyncio.create_task(self._mark_running(statement, started))
        try:
            reply = await self.pool.run(job, statement.canceling, started)
        except (ProcessEnded, OSError, TimeoutError):
            reply = {"failed": ended_failure().as_dict()}
        finally:
            marker.cancel()
        self._settle(statement, reply)
        self._history.note(statement)

    async def _mark_running(self, statement: Statement, started: asyncio.Event) -> None:
        await started.wait()
        if not statement.is_over:
            statement.state = State.RUNNING
            self._history.note(statement)

    def _settle(self, statement: Statement, reply: Reply) -> None:
        if not statement.is_over and "manifest" in reply:
            if statement.request.is_vacuum:
                # An older result may hold what is to be gone.
                self._forget(each for each in self._statements.values() if each.is_over)
            statement.succeed(manifest_from(reply["manifest"]))
            return
        shutil.rmtree(statement.directory, ignore_errors=True)
        if "failed" in reply:
            statement.fail(_failure(reply["failed"]))
        elif "timed_out" in reply:
            statement.fail(_timed_out(self._limits.statement_seconds))
        else:
            statement.cancel()

    def _cancel(self, statement: Statement) -> None:
        if not statement.is_over:
            statement.canceling.set()
            # For whoever asks it is over now; its process is given back when it has yielded.
            statement.cancel()
            self._history.note(statement)

    def _owned(self, statement_id: str, caller: Principal) -> Statement:
        check_reader(caller)
        statement = self._statements.get(statement_id)
        if statement is None or not (statement.owner == caller.id or caller.is_admin):
            raise NotFound(f"The statement {statement_id} was not found.")
        return statement

    def _document(self, statement: Statement) -> Json:
        status: Json = {"state": statement.state.value}
        document: Json = {"statement_id": statement.id, "status": status}
        if statement.state is State.FAILED and (failure := statement.failure):
            status["error"] = {"error_code": failure.error_code, "message": failure.message}
            status["sql_state"] = failure.sql_state
        elif manifest := statement.manifest:
            document["manifest"] = manifest.as_dict()
            document["result"] = (
                self._rows(statement, manifest, 0) if manifest.chunks else {"row_count": 0}
            )
        return document

    def _rows(self, statement: Statement, manifest: Manifest, index: int) -> Json:
        chunk = manifest.chunks[index]
        try:
            data = chunk_path(statement.directory, index).read_bytes()
        except FileNotFoundError:
            raise NotFound(f"The result of statement {statement.id} is gone.") from None
        rows: Json = {
            "chunk_index": index,
            "row_offset": chunk.row_offset,
            "row_count": chunk.row_count,
            "byte_count": chunk.byte_count,
            "data_array": orjson.Fragment(data),
        }
        if index + 1 < len(manifest.chunks):
            offset = manifest.chunks[index + 1].row_offset
            path = f"/api/2.0/sql/statements/{statement.id}/result/chunks/{index + 1}"
            rows["next_chunk_index"] = index + 1
            rows["next_chunk_internal_link"] = f"{path}?row_offset={offset}"
        return rows

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            self.forget_old()

    def forget_old(self) -> None:
        """Drop results that were kept long enough, and the oldest when there are too many."""
        over = sorted(
            (each for each in self._statements.values() if each.ended_at is not None),
            key=lambda each: each.ended_at or 0.0,
            reverse=True,
        )
        kept = 0
        for statement in over:
            kept += statement.manifest.byte_count if statement.manifest else 0
            age = time.monotonic() - (statement.ended_at or 0.0)
            if age > self._limits.kept_seconds or kept > self._limits.kept_mebibytes * MEBIBYTE:
                self._forget([statement])

    def _forget(self, statements: Iterable[Statement]) -> None:
        for statement in list(statements):
            del self._statements[statement.id]
            shutil.rmtree(statement.directory, ignore_errors=True)


def check_reader(caller: Principal) -> None:
    """Refuse who may not query: reviewers see what is theirs through the app."""
    if not caller.may_use_sql:
        raise PermissionDenied(
            f"{caller.name} may not run SQL: it is open to admins, analysts and service principals."
        )


def _failure(document: dict[str, str]) -> StatementFailed:
    failure = StatementFailed("", "", document["sql_state"], document["error_code"])
    failure.message = document["message"]
    return failure


def _timed_out(seconds: float) -> StatementFailed:
    message = f"The statement took longer than {seconds:g} seconds and was stopped."
    return StatementFailed("", message, "57014", "DEADLINE_EXCEEDED")
