"""How each version of a configuration is, in the workspace's word and its sentence."""

from dataclasses import dataclass

from databricks.sdk.service import serving

from backend.serving.deployment_names import FEEDBACK


@dataclass(frozen=True)
class VersionState:
    """How one served version is; the word is empty where the workspace says nothing."""

    name: str
    version: str
    word: str
    message: str = ""


def states_of(
    config: serving.EndpointPendingConfig | serving.EndpointCoreConfigOutput | None,
) -> tuple[VersionState, ...]:
    """Return the states of a configuration's versions, in its order."""
    entities = (config.served_entities if config else None) or []
    return tuple(_state(each) for each in entities if each.name != FEEDBACK)


def _state(entity: serving.ServedEntityOutput) -> VersionState:
    state = entity.state or serving.ServedModelState()
    word = state.deployment.value if state.deployment else ""
    return VersionState(
        entity.name or "",
        entity.entity_version or "",
        word.removeprefix("DEPLOYMENT_").lower(),
        state.deployment_state_message or "",
    )
