"""What is deployed, and where: read off the serving endpoints, which are the only record there is.

A version counts as deployed when it is served under the name `deploy()` gives it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from databricks.sdk import WorkspaceClient
from databricks.sdk.service import serving

from backend.error_translation import translated
from backend.errors import NotFound, Refused
from backend.serving import deployment_names
from backend.serving.deployment_names import FEEDBACK, ModelName, WorkspaceUrls

Entity = serving.ServedEntitySpec | serving.ServedEntityOutput


@dataclass(frozen=True)
class Deployment:
    """What was deployed, and where to find it."""

    model_name: str
    model_version: str
    endpoint_name: str
    served_entity_name: str
    query_endpoint: str
    endpoint_url: str
    review_app_url: str

    @property
    def rag_app_url(self) -> str:
        """Return `review_app_url` under its old name."""
        return self.review_app_url


def deployment(
    workspace: WorkspaceClient, endpoint: str, model: str, version: str, served: str
) -> Deployment:
    """Return a deployment with the addresses it has in this workspace."""
    urls = WorkspaceUrls(workspace.config.host, workspace.config.workspace_id)
    return Deployment(
        model_name=model,
        model_version=version,
        endpoint_name=endpoint,
        served_entity_name=served,
        query_endpoint=urls.query(endpoint, served),
        endpoint_url=urls.endpoint(endpoint),
        review_app_url=urls.review_app(endpoint),
    )


def deployments(workspace: WorkspaceClient, model: str | None = None) -> list[Deployment]:
    """Return what is deployed, of one model or of all."""
    with translated():
        listed = sorted(workspace.serving_endpoints.list(), key=lambda each: each.name or "")
    return [
        deployment(workspace, item.name or "", name, version, served)
        for item in listed
        for name, version, served in _deployed(item)
        if model in (None, name)
    ]


def endpoints_of(workspace: WorkspaceClient, model_name: str) -> list[str]:
    """Return the endpoints that serve a model; refuse a model that is not deployed."""
    model = str(ModelName.parse(model_name))
    found = [each.endpoint_name for each in deployments(workspace, model)]
    if not found:
        raise NotFound(f"{model} is not deployed, or you may not see where.")
    return list(dict.fromkeys(found))


def _deployed(item: serving.ServingEndpoint) -> Iterator[tuple[str, str, str]]:
    """Yield model, version and served name of each deployed version of an endpoint."""
    for entity in (item.config.served_entities if item.config else None) or []:
        name, version = entity.entity_name or "", entity.entity_version or ""
        if version and entity.name != FEEDBACK and entity.name == _name_of(name, version):
            yield name, version, entity.name


def _name_of(model: str, version: str) -> str:
    try:
        return deployment_names.served_entity_name(ModelName.parse(model), version)
    except Refused:
        return ""
