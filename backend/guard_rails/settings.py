"""The guard rails of an endpoint, off by default: tags on it, each one JSON object.

Admins set them. Whatever is not to be read counts as not set, except where that would let through
what somebody wanted to keep out. What was turned off stays there, with who did it, when and why.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar

from backend.serving import tag_texts

PROMOTION = "reviewapp.guard.promotion"
RETURN = "reviewapp.guard.return"
FOLLOW = "reviewapp.follow"
FOLLOW_STATE = "reviewapp.follow.state"
TAGS = (PROMOTION, RETURN, FOLLOW, FOLLOW_STATE)
LONGEST_REASON = 300
T = TypeVar("T")


@dataclass(frozen=True)
class Rail:
    """Something that is on or off: who has set it so, when and why."""

    by: str = ""
    at: str = ""
    reason: str = ""
    is_on: bool = True


@dataclass(frozen=True)
class PromotionRail(Rail):
    """What must be said of a version before it may take more than a canary's share."""

    verdicts: int = 20
    up_percent: int = 80
    confidence_percent: int = 95
    # Up to this share a version may be tried on people without it: that is how it gets verdicts.
    canary_percent: int = 10
    rule: str = "verdicts"

    @property
    def confidence(self) -> float:
        """Return it as a share."""
        return self.confidence_percent / 100


@dataclass(frozen=True)
class ReturnRail(Rail):
    """When the app goes back to the version before by itself."""

    window_minutes: int = 60
    # With fewer nothing is compared.
    requests: int = 50
    verdicts: int = 20
    confidence_percent: int = 95
    watches_errors: bool = True
    watches_verdicts: bool = True

    @property
    def confidence(self) -> float:
        """Return it as a share."""
        return self.confidence_percent / 100


@dataclass(frozen=True)
class Follow(Rail):
    """The alias that says which version the endpoint serves."""

    model: str = ""
    alias: str = ""


@dataclass(frozen=True)
class FollowState:
    """How far the app is with the version the alias points to; `said` is a sentence for a page."""

    version: str = ""
    # preparing, waiting, switching, done or failed.
    step: str = ""
    said: str = ""


@dataclass(frozen=True)
class GuardSettings:
    """Everything that is on for one endpoint, and what was turned off last, by its tag."""

    promotion: PromotionRail | None = None
    automatic_return: ReturnRail | None = None
    follow: Follow | None = None
    follow_state: FollowState = field(default_factory=FollowState)
    off: Mapping[str, Rail] = field(default_factory=dict)
    # Somebody has set a rule for promotions that cannot be read.
    is_promotion_unreadable: bool = False


def settings_from(tags: Mapping[str, str]) -> GuardSettings:
    """Return what the endpoint's tags say."""
    promotion = _read(PromotionRail, tag_texts.whole(tags, PROMOTION))
    automatic_return = _read(ReturnRail, tag_texts.whole(tags, RETURN))
    follow = _read(Follow, tag_texts.whole(tags, FOLLOW))
    state = _read(FollowState, tag_texts.whole(tags, FOLLOW_STATE))
    found = {PROMOTION: promotion, RETURN: automatic_return, FOLLOW: follow}
    return GuardSettings(
        promotion=promotion if promotion and promotion.is_on else None,
        automatic_return=automatic_return if automatic_return and automatic_return.is_on else None,
        follow=follow if follow and follow.is_on and follow.model and follow.alias else None,
        follow_state=state or FollowState(),
        off={tag: rail for tag, rail in found.items() if rail and not rail.is_on},
        is_promotion_unreadable=bool(tags.get(PROMOTION)) and promotion is None,
    )


def written(tag: str, setting: Rail | FollowState) -> dict[str, str]:
    """Return a setting as tags say it: several, where one is too short."""
    text = json.dumps(asdict(setting), separators=(",", ":"), ensure_ascii=False)
    return tag_texts.in_pieces(tag, text)


def _read(kind: type[T], text: str) -> T | None:
    """Return a setting; what is not named in it is as usual, what it does not know is ignored."""
    try:
        found: Any = json.loads(text or "null")
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    given = {each.name: found[each.name] for each in _fields(kind) if each.name in found}
    types = {each.name: each.type for each in _fields(kind)}
    is_sane = all(_is_sane(types[name], value) for name, value in given.items())
    return kind(**given) if is_sane else None


def _fields(kind: type[T]) -> tuple[Any, ...]:
    return fields(kind)  # type: ignore[arg-type]


def _is_sane(kind: Any, value: Any) -> bool:
    if kind is int:
        return type(value) is int and 0 <= value <= 100_000
    return type(value) is kind
