"""Creating an endpoint or changing what it serves, with sentences for what can go wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Self

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import ResourceDoesNotExist
from databricks.sdk.service import serving

from backend.error_translation import translated
from backend.errors import AlreadyExists, BeingChanged, NotAllowed, NotFound
from backend.serving.deployment_names import ModelName
from backend.serving.model_environment import EXPERIMENT_ID
from backend.serving.served_entities import Plan

EXPERIMENT_TAG = "MONITOR_EXPERIMENT_ID"


@dataclass(frozen=True)
class EndpointChange:
    """A new version for an endpoint, and what else is to be true of the endpoint then."""

    endpoint: str
    model: ModelName
    new: serving.ServedEntityInput
    tags: dict[str, str]
    description: str | None = None
    policy_id: str | None = None

    def traced_into(self, experiment: str | None) -> Self:
        """Name one experiment in the version and on the endpoint; the caller's choice wins."""
        variables = self.new.environment_vars or {}
        chosen = variables.get(EXPERIMENT_ID, experiment)
        if not chosen:
            return self
        new = replace(self.new, environment_vars=variables | {EXPERIMENT_ID: chosen})
        return replace(self, new=new, tags={EXPERIMENT_TAG: chosen} | self.tags)


@dataclass(frozen=True)
class CurrentState:
    """An endpoint as it is before a change; no config means nothing was ever served."""

    config: serving.EndpointCoreConfigOutput | None = None
    tags: dict[str, str] = field(default_factory=dict)
    detail: serving.ServingEndpointDetailed | None = None


def current_state(workspace: WorkspaceClient, endpoint: str) -> CurrentState | None:
    """Return what there is, or None for a new endpoint; refuse one that is being changed."""
    try:
        found = workspace.serving_endpoints.get(endpoint)
    except ResourceDoesNotExist:
        return None
    updating = serving.EndpointStateConfigUpdate.IN_PROGRESS
    if found.state and found.state.config_update == updating:
        raise BeingChanged(UPDATING.format(endpoint))
    tags = {tag.key: tag.value or "" for tag in found.tags or []}
    return CurrentState(found.config, tags, found)


def apply(
    workspace: WorkspaceClient, change: EndpointChange, planned: Plan, current: CurrentState | None
) -> serving.ServingEndpointDetailed:
    """Send the change; the workspace carries it out after this returns what it made of it."""
    if current is None:
        return _create(workspace, change, planned)
    _patch(workspace, change, current)
    # The AI gateway stays as it is: switching its inference table on again is an error.
    return workspace.serving_endpoints.update_config(
        change.endpoint,
        served_entities=list(planned.entities),
        traffic_config=planned.traffic,
    ).response


@contextmanager
def explained(endpoint: str) -> Iterator[None]:
    """Say what an error of the workspace means for a deploy to this endpoint."""
    try:
        with translated():
            yield
    except BeingChanged as error:
        raise BeingChanged(UPDATING.format(endpoint), request_id=error.request_id) from error
    except AlreadyExists as error:
        raise AlreadyExists(_TAKEN.format(endpoint), request_id=error.request_id) from error
    except NotAllowed as error:
        raise NotAllowed(NOT_YOURS.format(endpoint), request_id=error.request_id) from error
    except NotFound as error:
        said = f"The workspace did not find what endpoint {endpoint!r} should serve:"
        raise NotFound(f"{said} {error.__cause__}", request_id=error.request_id) from error


UPDATING = "Endpoint {!r} is currently updating. Try again when that has finished."
_TAKEN = "There is an endpoint {!r} already which you cannot see. Choose another endpoint_name."
NOT_YOURS = (
    "You have no permission to change what endpoint {!r} serves: that takes CAN_MANAGE on it."
)


def _create(
    workspace: WorkspaceClient, change: EndpointChange, planned: Plan
) -> serving.ServingEndpointDetailed:
    return workspace.serving_endpoints.create(
        change.endpoint,
        config=serving.EndpointCoreConfigInput(
            name=change.endpoint,
            served_entities=list(planned.entities),
            traffic_config=planned.traffic,
        ),
        ai_gateway=_ai_gateway(change.model),
        tags=_as_tags(change.tags),
        description=change.description or "",
        budget_policy_id=change.policy_id,
    ).response


def _patch(workspace: WorkspaceClient, change: EndpointChange, current: CurrentState) -> None:
    """Change what the endpoint has beside its versions, as far as it differs."""
    new_tags = {key: tag for key, tag in change.tags.items() if current.tags.get(key) != tag}
    if new_tags:
        workspace.serving_endpoints.patch(change.endpoint, add_tags=_as_tags(new_tags))
    if change.description is not None:
        _patch_field(workspace, change.endpoint, "description", {"description": change.description})
    if change.policy_id:
        fields = {"budget_policy_id": change.policy_id}
        _patch_field(workspace, change.endpoint, "budget-policy", fields)


def _patch_field(
    workspace: WorkspaceClient, endpoint: str, part: str, fields: dict[str, str]
) -> None:
    """Send a PATCH for which the SDK has no method."""
    path = f"/api/2.0/serving-endpoints/{endpoint}/{part}"
    workspace.api_client.do("PATCH", path, body={"name": endpoint, **fields})


def _ai_gateway(model: ModelName) -> serving.AiGatewayConfig:
    """Record every request and answer in the inference table beside the model."""
    return serving.AiGatewayConfig(
        inference_table_config=serving.AiGatewayInferenceTableConfig(
            enabled=True,
            catalog_name=model.catalog,
            schema_name=model.schema,
            table_name_prefix=model.table_prefix,
        )
    )


def _as_tags(tags: dict[str, str]) -> list[serving.EndpointTag]:
    return [serving.EndpointTag(key=key, value=value) for key, value in tags.items()]
