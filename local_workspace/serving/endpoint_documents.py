"""Renders endpoints in the shapes the clients read (section 4 of the wire protocol)."""

from typing import Any

from local_workspace.serving.endpoint import Endpoint, EndpointConfig, ServedEntity
from local_workspace.serving.endpoint_runtime import EndpointRuntime
from local_workspace.serving.served_version import ServedVersion

Json = dict[str, Any]

# Why a version of a configuration that was given up is not deployed, by how that ended.
_ABORTED = {
    "UPDATE_FAILED": "Not deployed, because another version of this update failed.",
    "UPDATE_CANCELED": "Not deployed, because the update was cancelled.",
}


def summary(runtime: EndpointRuntime) -> Json:
    """Return the endpoint as a list shows it: what is served, without states or traffic."""
    endpoint = runtime.endpoint
    document = _common(runtime)
    if endpoint.config:
        entities = [_entity_summary(each) for each in endpoint.config.served_entities]
        document["config"] = {"served_entities": entities}
    return document


def detailed(runtime: EndpointRuntime, permission_level: str) -> Json:
    """Return the whole endpoint."""
    endpoint = runtime.endpoint
    document = _common(runtime) | {
        "permission_level": permission_level,
        "route_optimized": endpoint.route_optimized,
    }
    if endpoint.config:
        aborted = "The endpoint is stopped." if endpoint.suspended else ""
        document["config"] = _config(endpoint.config, runtime.versions, {}, aborted)
    if endpoint.pending_config:
        pending = endpoint.pending_config
        failures, aborted = endpoint.failures, _ABORTED.get(endpoint.config_update, "")
        document["pending_config"] = _config(pending, runtime.pending, failures, aborted)
        document["pending_config"]["start_time"] = pending.start_time
    return document


def _common(runtime: EndpointRuntime) -> Json:
    endpoint = runtime.endpoint
    return {
        "name": endpoint.name,
        "id": endpoint.id,
        "creator": endpoint.creator,
        "creator_display_name": endpoint.creator,
        "creator_kind": "User",
        "creation_timestamp": endpoint.creation_timestamp,
        "last_updated_timestamp": endpoint.last_updated_timestamp,
        "state": {
            "ready": "READY" if runtime.is_ready else "NOT_READY",
            "config_update": endpoint.config_update,
            "suspend": "SUSPENDED" if endpoint.suspended else "NOT_SUSPENDED",
        },
        "tags": [{"key": key, "value": value} for key, value in endpoint.tags.items()],
        "task": endpoint.task,
        "description": endpoint.description,
        "ai_gateway": _ai_gateway(endpoint),
        "endpoint_type": "UNITY_CATALOG_MODEL",
        "budget_policy_id": endpoint.budget_policy_id,
    }


def _ai_gateway(endpoint: Endpoint) -> Json | None:
    if not endpoint.ai_gateway:
        return None
    defaults: Json = {"rate_limits": [], "guardrails": {}, "fallback_config": {"enabled": False}}
    return defaults | endpoint.ai_gateway


def _config(
    config: EndpointConfig,
    versions: dict[str, ServedVersion],
    failures: dict[str, str],
    aborted: str,
) -> Json:
    entities = [
        _entity(each, versions.get(each.name), failures.get(each.name), aborted)
        for each in config.served_entities
    ]
    document: Json = {
        "config_version": config.version,
        "served_entities": entities,
        "served_models": [_as_served_model(each) for each in entities],
        "traffic_config": {"routes": [_route(*each) for each in config.traffic.items()]},
    }
    if config.auto_capture_config:
        document["auto_capture_config"] = config.auto_capture_config
    return document


def _entity(
    entity: ServedEntity, version: ServedVersion | None, failure: str | None, aborted: str
) -> Json:
    return {
        **_entity_summary(entity),
        "workload_size": entity.workload_size,
        "workload_type": "CPU",
        "scale_to_zero_enabled": entity.scale_to_zero_enabled,
        "environment_vars": entity.environment_vars,
        "creator": entity.creator,
        "creation_timestamp": entity.creation_timestamp,
        "state": _entity_state(entity, version, failure, aborted),
    }


def _entity_state(
    entity: ServedEntity, version: ServedVersion | None, failure: str | None, aborted: str
) -> Json:
    if failure:
        return {"deployment": "DEPLOYMENT_FAILED", "deployment_state_message": failure}
    if aborted:
        return {"deployment": "DEPLOYMENT_ABORTED", "deployment_state_message": aborted}
    if entity.is_feedback:
        return {"deployment": "DEPLOYMENT_READY", "deployment_state_message": ""}
    state, message = version.state if version else ("DEPLOYMENT_CREATING", "Waiting to start.")
    return {"deployment": state, "deployment_state_message": message}


def _entity_summary(entity: ServedEntity) -> Json:
    return {
        "name": entity.name,
        "entity_name": entity.entity_name,
        "entity_version": entity.entity_version,
        "type": "UC_MODEL",
    }


def _as_served_model(entity: Json) -> Json:
    """The older form of the same, which some clients still read."""
    renamed = {"entity_name": "model_name", "entity_version": "model_version"}
    return {renamed.get(key, key): value for key, value in entity.items()}


def _route(name: str, share: int) -> Json:
    return {
        "served_model_name": name,
        "served_entity_name": name,
        "traffic_percentage": share,
    }
