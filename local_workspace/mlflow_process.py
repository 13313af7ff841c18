"""The MLflow server as one process: `python -m local_workspace.mlflow_process SOCKET PARENT`.

It serves the same application `mlflow server` serves, with the same settings, but without the
command line's supervisor in front of it: half the start-up time, two thirds of the memory, and one
process to stop. Only this module imports mlflow's server; it must not know the gateway.

It answers only those who know the token in its environment: the port is open to everybody who
has an account on this machine, and who may do what is decided by the gateway in front of it.
"""

import asyncio
import gc
import os
import secrets
import socket
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, cast

import uvicorn

from local_workspace.mlflow_scrubbing import Scrubbing
from local_workspace.process_lifetime import end_with_parent
from local_workspace.span_reading.route import SpanRoute
from local_workspace.trace_import.route import ImportRoute

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

TOKEN_VARIABLE = "LOCAL_WORKSPACE_MLFLOW_TOKEN"
# Longer than the gateway keeps a connection, so that it never reuses one that is being closed.
_KEEP_ALIVE_SECONDS = 75


def main() -> None:
    """Serve until told to stop, or until the gateway is gone."""
    end_with_parent(int(sys.argv[2]))
    # Looking for garbage among what is being imported takes a quarter of the start.
    gc.disable()
    # Taking in traces is most of its work, and no answer is to wait for that.
    os.nice(5)
    threading.Thread(target=_end_with_standard_input, daemon=True).start()
    listener = socket.socket(fileno=int(sys.argv[1]))
    database = Path(os.environ["_MLFLOW_SERVER_FILE_STORE"].removeprefix("sqlite:///"))
    mlflow = ImportRoute(Scrubbing(_mlflow_application(), database), database)
    application = TokenRequired(SpanRoute(mlflow, database), os.environ.pop(TOKEN_VARIABLE))
    # Half a million objects that stay: looking through them again and again slows every import.
    gc.freeze()
    gc.enable()
    config = uvicorn.Config(
        application,
        access_log=False,
        log_level="warning",
        # The gateway is the only caller, and what it forwards is not to be trusted as an address.
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=3,
    )
    asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))


class TokenRequired:
    """Lets a request through to MLflow when it carries the token."""

    def __init__(self, application: "ASGIApp", token: str) -> None:
        self._application = application
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer 401 to everybody else; start-up and shutdown messages pass."""
        if scope["type"] == "http":
            sent = dict(scope["headers"]).get(b"authorization", b"")
            if not secrets.compare_digest(sent, self._expected):
                await send({"type": "http.response.start", "status": 401, "headers": []})
                await send({"type": "http.response.body", "body": b"Use the workspace's address."})
                return
        await self._application(scope, receive, send)


def _end_with_standard_input() -> None:
    # The gateway holds the other end and never writes: it closes when the gateway ends, however
    # that happens and whatever system this is.
    sys.stdin.buffer.read()
    os._exit(1)


def _mlflow_application() -> "ASGIApp":
    # Slow, and only right once the environment says where the stores are.
    from mlflow.server.fastapi_app import app  # noqa: PLC0415
    from mlflow.server.handlers import initialize_backend_stores  # noqa: PLC0415

    initialize_backend_stores(
        os.environ["_MLFLOW_SERVER_FILE_STORE"],
        os.environ["_MLFLOW_SERVER_REGISTRY_STORE"],
        os.environ["_MLFLOW_SERVER_ARTIFACT_ROOT"],
    )
    return cast("ASGIApp", app)


if __name__ == "__main__":
    main()
