"""Which versions an endpoint serves after a deploy; knows the SDK's data, makes no request.

The new version takes all traffic. What was served before stays at 0 %, most recently live first:
that is the reservoir a roll back draws from.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from databricks.sdk.service.serving import (
    EndpointCoreConfigOutput,
    Route,
    ServedEntityInput,
    ServedEntityOutput,
    TrafficConfig,
)

from backend.errors import Refused
from backend.serving.deployment_names import FEEDBACK

MAX_SERVED_ENTITIES = 15


@dataclass(frozen=True)
class Plan:
    """What to send, and what has to be said about it."""

    entities: tuple[ServedEntityInput, ...]
    dropped: tuple[ServedEntityInput, ...] = ()
    # Settings that were asked for and not taken over, because the version is served already.
    kept_settings: tuple[str, ...] = ()
    # In percent, one for each entity; without them the first takes everything.
    shares: tuple[int, ...] = ()

    @property
    def live(self) -> ServedEntityInput:
        """Return the entity that takes all traffic."""
        return self.entities[0]

    @property
    def traffic(self) -> TrafficConfig:
        """Return each entity's share."""
        shares = self.shares or (100, *[0] * (len(self.entities) - 1))
        return TrafficConfig(
            routes=[
                Route(served_model_name=entity.name, traffic_percentage=share)
                for entity, share in zip(self.entities, shares, strict=True)
            ]
        )


def plan(
    new: ServedEntityInput,
    feedback: ServedEntityInput | None = None,
    current: EndpointCoreConfigOutput | None = None,
) -> Plan:
    """Return what is served once `new` has been deployed over `current`."""
    before = [_as_input(entity) for entity in _recently_live_first(current)]
    served = next((entity for entity in before if _is_same(entity, new)), None)
    taking_feedback = next((e for e in before if e.name == FEEDBACK), feedback)
    others = [e for e in before if e is not served and e.name != FEEDBACK]
    room = MAX_SERVED_ENTITIES - 1 - (taking_feedback is not None)
    kept, dropped = _fitted(others, room, _live_names(current))
    tail = [taking_feedback] if taking_feedback else []
    return Plan(
        entities=(served or new, *kept, *tail),
        dropped=tuple(dropped),
        kept_settings=_differences(served, new) if served else (),
    )


def prepared(
    new: ServedEntityInput,
    feedback: ServedEntityInput | None = None,
    current: EndpointCoreConfigOutput | None = None,
) -> Plan:
    """Return what is served once `new` has come up beside `current`, without questions.

    Where nothing answers yet it takes them all.
    """
    planned = plan(new, feedback, current)
    before = _shares(current)
    if not any(before.values()):
        return planned
    if planned.live is not new:
        raise Refused("The endpoint serves this version already. Give it a share of the questions.")
    return replace(planned, shares=tuple(before.get(e.name or "", 0) for e in planned.entities))


def without(current: EndpointCoreConfigOutput, name: str) -> Plan:
    """Return what is served once this version is not any more."""
    before = _shares(current)
    if name not in {entity.name for entity in current.served_entities or []} - {FEEDBACK}:
        raise Refused(f"The endpoint does not serve {name!r}.")
    if before.get(name):
        raise Refused("This version answers questions. Give its share to another one first.")
    kept = [_as_input(each) for each in current.served_entities or [] if each.name != name]
    return Plan(entities=tuple(kept), shares=tuple(before.get(each.name or "", 0) for each in kept))


def with_traffic(current: EndpointCoreConfigOutput, percentages: Mapping[str, int]) -> Plan:
    """Return what is served once these versions have these shares, and every other none."""
    served = {entity.name or "": _as_input(entity) for entity in current.served_entities or []}
    _check_shares(percentages, served.keys() - {FEEDBACK})
    names = sorted(served, key=lambda name: -percentages.get(name, 0))
    shares = tuple(percentages.get(name, 0) for name in names)
    return Plan(entities=tuple(served[name] for name in names), shares=shares)


def _check_shares(percentages: Mapping[str, int], served: Collection[str]) -> None:
    if unknown := sorted(percentages.keys() - set(served)):
        raise Refused(f"The endpoint does not serve {unknown[0]!r}.")
    if any(share < 0 for share in percentages.values()) or sum(percentages.values()) != 100:
        raise Refused("The shares of all versions must add up to 100 %.")


def _fitted(
    entities: Sequence[ServedEntityInput], room: int, live: set[str]
) -> tuple[list[ServedEntityInput], list[ServedEntityInput]]:
    """Split into what fits and what goes; the oldest idle goes first, a live one never."""
    kept, dropped = list(entities), []
    while len(kept) > room:
        idle = next((entity for entity in reversed(kept) if entity.name not in live), None)
        if idle is None:
            raise Refused(
                f"The endpoint already serves {MAX_SERVED_ENTITIES} versions and all of them have "
                "traffic. Move the traffic to fewer versions first."
            )
        kept.remove(idle)
        dropped.append(idle)
    return kept, dropped


def _recently_live_first(current: EndpointCoreConfigOutput | None) -> list[ServedEntityOutput]:
    """Return entities in their order, except that those with traffic now come first."""
    entities = (current.served_entities if current else None) or []
    live = _live_names(current)
    return sorted(entities, key=lambda entity: entity.name not in live)


def _live_names(current: EndpointCoreConfigOutput | None) -> set[str]:
    return {name for name, share in _shares(current).items() if share > 0}


def _shares(current: EndpointCoreConfigOutput | None) -> dict[str, int]:
    traffic = current.traffic_config if current else None
    return {
        route.served_entity_name or route.served_model_name or "": route.traffic_percentage
        for route in (traffic.routes if traffic else None) or []
    }


def _is_same(served: ServedEntityInput, new: ServedEntityInput) -> bool:
    return (served.entity_name, served.entity_version) == (new.entity_name, new.entity_version)


def _differences(served: ServedEntityInput, new: ServedEntityInput) -> tuple[str, ...]:
    asked = (field.name for field in fields(new) if field.name != "name")
    return tuple(
        name for name in asked if (wanted := getattr(new, name)) and wanted != getattr(served, name)
    )


def _as_input(entity: ServedEntityOutput) -> ServedEntityInput:
    """Return what was read in the form it is written."""
    known = {field.name for field in fields(entity)}
    names = [field.name for field in fields(ServedEntityInput) if field.name in known]
    return ServedEntityInput(**{name: getattr(entity, name) for name in names})
