"""The endpoints a person may talk to, and what answers there at the moment."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import PermissionDenied, ResourceDoesNotExist
from databricks.sdk.service import serving

from backend.error_translation import translated
from backend.serving.comparison_setting import ComparisonSetting, setting_from
from backend.serving.deployment_names import FEEDBACK
from backend.serving.reviewer_guide import ReviewerGuide, guide_from

# Versions given up only because another one failed are ABORTED, and say nothing of interest.
BROKEN = serving.ServedModelStateDeployment.DEPLOYMENT_FAILED
GAVE_UP = {
    serving.EndpointStateConfigUpdate.UPDATE_FAILED,
    serving.EndpointStateConfigUpdate.UPDATE_CANCELED,
}
_AT_REST = {
    serving.ServedModelStateDeployment.DEPLOYMENT_ABORTED,
    serving.ServedModelStateDeployment.DEPLOYMENT_READY,
}
# Nobody who may only look can ask a question.
LOOK_ONLY = serving.ServingEndpointDetailedPermissionLevel.CAN_VIEW


class Readiness(StrEnum):
    """Whether a question would be answered."""

    READY = "ready"
    STARTING = "starting"
    FAILED = "failed"
    # By somebody who may start it again.
    STOPPED = "stopped"


@dataclass(frozen=True)
class ServedVersion:
    """One registered version on an endpoint, with its share of the questions."""

    name: str
    model_name: str
    version: str
    traffic_percentage: int
    problem: str = ""


@dataclass(frozen=True)
class Endpoint:
    """One endpoint as its visitor may know it; `coming` is what a running change will serve."""

    name: str
    description: str
    task: str
    readiness: Readiness
    served: tuple[ServedVersion, ...] = ()
    coming: tuple[ServedVersion, ...] = ()
    # What the last change failed with, also when older versions still answer.
    problem: str = ""
    # Since when a change is under way.
    changing_since: datetime | None = None
    guide: ReviewerGuide = field(default_factory=ReviewerGuide)
    comparison: ComparisonSetting = field(default_factory=ComparisonSetting)

    @property
    def live(self) -> tuple[ServedVersion, ...]:
        """Return the versions that answer, the one with the largest share first."""
        answering = [version for version in self.served if version.traffic_percentage > 0]
        return tuple(sorted(answering, key=lambda version: -version.traffic_percentage))

    @property
    def idle(self) -> tuple[ServedVersion, ...]:
        """Return the versions that could answer and are only asked by name."""
        return tuple(v for v in self.served if v.traffic_percentage == 0 and not v.problem)

    @property
    def challenger(self) -> ServedVersion | None:
        """Return the version whose answers are compared with the live one's, if there is one."""
        name = self.comparison.served_name
        return next((version for version in self.idle if version.name == name), None)


class Endpoints:
    """Reads endpoints with the rights of whoever the workspace was opened for."""

    def __init__(self, workspace: WorkspaceClient) -> None:
        self._api = workspace.serving_endpoints

    def usable(self) -> list[Endpoint]:
        """Return the chains this person may ask something, by name."""
        with translated():
            names = [item.name for item in self._api.list() if item.name and _serves_a_chain(item)]
            # The list says neither rights nor traffic, so each is fetched, a few at a time.
            with ThreadPoolExecutor(max_workers=8) as pool:
                found = list(pool.map(self._get, sorted(names)))
        return [
            endpoint_from(detail)
            for detail in found
            if detail is not None and detail.permission_level != LOOK_ONLY
        ]

    def _get(self, name: str) -> serving.ServingEndpointDetailed | None:
        """Return the endpoint, or None if it went away since it was listed."""
        try:
            return self._api.get(name)
        except (ResourceDoesNotExist, PermissionDenied):
            return None


def endpoint_from(detail: serving.ServingEndpointDetailed) -> Endpoint:
    """Return what a visitor is told of the endpoint."""
    served = _versions(detail.config)
    tags = {tag.key: tag.value or "" for tag in detail.tags or []}
    # Of a change that was called off nothing will come.
    coming = () if served and _is_called_off(detail) else _versions(detail.pending_config)
    return Endpoint(
        name=detail.name or "",
        description=detail.description or "",
        task=detail.task or "",
        readiness=_readiness(detail, served),
        served=served,
        coming=coming,
        problem=_problem(detail, coming or served),
        changing_since=_changing_since(detail),
        guide=guide_from(tags),
        comparison=setting_from(tags),
    )


def _serves_a_chain(item: serving.ServingEndpoint) -> bool:
    """Leave out the platform's own models; an endpoint still without a config is somebody's."""
    entities = item.config.served_entities if item.config else None
    return not entities or any(e.entity_name and not e.foundation_model for e in entities)


def _versions(
    config: serving.EndpointCoreConfigOutput | serving.EndpointPendingConfig | None,
) -> tuple[ServedVersion, ...]:
    if config is None:
        return ()
    routes = (config.traffic_config.routes if config.traffic_config else None) or []
    share = {r.served_entity_name or r.served_model_name: r.traffic_percentage for r in routes}
    return tuple(
        ServedVersion(
            name=entity.name or "",
            model_name=entity.entity_name or "",
            version=entity.entity_version or "",
            traffic_percentage=share.get(entity.name, 0),
            problem=_message(entity) if entity.state and entity.state.deployment == BROKEN else "",
        )
        for entity in config.served_entities or []
        if entity.name != FEEDBACK
    )


def _readiness(
    detail: serving.ServingEndpointDetailed, served: Iterable[ServedVersion]
) -> Readiness:
    state = detail.state or serving.EndpointState()
    if state.ready == serving.EndpointStateReady.READY:
        return Readiness.READY
    updating = state.config_update == serving.EndpointStateConfigUpdate.IN_PROGRESS
    # Whatever became of the change before it was stopped.
    if not updating and _is_stopped(detail, served):
        return Readiness.STOPPED
    broken = any(version.problem for version in served if version.traffic_percentage > 0)
    if not updating and (broken or state.config_update in GAVE_UP):
        return Readiness.FAILED
    return Readiness.STARTING


def _is_stopped(detail: serving.ServingEndpointDetailed, served: Iterable[ServedVersion]) -> bool:
    """Tell whether it was stopped: nothing is on its way, and nothing has gone wrong.

    The workspace says so in a field that the official client does not read.
    """
    live = {version.name for version in served if version.traffic_percentage > 0}
    entities = (detail.config.served_entities if detail.config else None) or []
    states = {e.state.deployment for e in entities if e.name in live and e.state}
    return bool(states) and states <= _AT_REST


def _is_called_off(detail: serving.ServingEndpointDetailed) -> bool:
    canceled = serving.EndpointStateConfigUpdate.UPDATE_CANCELED
    return detail.state is not None and detail.state.config_update == canceled


def _problem(detail: serving.ServingEndpointDetailed, versions: Iterable[ServedVersion]) -> str:
    """Return why the last change failed, or why what should answer does not."""
    gave_up = detail.state is not None and detail.state.config_update in GAVE_UP
    if detail.config and _is_called_off(detail):
        gave_up = False
    said = (v.problem for v in versions if v.problem and (gave_up or v.traffic_percentage > 0))
    return next(said, "The last change could not be made." if gave_up else "")


def _changing_since(detail: serving.ServingEndpointDetailed) -> datetime | None:
    pending = detail.pending_config
    started = (pending.start_time if pending else None) or detail.last_updated_timestamp
    return datetime.fromtimestamp(started / 1000, UTC) if started else None


def _message(entity: serving.ServedEntityOutput) -> str:
    said = entity.state.deployment_state_message if entity.state else None
    return said or "It did not start, and gave no reason."
