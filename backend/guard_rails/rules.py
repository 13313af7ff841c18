"""The rules a version must keep before it is promoted: a registry, by the name a setting gives.

A rule sees what is known of the version and what is asked for, and says yes or no in a sentence,
with the numbers it went by. Another kind, such as the result of an evaluation, is one more entry.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from backend.guard_rails.settings import PromotionRail
from backend.guard_rails.statistics import share_of


@dataclass(frozen=True)
class Facts:
    """What is known of a version."""

    version: str
    up: int = 0
    down: int = 0
    requests: int = 0
    errors: int = 0

    @property
    def verdicts(self) -> int:
        """Return how many have judged."""
        return self.up + self.down


@dataclass(frozen=True)
class Ruling:
    """Whether a version may be promoted, why, and by which numbers."""

    is_ok: bool
    sentence: str
    numbers: Mapping[str, float] = field(default_factory=dict)


class Rule(Protocol):
    """Decides whether a version may be promoted."""

    def check(self, facts: Facts, wanted: PromotionRail) -> Ruling:
        """Say whether it may, and why."""


class EnoughVerdicts:
    """So many verdicts, and at least so many of them up, which must not be mere chance."""

    def check(self, facts: Facts, wanted: PromotionRail) -> Ruling:
        """Go by the lower bound of the share's confidence interval, not by the bare share."""
        sure = share_of(facts.up, facts.verdicts, wanted.confidence)
        numbers = {
            "verdicts": facts.verdicts,
            "up": facts.up,
            "up_at_least": round(sure.low, 4),
            "up_at_most": round(sure.high, 4),
            "confidence": wanted.confidence,
        }
        if facts.verdicts < wanted.verdicts:
            said = (
                f"Version {facts.version} has {_verdicts(facts.verdicts)}; the rule of this "
                f"endpoint asks for {wanted.verdicts}."
            )
            return Ruling(False, said, numbers)
        known = (
            f"{facts.up} of {_verdicts(facts.verdicts)} on version {facts.version} are up, so with "
            f"{wanted.confidence_percent} % confidence between {sure.low:.0%} and {sure.high:.0%} "
            "of people are content"
        )
        if sure.low * 100 < wanted.up_percent:
            said = f"{known}; the rule of this endpoint asks for at least {wanted.up_percent} %."
            return Ruling(False, said, numbers)
        return Ruling(True, f"{known}.", numbers)


RULES: Mapping[str, Rule] = {"verdicts": EnoughVerdicts()}


def ruling(facts: Facts, wanted: PromotionRail) -> Ruling:
    """Return what the rule of this setting says; one nobody knows here lets nothing through."""
    rule = RULES.get(wanted.rule)
    if rule is None:
        return Ruling(False, f"This endpoint has a rule that is not known here: {wanted.rule}.")
    return rule.check(facts, wanted)


def _verdicts(count: int) -> str:
    return f"{count} verdict{'' if count == 1 else 's'}"
