"""What an endpoint is: plain data, as it is stored and as the routes render it."""

import uuid
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

UpdateState = Literal["NOT_UPDATING", "IN_PROGRESS", "UPDATE_FAILED", "UPDATE_CANCELED"]

FEEDBACK = "feedback"
WORKLOAD_CONCURRENCY = {"Small": 16, "Medium": 32, "Large": 64}


@dataclass(frozen=True)
class ServedEntity:
    """One registered version on an endpoint."""

    name: str
    entity_name: str
    entity_version: str
    workload_size: str = "Small"
    scale_to_zero_enabled: bool = False
    environment_vars: dict[str, str] = field(default_factory=dict)
    creator: str = ""
    creation_timestamp: int = 0
    source: str = ""

    @property
    def id(self) -> str:
        """Return what the inference tables call this version on this endpoint."""
        parts = (self.name, self.entity_name, self.entity_version, str(self.creation_timestamp))
        return uuid.uuid5(uuid.NAMESPACE_OID, "/".join(parts)).hex

    @property
    def is_feedback(self) -> bool:
        """Tell whether this is the place verdicts are posted to; it has no model."""
        return self.name == FEEDBACK

    def runs_like(self, other: "ServedEntity") -> bool:
        """Tell whether a process started for the other can serve this one."""
        return self._running_part() == other._running_part()

    def _running_part(self) -> tuple[object, ...]:
        return (
            self.name,
            self.entity_name,
            self.entity_version,
            self.source,
            self.workload_size,
            tuple(sorted(self.environment_vars.items())),
        )


@dataclass(frozen=True)
class EndpointConfig:
    """What is served, and how the traffic is split between it."""

    version: int
    served_entities: tuple[ServedEntity, ...]
    traffic: dict[str, int]
    auto_capture_config: dict[str, Any] | None = None
    start_time: int = 0

    def entity(self, name: str) -> ServedEntity | None:
        """Return the served entity of this name."""
        return next((each for each in self.served_entities if each.name == name), None)


@dataclass(frozen=True)
class InferenceTable:
    """Where an endpoint's requests are put on record."""

    catalog: str
    schema: str
    prefix: str
    is_legacy: bool


@dataclass
class Endpoint:
    """One serving endpoint; everything here survives a restart."""

    name: str
    creator: str
    creation_timestamp: int
    last_updated_timestamp: int
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    config: EndpointConfig | None = None
    pending_config: EndpointConfig | None = None
    config_update: UpdateState = "NOT_UPDATING"
    failures: dict[str, str] = field(default_factory=dict)
    # Stopped on purpose: nothing of it runs until it is started again.
    suspended: bool = False
    task: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    description: str = ""
    ai_gateway: dict[str, Any] = field(default_factory=dict)
    rate_limits: list[dict[str, Any]] = field(default_factory=list)
    budget_policy_id: str | None = None
    route_optimized: bool = False

    @property
    def inference_table(self) -> InferenceTable | None:
        """Return the tables asked for, in the present or in the older form of asking."""
        if asked := _enabled(self.ai_gateway.get("inference_table_config")):
            return self._table(asked, is_legacy=False)
        config = self.config or self.pending_config
        if asked := _enabled(config.auto_capture_config if config else None):
            return self._table(asked, is_legacy=True)
        return None

    def _table(self, asked: dict[str, Any], *, is_legacy: bool) -> InferenceTable:
        prefix = asked.get("table_name_prefix") or self.name
        return InferenceTable(asked["catalog_name"], asked["schema_name"], prefix, is_legacy)

    @property
    def latest_config_version(self) -> int:
        """Return the highest version given out, so that the next is higher."""
        versions = [each.version for each in (self.config, self.pending_config) if each]
        return max(versions, default=0)

    def to_json(self) -> dict[str, Any]:
        """Return the endpoint as JSON to store."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "Endpoint":
        """Read a stored endpoint."""
        configs = {key: _config(document[key]) for key in ("config", "pending_config")}
        return cls(**{**document, **configs})


def _config(document: dict[str, Any] | None) -> EndpointConfig | None:
    if document is None:
        return None
    entities = tuple(ServedEntity(**each) for each in document["served_entities"])
    return EndpointConfig(**{**document, "served_entities": entities})


def _enabled(config: dict[str, Any] | None) -> dict[str, Any] | None:
    return config if config and config.get("enabled") else None
