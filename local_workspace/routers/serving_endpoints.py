"""Managing endpoints: create, read, change, delete, and what their processes print and count."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from local_workspace.access.permissions import PermissionLevel
from local_workspace.access.principal import Principal
from local_workspace.errors import NotFound, PermissionDenied
from local_workspace.routers.callers import AccountHolder
from local_workspace.serving import endpoint_documents, endpoint_requests, openapi
from local_workspace.serving.endpoint import Endpoint
from local_workspace.serving.endpoint_runtime import EndpointRuntime
from local_workspace.serving.served_version import ServedVersion

PREFIX = "/api/2.0/serving-endpoints"

router = APIRouter()
Json = dict[str, Any]
JsonBody = Annotated[Json, Body()]


@router.get(PREFIX)
@router.get(f"{PREFIX}/")
async def list_endpoints(request: Request, caller: AccountHolder) -> Json:
    """List the endpoints the caller may see."""
    runtimes = request.app.state.workspace.endpoints.all()
    visible = [
        endpoint_documents.summary(runtime)
        for runtime in runtimes
        if _level(request, caller, runtime.endpoint) >= PermissionLevel.CAN_VIEW
    ]
    return {"endpoints": visible}


@router.post(PREFIX)
@router.post(f"{PREFIX}/")
async def create(request: Request, caller: AccountHolder, body: JsonBody) -> Json:
    """Create an endpoint; it comes up in the background."""
    if not caller.may_manage_workspace:
        raise PermissionDenied(f"{caller.name} may not create serving endpoints.")
    runtime = await request.app.state.workspace.endpoints.create(body, caller.name)
    return endpoint_documents.detailed(runtime, PermissionLevel.CAN_MANAGE.name)


@router.get(f"{PREFIX}/{{name}}")
async def read(request: Request, caller: AccountHolder, name: str) -> Json:
    """Show one endpoint."""
    runtime = _permitted(request, caller, name, PermissionLevel.CAN_VIEW)
    level = _level(request, caller, runtime.endpoint)
    return endpoint_documents.detailed(runtime, level.name)


@router.delete(f"{PREFIX}/{{name}}")
async def delete(request: Request, caller: AccountHolder, name: str) -> Json:
    """Remove an endpoint and its permissions."""
    _permitted(request, caller, name, PermissionLevel.CAN_MANAGE)
    endpoint = await request.app.state.workspace.endpoints.delete(name)
    request.app.state.workspace.permissions.forget(endpoint.id)
    return {}


@router.put(f"{PREFIX}/{{name}}/config")
async def update_config(request: Request, caller: AccountHolder, name: str, body: JsonBody) -> Json:
    """Replace what is served; the new configuration comes up in the background."""
    _permitted(request, caller, name, PermissionLevel.CAN_MANAGE)
    runtime = await request.app.state.workspace.endpoints.update_config(name, body, caller.name)
    return endpoint_documents.detailed(runtime, PermissionLevel.CAN_MANAGE.name)


@router.post(f"{PREFIX}/{{name}}/config:stop")
async def stop(request: Request, caller: AccountHolder, name: str) -> Json:
    """End what runs of it; its configuration stays."""
    _permitted(request, caller, name, PermissionLevel.CAN_MANAGE)
    runtime = request.app.state.workspace.endpoints.stop(name)
    return endpoint_documents.detailed(runtime, PermissionLevel.CAN_MANAGE.name)


@router.post(f"{PREFIX}/{{name}}/config:start")
async def start(request: Request, caller: AccountHolder, name: str) -> Json:
    """Bring a stopped endpoint up again, in the background."""
    _permitted(request, caller, name, PermissionLevel.CAN_MANAGE)
    runtime = request.app.state.workspace.endpoints.start(name)
    return endpoint_documents.detailed(runtime, PermissionLevel.CAN_MANAGE.name)


@router.post("/__local__/serving-endpoints/{name}/cancel-update")
async def cancel_update(request: Request, caller: AccountHolder, name: str) -> Json:
    """Give up the update under way; the platform has no public call for it."""
    runtime = _permitted(request, caller, name, PermissionLevel.CAN_MANAGE)
    await runtime.cancel_update()
    return endpoint_documents.detailed(runtime, PermissionLevel.CAN_MANAGE.name)


@router.patch(f"{PREFIX}/{{name}}/tags")
async def patch_tags(request: Request, caller: AccountHolder, name: str, body: JsonBody) -> Json:
    """Add, change and remove tags."""
    runtime = _permitted(request, caller, name, PermissionLevel.CAN_MANAGE)
    endpoint = runtime.endpoint
    endpoint.tags |= endpoint_requests.tags(body.get("add_tags") or [])
    for key in body.get("delete_tags") or []:
        endpoint.tags.pop(key, None)
    request.app.state.workspace.endpoints.changed(endpoint)
    return {"tags": [{"key": key, "value": value} for key, value in endpoint.tags.items()]}


@router.patch(f"{PREFIX}/{{name}}/description")
async def patch_description(
    request: Request, caller: AccountHolder, name: str, body: JsonBody
) -> Json:
    """Change the description."""
    runtime = _permitted(request, caller, name, PermissionLevel.CAN_MANAGE)
    runtime.endpoint.description = str(body.get("description") or "")
    request.app.state.workspace.endpoints.changed(runtime.endpoint)
    return endpoint_documents.detailed(runtime, PermissionLevel.CAN_MANAGE.name)


@router.put(f"{PREFIX}/{{name}}/rate-limits")
async def put_rate_limits(
    request: Request, caller: AccountHolder, name: str, body: JsonBody
) -> Json:
    """Replace the endpoint's rate limits."""
    runtime = _permitted(request, caller, name, PermissionLevel.CAN_MANAGE)
    runtime.endpoint.rate_limits = endpoint_requests.rate_limits(body.get("rate_limits") or [])
    request.app.state.workspace.endpoints.changed(runtime.endpoint)
    return {"rate_limits": runtime.endpoint.rate_limits}


@router.put(f"{PREFIX}/{{name}}/ai-gateway")
async def put_ai_gateway(
    request: Request, caller: AccountHolder, name: str, body: JsonBody
) -> Json:
    """Replace the endpoint's AI gateway configuration, as far as there is one here."""
    _permitted(request, caller, name, PermissionLevel.CAN_MANAGE)
    endpoint: Endpoint = request.app.state.workspace.endpoints.set_ai_gateway(name, body)
    return endpoint.ai_gateway


@router.get(f"{PREFIX}/{{name}}/served-models/{{served_name}}/logs")
async def logs(request: Request, caller: AccountHolder, name: str, served_name: str) -> Json:
    """Return what the version's processes printed."""
    runtime = _permitted(request, caller, name, PermissionLevel.CAN_MANAGE)
    return {"logs": _version(runtime, served_name).log.text()}


@router.get(f"{PREFIX}/{{name}}/served-models/{{served_name}}/build-logs")
async def build_logs(request: Request, caller: AccountHolder, name: str, served_name: str) -> Json:
    """Return what happened while the version was fetched and loaded."""
    runtime = _permitted(request, caller, name, PermissionLevel.CAN_MANAGE)
    return {"logs": _version(runtime, served_name).build_log.text()}


@router.get(f"{PREFIX}/{{name}}/metrics")
async def metrics(request: Request, caller: AccountHolder, name: str) -> Response:
    """Return the endpoint's counters in Prometheus' text format."""
    runtime = _permitted(request, caller, name, PermissionLevel.CAN_VIEW)
    return PlainTextResponse(runtime.metrics.text())


@router.get(f"{PREFIX}/{{name}}/openapi")
async def openapi_document(request: Request, caller: AccountHolder, name: str) -> Response:
    """Describe how to ask the endpoint."""
    runtime = _permitted(request, caller, name, PermissionLevel.CAN_VIEW)
    signatures = {
        served_name: version.model.mlmodel.get("signature")
        for served_name, version in runtime.versions.items()
        if version.model
    }
    return JSONResponse(openapi.document(name, signatures))


def _permitted(
    request: Request, caller: Principal, name: str, needed: PermissionLevel
) -> EndpointRuntime:
    runtime: EndpointRuntime = request.app.state.workspace.endpoints.get(name)
    if _level(request, caller, runtime.endpoint) < needed:
        raise PermissionDenied(
            f"{caller.name} needs {needed.name} on the endpoint {name!r} for this."
        )
    return runtime


def _level(request: Request, caller: Principal, endpoint: Endpoint) -> PermissionLevel:
    level: PermissionLevel = request.app.state.workspace.permissions.level_of(
        caller, endpoint.id, endpoint.name, endpoint.creator
    )
    return level


def _version(runtime: EndpointRuntime, served_name: str) -> ServedVersion:
    version = runtime.pending.get(served_name) or runtime.versions.get(served_name)
    if version is None:
        raise NotFound(f"{runtime.endpoint.name!r} serves nothing named {served_name!r}.")
    return version
