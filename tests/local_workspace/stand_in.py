"""A gateway with the real stores, routers and MLflow server, but without serving.

Runs in a process of its own, so that its memory can be measured and it can be killed; prints how
to reach it as one line of JSON.
"""

import asyncio
import contextlib
import json
import os
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from local_workspace.access.browser_sessions import BrowserSessions
from local_workspace.access.permissions import Permissions
from local_workspace.access.principals import Principals
from local_workspace.access.sign_in_codes import SignInCodes
from local_workspace.access.tokens import Tokens
from local_workspace.database import open_database
from local_workspace.errors import WorkspaceError
from local_workspace.mlflow_proxy import MlflowProxy
from local_workspace.mlflow_server import MlflowServer, mlflow_server
from local_workspace.routers import mlflow, permissions, scim, sign_in, tokens, well_known
from local_workspace.settings import Settings

ADMIN = "admin@example.com"
CREATOR = "creator@example.com"
QUERYABLE = "chain"


@dataclass(frozen=True)
class AnEndpoint:
    id: str
    name: str
    creator: str


class SomeEndpoints:
    """One endpoint, so that there is something to have permissions on."""

    def find_by_id(self, endpoint_id: str) -> AnEndpoint | None:
        return AnEndpoint("e1", QUERYABLE, CREATOR) if endpoint_id == "e1" else None


@dataclass
class StandIn:
    """The attributes of the real workspace that are used here."""

    settings: Settings
    database: sqlite3.Connection
    endpoints: SomeEndpoints = field(default_factory=SomeEndpoints)

    def __post_init__(self) -> None:
        self.principals = Principals(self.database)
        self.tokens = Tokens(self.database, self.principals)
        self.permissions = Permissions(self.database)
        self.sign_in_codes = SignInCodes(self.database)
        self.browser_sessions = BrowserSessions()
        self.mlflow: MlflowServer = mlflow_server(self.settings)
        self.mlflow_proxy = MlflowProxy(self.mlflow)


def build_app(settings: Settings, address: dict[str, str]) -> FastAPI:
    """Return the application; `address` is completed and printed once it is up."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        workspace = StandIn(settings, open_database(settings.database_path))
        app.state.workspace = workspace
        await workspace.mlflow.start()
        address.update(_credentials(workspace), mlflow_pid=str(workspace.mlflow.pid or 0))
        print(json.dumps(address), flush=True)  # noqa: T201 (this is how the tests learn it)
        yield
        await workspace.mlflow_proxy.close()
        await workspace.mlflow.stop()
        workspace.database.close()

    app = FastAPI(lifespan=lifespan)
    app.add_exception_handler(WorkspaceError, _as_json)
    for module in (scim, tokens, permissions, sign_in, well_known, mlflow):
        app.include_router(module.router)
    return app


def _credentials(workspace: StandIn) -> dict[str, str]:
    admin = workspace.principals.find_by_name(ADMIN) or workspace.principals.create_user(
        ADMIN, "Ada Admin", ["admins"]
    )
    if workspace.principals.find_by_name(CREATOR) is None:
        workspace.principals.create_user(CREATOR, "Carl Creator", ["analysts"])
    return {
        "admin_token": workspace.tokens.issue(admin)[0],
        "served_version_token": workspace.tokens.issue_served_version_token("served", [QUERYABLE]),
        "mlflow_url": workspace.mlflow.base_url,
    }


async def _as_json(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, WorkspaceError)
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else None
    return JSONResponse(error.as_dict(), status_code=error.status, headers=headers)


def main() -> None:
    """Serve on a free port of this machine."""
    # asyncio sets TCP_NODELAY only when the protocol is named; without it answers wait 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(512)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    mlflow_url = os.environ.get("MLFLOW_URL")
    settings = Settings(data_dir=Path(sys.argv[1]), mlflow_tracking_uri=mlflow_url)
    app = build_app(settings, {"url": url, "pid": str(os.getpid())})
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    asyncio.run(server.serve(sockets=[listener]))


if __name__ == "__main__":
    main()
