"""Runs a workspace in this process: from an empty socket to a clean end."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import uvicorn

from local_workspace.access.principal import ADMINS
from local_workspace.api import build_app
from local_workspace.data_directory import DataDirectory
from local_workspace.settings import Settings
from local_workspace.workspace import Workspace, build_workspace

OWNER = "owner@local-workspace"
_TOKEN_COMMENT = "connection.json"

Connection = dict[str, str]


class _Server(uvicorn.Server):
    """uvicorn, without its own signal handling: ends are ours to order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(settings: Settings, then: Callable[[Connection], Awaitable[int]] | None = None) -> int:
    """Run until a signal comes, or until `then` is done; returns the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # When it started and that it ended is said below, in words.
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    directory = DataDirectory(settings)
    try:
        listener = _listen(settings)
        with uvloop_runner() as runner:
            return runner.run(_serve(settings, directory, listener, then))
    finally:
        directory.release()


def uvloop_runner() -> asyncio.Runner:
    """Return a runner with the faster event loop."""
    import uvloop  # noqa: PLC0415 (absent on platforms uvloop does not support)

    return asyncio.Runner(loop_factory=uvloop.new_event_loop)


async def _serve(
    settings: Settings,
    directory: DataDirectory,
    listener: socket.socket,
    then: Callable[[Connection], Awaitable[int]] | None,
) -> int:
    url = f"http://{settings.host}:{listener.getsockname()[1]}"
    workspace = build_workspace(settings, url)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with _listening(workspace, listener):
        try:
            return await _until_stopped(workspace, directory, stop, then)
        finally:
            directory.withdraw()
            await workspace.stop()


async def _until_stopped(
    workspace: Workspace,
    directory: DataDirectory,
    stop: asyncio.Event,
    then: Callable[[Connection], Awaitable[int]] | None,
) -> int:
    stopped = asyncio.create_task(stop.wait())
    started = asyncio.create_task(workspace.start())
    await asyncio.wait({stopped, started}, return_when=asyncio.FIRST_COMPLETED)
    if not started.done():
        started.cancel()
        await asyncio.gather(started, return_exceptions=True)
        return 0
    started.result()
    connection = _connection(workspace)
    directory.publish(connection)
    sys.stderr.write(f"The workspace is ready at {workspace.url}\n")
    if then is None:
        await stopped
        return 0
    work = asyncio.ensure_future(then(connection))
    await asyncio.wait({stopped, work}, return_when=asyncio.FIRST_COMPLETED)
    if work.done():
        return work.result()
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    return 0


@contextlib.asynccontextmanager
async def _listening(workspace: Workspace, listener: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(
        build_app(workspace),
        http="httptools",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=3,
        # A token may be in a query nobody should have written; headers stay out of logs anyway.
        server_header=False,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def _connection(workspace: Workspace) -> Connection:
    """Mint the owner's token for this run; tokens of earlier runs end here."""
    owner = workspace.principals.find_by_name(OWNER) or workspace.principals.create_user(
        OWNER, "Owner of this workspace", [ADMINS]
    )
    for token in workspace.tokens.of(owner):
        if token.comment == _TOKEN_COMMENT:
            workspace.tokens.revoke(token.id)
    secret, _ = workspace.tokens.issue(owner, comment=_TOKEN_COMMENT)
    return {"host": workspace.url, "token": secret, "mlflow_tracking_uri": workspace.url}


def _listen(settings: Settings) -> socket.socket:
    # The protocol is named because asyncio sets TCP_NODELAY only then; without it every answer
    # on a kept-alive connection waits 40 ms.
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except socket.gaierror as error:
        listener.close()
        raise OSError(
            f"Cannot listen on {settings.host}: no such host. Give another --host."
        ) from error
    except OSError as error:
        listener.close()
        raise OSError(
            f"Cannot listen on {settings.host}:{settings.port}: {os.strerror(error.errno or 0)}. "
            "Give another --port, or 0 for a free one."
        ) from error
    listener.listen(1024)
    listener.set_inheritable(False)
    return listener
