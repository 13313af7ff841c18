"""Whether a new version is worse than the one before it, by more than chance explains; no store."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from backend.guard_rails.rules import Facts
from backend.guard_rails.settings import ReturnRail
from backend.guard_rails.statistics import difference


@dataclass(frozen=True)
class Comparison:
    """What was found, in a sentence, and by which numbers."""

    is_worse: bool
    sentence: str
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class _Measure:
    """Something of which less is better: so many of so many, in the new version and the old."""

    name: str
    bad: tuple[int, int]
    total: tuple[int, int]
    least: int
    words: str

    @property
    def is_enough(self) -> bool:
        """Tell whether there is enough on both sides to compare anything."""
        return min(self.total) >= max(1, self.least)


def compared(new: Facts, old: Facts, rail: ReturnRail) -> Comparison:
    """Return the first measure by which the new version is worse, else what there is."""
    found = [_judged(each, new.version, old.version, rail) for each in _measures(new, old, rail)]
    if not found:
        return Comparison(False, "Neither errors nor verdicts are watched.")
    worse = next((each for each in found if each.is_worse), None)
    return worse or Comparison(False, " ".join(each.sentence for each in found))


def _measures(new: Facts, old: Facts, rail: ReturnRail) -> list[_Measure]:
    measures = []
    if rail.watches_errors:
        errors, requests = (new.errors, old.errors), (new.requests, old.requests)
        measures.append(_Measure("errors", errors, requests, rail.requests, "questions failed"))
    if rail.watches_verdicts:
        down, verdicts = (new.down, old.down), (new.verdicts, old.verdicts)
        measures.append(_Measure("down", down, verdicts, rail.verdicts, "verdicts are down"))
    return measures


def _judged(measure: _Measure, new: str, old: str, rail: ReturnRail) -> Comparison:
    (bad, other), (total, other_total) = measure.bad, measure.total
    known = (
        f"{bad} of {total} {measure.words} on version {new}, "
        f"{other} of {other_total} on version {old}"
    )
    if not measure.is_enough:
        return Comparison(False, f"{known}: too few to compare; it takes {measure.least} each.")
    found = difference(bad, total, other, other_total, rail.confidence)
    numbers = {
        f"new_{measure.name}": bad,
        "new_of": total,
        f"old_{measure.name}": other,
        "old_of": other_total,
        "worse_by_at_least": round(found.low, 4),
        "worse_by_at_most": round(found.high, 4),
        "confidence": rail.confidence,
        "window_minutes": rail.window_minutes,
    }
    sure = f"with {rail.confidence_percent} % confidence"
    if found.low > 0:
        said = f"{known}: {sure} at least {_points(found.low)} more."
        return Comparison(True, said, numbers)
    return Comparison(False, f"{known}: {sure} this may be chance.", numbers)


def _points(difference_of_shares: float) -> str:
    points = difference_of_shares * 100
    return f"{points:.0f} in 100" if points >= 1 else f"{points * 10:.1f} in 1,000"
