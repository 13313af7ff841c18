"""Where the versions of a model are served now, as far as the visitor may see endpoints."""

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import PermissionDenied, ResourceDoesNotExist
from databricks.sdk.service import serving

from backend.error_translation import translated
from backend.guard_rails.settings import settings_from
from backend.registry.record import Served
from backend.releases.record import shares


def served(workspace: WorkspaceClient, model: str) -> dict[str, tuple[Served, ...]]:
    """Return the endpoints that serve a model, by version, the largest share first."""
    found: dict[str, list[Served]] = {}
    for detail in _serving(workspace, model):
        for each in shares(detail.config):
            if each.model == model:
                here = Served(detail.name or "", each.name, each.percentage)
                found.setdefault(each.version, []).append(here)
    return {
        version: tuple(sorted(places, key=lambda each: (-each.percentage, each.endpoint)))
        for version, places in found.items()
    }


def followers(workspace: WorkspaceClient, model: str) -> dict[str, tuple[str, ...]]:
    """Return the endpoints that deploy whatever an alias of the model leads to, by alias."""
    with translated():
        endpoints = list(workspace.serving_endpoints.list())
    found: dict[str, list[str]] = {}
    for each in endpoints:
        follow = settings_from({tag.key: tag.value or "" for tag in each.tags or []}).follow
        if follow and follow.model == model:
            found.setdefault(follow.alias, []).append(each.name or "")
    return {alias: tuple(sorted(names)) for alias, names in found.items()}


def _serving(workspace: WorkspaceClient, model: str) -> list[serving.ServingEndpointDetailed]:
    with translated():
        # The list names what is served, but neither shares nor what is being changed.
        named = [each.name for each in workspace.serving_endpoints.list() if _names(each, model)]
        found = [_detail(workspace, name or "") for name in named]
    return [each for each in found if each is not None]


def _names(endpoint: serving.ServingEndpoint, model: str) -> bool:
    entities = (endpoint.config.served_entities if endpoint.config else None) or []
    return any(each.entity_name == model for each in entities)


def _detail(workspace: WorkspaceClient, name: str) -> serving.ServingEndpointDetailed | None:
    try:
        return workspace.serving_endpoints.get(name)
    except (ResourceDoesNotExist, PermissionDenied):
        return None
