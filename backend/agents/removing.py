"""What is deployed, and taking it away again: a whole deployment, or one version of it."""

from dataclasses import replace
from datetime import UTC, datetime

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.service.serving import EndpointCoreConfigOutput

from backend.agents import record as agents_record
from backend.agents.record import Deployment
from backend.connection import workspace_from_environment
from backend.errors import NotFound
from backend.identity import Identity
from backend.releases.ledger import Releases
from backend.releases.record import Kind, Release, requested, shares
from backend.serving.deployment_names import ModelName
from backend.serving.endpoint_changes import CurrentState, current_state, explained
from backend.serving.served_entities import Plan, with_traffic, without


def get_deployments(model_name: str, model_version: str | int | None = None) -> list[Deployment]:
    """Return where a model, or one version of it, is deployed; an empty list if nowhere."""
    model = str(ModelName.parse(model_name))
    found = agents_record.deployments(workspace_from_environment(), model)
    return _of_version(found, model_version)


def list_deployments() -> list[Deployment]:
    """Return all that is deployed and that the caller may see, by the names of the endpoints."""
    return agents_record.deployments(workspace_from_environment())


def delete_deployment(
    model_name: str, model_version: str | int | None = None, reason: str = ""
) -> None:
    """Take a model off its endpoints, or one version of it; an endpoint left with nothing goes.

    If the version has traffic, the highest one that remains gets all of it; if it has none, the
    traffic stays as it is. The model and what is on record of it are not touched.
    """
    workspace = workspace_from_environment()
    model = str(ModelName.parse(model_name))
    found = _of_version(agents_record.deployments(workspace, model), model_version)
    if not found:
        version = "" if model_version is None else f" version {model_version}"
        raise NotFound(f"{model_name}{version} is not deployed, or you may not see where.")
    for endpoint in dict.fromkeys(each.endpoint_name for each in found):
        names = [each.served_entity_name for each in found if each.endpoint_name == endpoint]
        _remove(workspace, endpoint, names, reason)


def _of_version(found: list[Deployment], model_version: str | int | None) -> list[Deployment]:
    wanted = None if model_version is None else str(model_version)
    return [each for each in found if wanted in (None, each.model_version)]


def _remove(workspace: WorkspaceClient, endpoint: str, names: list[str], reason: str) -> None:
    releases = Releases()
    with explained(endpoint):
        by = Identity(workspace).viewer().user_name
        current = current_state(workspace, endpoint) or CurrentState()
        if current.config is None:
            return
        if current.detail:
            releases.catch_up(current.detail)
        before = shares(current.config)
        if {each.name for each in before} <= set(names):
            _delete(workspace, releases, endpoint, by, reason, current.config)
            return
        planned = _without_all(current.config, names)
        release = releases.begin(requested(Kind.REMOVE, endpoint, by, reason, before, planned))
        try:
            asked = workspace.serving_endpoints.update_config(
                endpoint,
                served_entities=list(planned.entities),
                traffic_config=planned.traffic,
            ).response
        except DatabricksError as error:
            releases.refused(release, str(error))
            raise
    releases.asked(release, asked)


def _delete(
    workspace: WorkspaceClient,
    releases: Releases,
    endpoint: str,
    by: str,
    reason: str,
    config: EndpointCoreConfigOutput,
) -> None:
    before = shares(config)
    release = releases.begin(
        Release(
            endpoint=endpoint,
            model=before[0].model,
            kind=Kind.DELETE,
            by=by,
            reason=reason,
            before=before,
            after=(),
            requested_at=datetime.now(UTC),
        )
    )
    try:
        workspace.serving_endpoints.delete(endpoint)
    except DatabricksError as error:
        releases.refused(release, str(error))
        raise
    releases.done(release)


def _without_all(config: EndpointCoreConfigOutput, names: list[str]) -> Plan:
    """Return what is served once none of these is any more."""
    rest = [each for each in shares(config) if each.name not in names]
    gone = [each for each in shares(config) if each.name in names]
    if not any(each.percentage for each in gone):
        planned = without(config, names[0])
    else:
        highest = max(rest, key=lambda each: _number(each.version))
        planned = with_traffic(config, {highest.name: 100})
    kept = [
        (entity, route.traffic_percentage)
        for entity, route in zip(planned.entities, planned.traffic.routes or [], strict=True)
        if entity.name not in names
    ]
    return replace(
        planned,
        entities=tuple(entity for entity, _ in kept),
        shares=tuple(share for _, share in kept),
    )


def _number(version: str) -> int:
    return int(version) if version.isdecimal() else 0
