"""Reads what clients send to create or change an endpoint, and says what is wrong with it."""

import re
import time
from typing import Any

from local_workspace.errors import BadRequest, InvalidParameter, NotImplementedHere
from local_workspace.serving.endpoint import (
    FEEDBACK,
    WORKLOAD_CONCURRENCY,
    EndpointConfig,
    ServedEntity,
)
from local_workspace.serving.inference_table_request import inference_table

MAX_SERVED_ENTITIES = 15
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?")
# These words are routes of their own under /serving-endpoints/.
_RESERVED = {"chat", "responses", "embeddings", "completions", "pt"}

Json = dict[str, Any]


def endpoint_name(body: Json) -> str:
    """Return the name of the endpoint to create, if it is one."""
    name = body.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name in _RESERVED:
        raise InvalidParameter(
            "An endpoint's name has 1 to 63 letters, digits, hyphens and underscores, starts and "
            f"ends with a letter or digit and is no reserved word; {name!r} is not such a name."
        )
    return name


def endpoint_config(body: Json, version: int, creator: str) -> EndpointConfig:
    """Return the configuration a client asks for."""
    entities = _entities(_object(body, "config"), creator)
    return EndpointConfig(
        version=version,
        served_entities=entities,
        traffic=_traffic(body, entities),
        auto_capture_config=inference_table(body.get("auto_capture_config"), "auto_capture_config"),
        start_time=now_milliseconds(),
    )


def tags(items: Any) -> dict[str, str]:
    """Return a list of `{"key", "value"}` as a dictionary."""
    if not isinstance(items, list) or not all(_is_tag(item) for item in items):
        raise InvalidParameter('Tags are a list of {"key": "...", "value": "..."} objects.')
    return {item["key"]: str(item.get("value") or "") for item in items}


def ai_gateway(body: Json) -> Json:
    """Return the part of an AI gateway configuration that can be honoured here."""
    guardrails = _object(_object(body, "ai_gateway").get("guardrails"), "guardrails")
    if guardrails.get("input") or guardrails.get("output"):
        raise NotImplementedHere("The local workspace has no AI guardrails.")
    if _object(body.get("fallback_config"), "fallback_config").get("enabled"):
        raise NotImplementedHere("The local workspace has no fallback between served entities.")
    known = ("inference_table_config", "usage_tracking_config", "rate_limits")
    config = {key: body[key] for key in known if body.get(key) is not None}
    inference_table(config.get("inference_table_config"), "inference_table_config")
    if "rate_limits" in config:
        config["rate_limits"] = rate_limits(config["rate_limits"])
    return config


def rate_limits(items: Any) -> list[Json]:
    """Return checked rate limits."""
    if not isinstance(items, list):
        raise InvalidParameter("rate_limits is a list.")
    return [_rate_limit(item) for item in items]


def now_milliseconds() -> int:
    """Return the time as the API writes it."""
    return int(time.time() * 1000)


def _entities(body: Json, creator: str) -> tuple[ServedEntity, ...]:
    items = _objects(body.get("served_entities"), "served_entities") or [
        _from_served_model(each) for each in _objects(body.get("served_models"), "served_models")
    ]
    if all(item.get("name") == FEEDBACK for item in items):
        raise InvalidParameter("A configuration needs at least one served entity.")
    if len(items) > MAX_SERVED_ENTITIES:
        raise InvalidParameter("served_models cannot contain more than 15 elements.")
    entities = tuple(_entity(item, creator) for item in items)
    _check_unique(entities)
    return entities


def _from_served_model(item: Json) -> Json:
    """Translate the older form, which `served_entities` has replaced."""
    renamed = {"model_name": "entity_name", "model_version": "entity_version"}
    return {renamed.get(key, key): value for key, value in item.items()}


def _entity(item: Json, creator: str) -> ServedEntity:
    for field in ("external_model", "foundation_model", "instance_profile_arn"):
        if item.get(field):
            raise NotImplementedHere(f"The local workspace serves registered models, no {field}.")
    if str(item.get("workload_type") or "CPU") != "CPU":
        raise NotImplementedHere("The local workspace serves on the CPU only.")
    name, version = item.get("entity_name"), str(item.get("entity_version") or "")
    if not isinstance(name, str) or not name or not version:
        raise InvalidParameter("A served entity needs entity_name and entity_version.")
    if not version.isdecimal():
        raise InvalidParameter(f"entity_version is a number such as 1, not {version!r}.")
    return ServedEntity(
        name=_served_name(item, name, version),
        entity_name=name,
        entity_version=version,
        workload_size=_workload_size(item),
        scale_to_zero_enabled=bool(item.get("scale_to_zero_enabled")),
        environment_vars=_environment(item.get("environment_vars") or {}),
        creator=creator,
        creation_timestamp=now_milliseconds(),
    )


def _served_name(item: Json, model: str, version: str) -> str:
    name = item.get("name") or f"{model.rpartition('.')[2]}-{version}"
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InvalidParameter(
            f"{name!r} is not a served entity's name: it has 1 to 63 letters, digits, hyphens "
            "and underscores, and starts and ends with a letter or digit."
        )
    return name


def _workload_size(item: Json) -> str:
    size = str(item.get("workload_size") or "Small")
    if size not in WORKLOAD_CONCURRENCY:
        raise InvalidParameter(f"workload_size is Small, Medium or Large, not {size!r}.")
    return size


def _environment(variables: Any) -> dict[str, str]:
    if not isinstance(variables, dict) or not all(
        isinstance(name, str) and isinstance(value, str) for name, value in variables.items()
    ):
        raise InvalidParameter("environment_vars maps names to texts.")
    return dict(variables)


def _check_unique(entities: tuple[ServedEntity, ...]) -> None:
    names = [entity.name for entity in entities]
    if len(set(names)) < len(names):
        raise InvalidParameter("Served entities need names that differ from each other.")
    models = [
        (entity.entity_name, entity.entity_version)
        for entity in entities
        if entity.name != FEEDBACK
    ]
    if len(set(models)) < len(models):
        raise BadRequest("Cannot create 2+ served entities of the same model version.")


def _traffic(body: Json, entities: tuple[ServedEntity, ...]) -> dict[str, int]:
    traffic_config = _object(body.get("traffic_config"), "traffic_config")
    routes = _objects(traffic_config.get("routes"), "routes")
    if not routes:
        models = [entity.name for entity in entities if not entity.is_feedback]
        if len(models) > 1:
            raise InvalidParameter("Several served entities need a traffic_config.")
        return dict.fromkeys(models, 100)
    return _checked_routes(routes, {entity.name for entity in entities})


def _checked_routes(routes: list[Json], names: set[str]) -> dict[str, int]:
    traffic: dict[str, int] = {}
    for route in routes:
        name = route.get("served_entity_name") or route.get("served_model_name")
        share = route.get("traffic_percentage")
        if not isinstance(name, str) or name not in names:
            raise InvalidParameter(f"Traffic is routed to {name!r}, which is not served.")
        if name in traffic:
            raise InvalidParameter(f"Traffic is routed to {name!r} twice.")
        if type(share) is not int or not 0 <= share <= 100:
            raise InvalidParameter("A traffic_percentage is a whole number from 0 to 100.")
        if name == FEEDBACK and share:
            raise InvalidParameter("The feedback entity takes no traffic.")
        traffic[name] = share
    if sum(traffic.values()) != 100:
        raise InvalidParameter(f"Traffic must sum to 100, not {sum(traffic.values())}.")
    return traffic


def _rate_limit(item: Any) -> Json:
    calls = item.get("calls") if isinstance(item, dict) else None
    if not isinstance(calls, int) or isinstance(calls, bool) or calls < 0:
        raise InvalidParameter(
            "A rate limit needs calls, a whole number of at least 0; with 0 every call is refused."
        )
    if item.get("renewal_period", "minute") != "minute":
        raise InvalidParameter("A rate limit's renewal_period is minute.")
    key = item.get("key") or "endpoint"
    if key not in ("user", "endpoint"):
        raise NotImplementedHere("Rate limits here are per user or per endpoint.")
    return {"calls": calls, "key": key, "renewal_period": "minute"}


def _object(value: Any, name: str) -> Json:
    if value is not None and not isinstance(value, dict):
        raise InvalidParameter(f"{name} is an object.")
    return value or {}


def _objects(value: Any, name: str) -> list[Json]:
    items = [] if value is None else value
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise InvalidParameter(f"{name} is a list of objects.")
    return items


def _is_tag(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("key"), str) and bool(item["key"])
