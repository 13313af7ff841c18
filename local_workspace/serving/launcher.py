"""Starts model processes: forked from a warm zygote, or as fresh interpreters."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections import deque
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from local_workspace.serving.model_fetch import FetchSpec
from local_workspace.serving.worker_connection import WorkerConnection
from local_workspace.serving.worker_log import WorkerLog
from local_workspace.serving.worker_process import WorkerSpec

_LINGER_SECONDS = 2.0
# Settings the interpreter or a native library reads when it starts: a fork is too late for them.
_START_TIME_PREFIXES = ("PYTHON", "LD_", "OMP_", "MKL_", "OPENBLAS_")


class ModelProcess:
    """A running model process: its id, the socket to it, and the news of its end."""

    def __init__(self, pid: int, connection: WorkerConnection) -> None:
        self.pid = pid
        self.connection = connection
        self.exited: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def ended(self, status: int) -> None:
        """Record the exit status."""
        if not self.exited.done():
            self.exited.set_result(status)

    async def end(self) -> int:
        """Return the exit status of a process that has hung up, insisting if it lingers."""
        try:
            async with asyncio.timeout(_LINGER_SECONDS):
                return await asyncio.shield(self.exited)
        except TimeoutError:
            self.kill()
            return await self.exited

    def kill(self) -> None:
        """End it now."""
        self.connection.close()
        if not self.exited.done():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


class Launcher(Protocol):
    """Something that can start a model process."""

    async def launch(
        self, spec: WorkerSpec, log: WorkerLog, preload: list[str]
    ) -> ModelProcess: ...

    async def close(self) -> None: ...


class SpawnLauncher:
    """Starts a fresh interpreter per process: slow, but with any environment."""

    def __init__(self, python: Path, package_root: Path) -> None:
        self._python = python
        self._package_root = package_root
        self._watchers: set[asyncio.Task[None]] = set()

    async def launch(self, spec: WorkerSpec, log: WorkerLog, preload: list[str]) -> ModelProcess:
        """Start the interpreter; the spec goes through its standard input."""
        connection, child_socket = await _socket_pair()
        output = await log.open_pipe()
        process = await asyncio.create_subprocess_exec(
            *(str(self._python), "-m", "local_workspace.serving.worker_process"),
            *(str(child_socket.fileno()), str(os.getpid())),
            pass_fds=[child_socket.fileno()],
            stdin=asyncio.subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env=_environment(self._package_root) | spec.environment,
        )
        child_socket.close()
        os.close(output)
        assert process.stdin is not None
        process.stdin.write(json.dumps(asdict(spec)).encode() + b"\n")
        handle = ModelProcess(process.pid, connection)
        watcher = asyncio.create_task(_watch(process, handle))
        self._watchers.add(watcher)
        watcher.add_done_callback(self._watchers.discard)
        return handle

    async def close(self) -> None:
        """Nothing is shared between the processes."""


class ZygoteLauncher:
    """Forks processes from one warm interpreter, which is started when first needed."""

    def __init__(self, python: Path, package_root: Path, log: WorkerLog) -> None:
        self._python = python
        self._package_root = package_root
        self._log = log
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        # Kept because the stream is closed with its writer.
        self._control: asyncio.StreamWriter | None = None
        self._socket: socket.socket | None = None
        self._ready: asyncio.Future[bool] | None = None
        # The zygote forks in the order it is asked; also those nobody waits for any more.
        self._awaited: deque[tuple[asyncio.Future[ModelProcess], WorkerConnection]] = deque()
        self._children: dict[int, ModelProcess] = {}
        self._reader: asyncio.Task[None] | None = None

    async def launch(
        self, spec: WorkerSpec | FetchSpec, log: WorkerLog, preload: list[str]
    ) -> ModelProcess:
        """Fork a process; if the zygote has died, start another first."""
        async with self._turn:
            await self._ensure_running()
            connection, child_socket = await _socket_pair()
            output = await log.open_pipe()
            role = "worker" if isinstance(spec, WorkerSpec) else "fetch"
            request = {"role": role, "spec": asdict(spec), "preload": preload}
            forked: asyncio.Future[ModelProcess] = asyncio.get_running_loop().create_future()
            self._awaited.append((forked, connection))
            try:
                await self._send(request, [child_socket.fileno(), output])
            finally:
                child_socket.close()
                os.close(output)
            return await forked

    async def start(self) -> None:
        """Import everything now, so that the first deployment does not wait for it."""
        async with self._turn:
            await self._ensure_running()

    async def close(self) -> None:
        """End the zygote; its forks end with it."""
        if self._reader:
            self._reader.cancel()
        if self._control:
            self._control.close()
        if self._socket:
            self._socket.close()
        self._give_up_launches()
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def _ensure_running(self) -> None:
        if self._process and self._process.returncode is None:
            return
        await self.close()
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        output = await self._log.open_pipe()
        self._process = await asyncio.create_subprocess_exec(
            *(str(self._python), "-m", "local_workspace.serving.zygote"),
            *(str(theirs.fileno()), str(os.getpid())),
            pass_fds=[theirs.fileno()],
            stdout=output,
            stderr=output,
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            env=_environment(self._package_root),
        )
        theirs.close()
        os.close(output)
        self._socket = ours
        self._ready = asyncio.get_running_loop().create_future()
        replies, self._control = await asyncio.open_connection(sock=ours.dup())
        self._reader = asyncio.create_task(self._read_replies(replies))
        if not await asyncio.shield(self._ready):
            raise ConnectionError(f"The Python environment does not start: {self._log.last(5)}")

    async def _send(self, request: dict[str, Any], descriptors: list[int]) -> None:
        assert self._socket is not None
        data = json.dumps(request).encode() + b"\n"
        sent = socket.send_fds(self._socket, [data], descriptors)
        await asyncio.get_running_loop().sock_sendall(self._socket, data[sent:])

    async def _read_replies(self, control: asyncio.StreamReader) -> None:
        # A zygote killed before it has read a request resets the connection.
        with contextlib.suppress(ConnectionError):
            while line := await control.readline():
                self._take(json.loads(line))
        for child in self._children.values():
            child.ended(-signal.SIGKILL)
        self._children.clear()
        self._say_ready(False)
        self._give_up_launches()

    def _take(self, reply: dict[str, Any]) -> None:
        if "forked" in reply:
            self._forked(reply["forked"])
        elif "exited" in reply:
            if child := self._children.pop(reply["exited"], None):
                child.ended(reply["status"])
        else:
            self._say_ready(True)

    def _forked(self, pid: int) -> None:
        forked, connection = self._awaited.popleft()
        handle = self._children[pid] = ModelProcess(pid, connection)
        if forked.done():
            handle.kill()
        else:
            forked.set_result(handle)

    def _say_ready(self, value: bool) -> None:
        if self._ready and not self._ready.done():
            self._ready.set_result(value)

    def _give_up_launches(self) -> None:
        for forked, connection in self._awaited:
            connection.close()
            if not forked.done():
                forked.set_exception(
                    ConnectionError("The process that forks model processes ended.")
                )
        self._awaited.clear()


def needs_fresh_interpreter(environment: dict[str, str]) -> bool:
    """Tell whether a setting only works when the interpreter starts with it."""
    return any(name.startswith(_START_TIME_PREFIXES) for name in environment)


async def _socket_pair() -> tuple[WorkerConnection, socket.socket]:
    ours, theirs = socket.socketpair()
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(WorkerConnection, sock=ours)
    return connection, theirs


async def _watch(process: asyncio.subprocess.Process, handle: ModelProcess) -> None:
    handle.ended(await process.wait())


def _environment(package_root: Path) -> dict[str, str]:
    """Return a clean environment: what the shell had for clients is not for models."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DATABRICKS_", "MLFLOW_"))
    }
    return kept | {
        "PYTHONPATH": str(package_root),
        "PYTHONUNBUFFERED": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_TRACE_USE_ISOLATED_RANDOM_ID_GENERATOR": "true",
        # One model process must not take both cores for a matrix product.
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),
        "OPENBLAS_NUM_THREADS": os.environ.get("OPENBLAS_NUM_THREADS", "1"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }
