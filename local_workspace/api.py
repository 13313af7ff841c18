"""Builds the web application: the routes, and the one place that turns errors into answers."""

import logging
import uuid

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from local_workspace.authentication import authenticate
from local_workspace.errors import (
    InvalidParameter,
    MalformedRequest,
    NotImplementedHere,
    Unauthenticated,
    WorkspaceError,
)
from local_workspace.routers import (
    entrance,
    files,
    invocations,
    metrics,
    mlflow,
    permissions,
    scim,
    serving_endpoints,
    sign_in,
    sql_history,
    sql_statements,
    sql_warehouses,
    storage,
    tokens,
    unity_catalog,
    well_known,
)
from local_workspace.workspace import Workspace

_log = logging.getLogger("local_workspace")


def build_app(workspace: Workspace) -> FastAPI:
    """Return the application that serves this workspace."""
    app = FastAPI(
        title="Local workspace",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        # curl names no JSON when it sends some.
        strict_content_type=False,
    )
    app.state.workspace = workspace
    for module in (
        invocations,
        serving_endpoints,
        permissions,
        scim,
        tokens,
        sign_in,
        well_known,
        files,
        unity_catalog,
        sql_statements,
        sql_warehouses,
        sql_history,
        metrics,
        storage,
        mlflow,
    ):
        app.include_router(module.router)
    app.add_exception_handler(WorkspaceError, _workspace_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected_error)
    return app


async def _workspace_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, WorkspaceError)
    if isinstance(error, Unauthenticated) and entrance.is_wanted(request):
        return entrance.page(request)
    headers = {
        name: str(value)
        for name, value in (("Retry-After", error.retry_after), ("X-Request-Id", error.request_id))
        if value
    }
    return JSONResponse(error.as_dict(), status_code=error.status, headers=headers)


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return await _workspace_error(request, MalformedRequest("The body is not valid JSON."))
    where = ".".join(str(part) for part in first["loc"])
    return await _workspace_error(request, InvalidParameter(f"{where}: {first['msg']}."))


async def _http_error(request: Request, error: Exception) -> Response:
    """Unknown routes and methods are refused by name: silence would look like success."""
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, UnicodeDecodeError):
        return await _workspace_error(request, MalformedRequest("The body is not UTF-8 text."))
    if error.status_code not in (404, 405):
        body = {"error_code": "BAD_REQUEST", "message": str(error.detail)}
        return JSONResponse(body, status_code=error.status_code)
    try:
        authenticate(request)
    except WorkspaceError as refusal:
        return await _workspace_error(request, refusal)
    route = f"{request.method} {request.url.path}"
    allowed = (error.headers or {}).get("Allow")
    instead = f" Use {allowed} there." if allowed else ""
    unknown = NotImplementedHere(f"The local workspace does not implement {route}.{instead}")
    return await _workspace_error(request, unknown)


async def _unexpected_error(_request: Request, error: Exception) -> JSONResponse:
    reference = uuid.uuid4().hex[:12]
    _log.error("unexpected error %s", reference, exc_info=error)
    message = f"The workspace made a mistake. Its log has the details under {reference}."
    return JSONResponse({"error_code": "INTERNAL_ERROR", "message": message}, status_code=500)
