"""Databricks' Files API for the files of model versions; bytes pass through, none is held.

Volumes and everything else the Files API knows are refused, like every route that is not there.
"""

from typing import Protocol, cast
from urllib.parse import unquote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from local_workspace.authentication import authenticate
from local_workspace.errors import InvalidParameter
from local_workspace.mlflow_proxy import MlflowProxy
from local_workspace.routers.callers import checked_mlflow_user
from local_workspace.unity_catalog.model_registry import ModelRegistry
from local_workspace.unity_catalog.version_files import VersionFiles, VersionPath

_ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts/"
_LARGEST_PAGE = 1000


class _RegistryHolder(Protocol):
    @property
    def mlflow_proxy(self) -> MlflowProxy: ...
    @property
    def model_registry(self) -> ModelRegistry: ...


class FileRoute:
    """Finds the place of one file and lets the proxy carry it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a file, or take one for a version that is being uploaded."""
        request = Request(scope)
        if request.method == "POST":
            return await (await _begin_upload(request))(scope, receive, send)
        path = _path(request)
        if request.method == "PUT":
            overwrite = request.query_params.get("overwrite", "true").lower() != "false"
            place = await _files(request).writable(path, overwrite=overwrite)
        else:
            place = await _files(request).readable(path)
        raw = _ARTIFACTS + place
        place_of_it = {"path": unquote(raw), "raw_path": raw.encode(), "query_string": b""}
        return await _workspace(request).mlflow_proxy.forward(
            {**scope, **place_of_it}, receive, send
        )


async def _begin_upload(request: Request) -> Response:
    """Let the client begin the upload of a large file; it finds no part urls and sends it whole."""
    path = _path(request)
    if request.query_params.get("action") != "initiate-upload":
        raise InvalidParameter("The only action is initiate-upload.")
    await _files(request).writable(path, overwrite=True)
    return JSONResponse({"multipart_upload": {"session_token": "whole"}})


async def directory(request: Request) -> Response:
    """List a folder of a version, page by page; HEAD tells whether it exists."""
    contents = await _files(request).contents(_path(request))
    start, size = _page(request, "page_token", 0), _page(request, "page_size", _LARGEST_PAGE)
    end = start + min(size or _LARGEST_PAGE, _LARGEST_PAGE)
    page: dict[str, object] = {"contents": contents[start:end]}
    return JSONResponse(page | ({"next_page_token": str(end)} if end < len(contents) else {}))


def _path(request: Request) -> VersionPath:
    checked_mlflow_user(authenticate(request))
    # Decoded it would be a / like any other.
    if b"%2f" in request.scope.get("raw_path", b"").lower():
        raise InvalidParameter("A name in a path may not contain an encoded slash.")
    return VersionPath.parse(request.path_params["path"])


def _page(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, "") or str(default)
    if not text.isdecimal():
        raise InvalidParameter(f"`{name}` must be a number.")
    return int(text)


def _files(request: Request) -> VersionFiles:
    return _workspace(request).model_registry.files


def _workspace(request: Request) -> _RegistryHolder:
    return cast(_RegistryHolder, request.app.state.workspace)


router = APIRouter(
    routes=[
        Route("/api/2.0/fs/files/Models/{path:path}", FileRoute(), methods=["GET", "PUT", "POST"]),
        Route("/api/2.0/fs/directories/Models/{path:path}", directory, methods=["GET"]),
    ]
)
