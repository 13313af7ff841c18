"""MLflow's own API and UI under the workspace's address, for those who may use MLflow.

Include it after every other router: it takes `/` and the prefixes below and nothing else.
"""

from typing import Protocol, cast
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.requests import HTTPConnection
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from local_workspace.access.principal import Principal
from local_workspace.authentication import access_stores, authenticate
from local_workspace.errors import PermissionDenied, Unauthenticated
from local_workspace.mlflow_proxy import MlflowProxy
from local_workspace.routers.callers import checked_mlflow_user
from local_workspace.routers.sign_in import MLFLOW_COOKIE

# What MLflow 3.17 registers; a test compares this with the routes of the installed version.
EXACT_PATHS = (
    "/",
    "/graphql",
    "/get-artifact",
    "/model-versions/get-artifact",
    "/v1/traces",
    "/version",
)
PREFIXES = (
    "/ajax-api/",
    "/api/2.0/mlflow/",
    "/api/2.0/mlflow-artifacts/",
    "/api/3.0/mlflow/",
    "/api/3.0/mlflow-artifacts/",
    "/api/4.0/mlflow/",
    "/gateway/",
    "/static-files/",
)
# Ours beside them: a trace piece by piece, `span_reading/`.
SPAN_PATHS = (
    "/__local__/mlflow/traces/{trace_id}/spans",
    "/__local__/mlflow/traces/{trace_id}/spans/{span_id}",
    "/__local__/mlflow/traces/{trace_id}/file",
)
# It runs shell commands on the server's machine for callers from that machine, which through us
# everybody would be.
_ASSISTANT = "/ajax-api/3.0/mlflow/assistant"
_SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))
_METHODS = [*_SAFE_METHODS, "POST", "PUT", "PATCH", "DELETE"]


class _MlflowHolder(Protocol):
    @property
    def mlflow_proxy(self) -> MlflowProxy: ...


class MlflowRoute:
    """Checks who is asking and lets the proxy do the rest."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward the request of a caller who may use MLflow."""
        connection = HTTPConnection(scope)
        checked_mlflow_user(_caller(connection))
        if scope["path"].startswith(_ASSISTANT):
            raise PermissionDenied("MLflow's assistant is not available through the workspace.")
        workspace = cast(_MlflowHolder, connection.app.state.workspace)
        await workspace.mlflow_proxy.forward(scope, receive, send)


router = APIRouter(
    routes=[
        *(Route(path, MlflowRoute(), methods=["GET"]) for path in SPAN_PATHS),
        *(
            Route(path, MlflowRoute(), methods=_METHODS)
            for path in (*EXACT_PATHS, *(f"{prefix}{{path:path}}" for prefix in PREFIXES))
        ),
    ]
)


def _caller(connection: HTTPConnection) -> Principal:
    cookie = connection.cookies.get(MLFLOW_COOKIE)
    if cookie is None or "authorization" in connection.headers:
        return authenticate(connection)
    _refuse_other_sites(connection)
    stores = access_stores(connection)
    principal_id = stores.browser_sessions.principal_id_of(cookie)
    if principal_id and (principal := stores.principals.find(principal_id)):
        return principal
    raise Unauthenticated("This browser session is over; open MLflow from the app again.")


def _refuse_other_sites(connection: HTTPConnection) -> None:
    """Refuse what another page makes the browser send along with its cookie.

    Browsers count every port of this machine as the same site, so `SameSite` alone would let any
    local web application act for the person. Following a link is all others may do.
    """
    headers, method = connection.headers, connection.scope["method"]
    site = headers.get("sec-fetch-site")
    link = method == "GET" and headers.get("sec-fetch-dest") == "document"
    if site in ("cross-site", "same-site") and not link:
        raise PermissionDenied("This request comes from another site.")
    origin = headers.get("origin")
    if method not in _SAFE_METHODS and not (site == "same-origin" or origin):
        raise PermissionDenied("This request does not say which site it comes from.")
    if origin and urlsplit(origin).netloc != headers.get("host"):
        raise PermissionDenied("This request comes from another site.")
