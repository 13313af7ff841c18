"""The processes that run statements: a few, started ahead, replaced when one dies."""

import asyncio
import contextlib
import logging
import os
import socket
import sys
from pathlib import Path

import orjson

from local_workspace.sql.failure import StatementFailed
from local_workspace.sql.job import Cancel, Job, Reply, Setup, framed

_PROJECT = Path(__file__).parents[2]
_START_SECONDS = 60.0
# One answer is one line; the widest tables have a few thousand columns to describe.
_LONGEST_REPLY = 64 * 1024 * 1024

_log = logging.getLogger("local_workspace")


class ProcessEnded(Exception):
    """The process is gone, with whatever it was doing."""


class DidNotYield(Exception):
    """The process went on although it was told to stop."""

    def __init__(self, outcome: Reply) -> None:
        super().__init__()
        self.outcome = outcome


class QueryProcessHandle:
    """One running process and the socket to it."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.process = process
        self._reader = reader
        self._writer = writer

    async def reply(self) -> Reply:
        """Return the next line it says."""
        try:
            line = await self._reader.readline()
        except (ConnectionError, ValueError) as error:
            raise ProcessEnded from error
        if not line.endswith(b"\n"):
            raise ProcessEnded
        answer: Reply = orjson.loads(line)
        return answer

    async def send(self, message: Job | Cancel | Setup) -> None:
        """Tell it something."""
        try:
            self._writer.write(framed(message))
            await self._writer.drain()
        except ConnectionError as error:
            raise ProcessEnded from error

    async def end(self) -> None:
        """Kill it, if it is still there, and wait until it is gone."""
        self._writer.close()
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
        await self.process.wait()


class QueryPool:
    """Lends processes out, one statement at a time each."""

    def __init__(self, setup: Setup, log: Path) -> None:
        self._setup = setup
        self._log = log
        self._places = asyncio.Semaphore(setup.limits.processes)
        self._idle: list[QueryProcessHandle] = []
        self._all: set[QueryProcessHandle] = set()
        self._starting: set[asyncio.Task[None]] = set()

    @property
    def pids(self) -> list[int]:
        """The processes there are."""
        return [handle.process.pid for handle in self._all]

    def start(self) -> None:
        """Begin to start all of them; nobody waits."""
        for _ in range(self._setup.limits.processes):
            task = asyncio.create_task(self._start_ahead())
            self._starting.add(task)
            task.add_done_callback(self._starting.discard)

    async def run(self, job: Job, canceling: asyncio.Event, started: asyncio.Event) -> Reply:
        """Wait for a place, run the job there, and return what came of it."""
        async with self._places:
            if canceling.is_set():
                return {"canceled": True}
            handle = await self._borrow()
            started.set()
            try:
                reply = await self._run_on(handle, job, canceling)
            except DidNotYield as stubborn:
                await self._discard(handle)
                return stubborn.outcome
            except BaseException:
                await self._discard(handle)
                raise
            self._idle.append(handle)
            return reply

    async def close(self) -> None:
        """End every process."""
        for task in list(self._starting):
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        await asyncio.gather(*(self._discard(handle) for handle in list(self._all)))

    async def _run_on(
        self, handle: QueryProcessHandle, job: Job, canceling: asyncio.Event
    ) -> Reply:
        limits = self._setup.limits
        await handle.send(job)
        reply = asyncio.ensure_future(handle.reply())
        canceled = asyncio.ensure_future(canceling.wait())
        try:
            await asyncio.wait(
                (reply, canceled),
                timeout=limits.statement_seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if reply.done():
                return reply.result()
            await handle.send(Cancel())
            outcome: Reply = {"canceled" if canceling.is_set() else "timed_out": True}
            await asyncio.wait((reply,), timeout=limits.yield_seconds)
            if not reply.done():
                raise DidNotYield(outcome)
            reply.result()
            return outcome
        finally:
            canceled.cancel()
            if not reply.done():
                reply.cancel()
                await asyncio.gather(reply, return_exceptions=True)

    async def _borrow(self) -> QueryProcessHandle:
        while True:
            while self._idle:
                handle = self._idle.pop()
                if handle.process.returncode is None:
                    return handle
                await self._discard(handle)
            nearly_there = [task for task in self._starting if not task.done()]
            if not nearly_there:
                return await self._start_one()
            await asyncio.wait(nearly_there, return_when=asyncio.FIRST_COMPLETED)

    async def _start_ahead(self) -> None:
        try:
            self._idle.append(await self._start_one())
        except (ProcessEnded, OSError, TimeoutError):
            _log.warning("a query process did not start; the first statement will try again")

    async def _start_one(self) -> QueryProcessHandle:
        ours, theirs = socket.socketpair()
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as output, theirs:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "local_workspace.sql.query_process"),
                *(str(theirs.fileno()), str(os.getpid())),
                pass_fds=[theirs.fileno()],
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env=_environment(),
            )
        streams = await asyncio.open_connection(sock=ours, limit=_LONGEST_REPLY)
        handle = QueryProcessHandle(process, *streams)
        self._all.add(handle)
        try:
            await handle.send(self._setup)
            await asyncio.wait_for(handle.reply(), _START_SECONDS)
        except BaseException:
            await self._discard(handle)
            raise
        return handle

    async def _discard(self, handle: QueryProcessHandle) -> None:
        self._all.discard(handle)
        await handle.end()


def ended_failure() -> StatementFailed:
    """Say that the process died under the statement."""
    return StatementFailed(
        "",
        "The process that ran the statement ended, probably for want of memory. Ask for less.",
        "58000",
        "ABORTED",
    )


def _environment() -> dict[str, str]:
    """Return what a query process may know: where Python is, and nothing of anybody's."""
    kept = {"HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "TMPDIR", "SYSTEMROOT"}
    variables = {name: value for name, value in os.environ.items() if name in kept}
    return variables | {"PYTHONPATH": str(_PROJECT), "TZ": "UTC", "OMP_NUM_THREADS": "1"}
