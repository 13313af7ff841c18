"""Giving a version its share of the questions step by step; plain sums, knows no store."""

from collections.abc import Iterable

from backend.releases.record import Share, live

WHOLE = 100
# Few enough to hurt few, then enough to learn from, then all.
STEPS = (5, 25, WHOLE)


def with_share(served: Iterable[Share], name: str, share: int) -> dict[str, int]:
    """Return everybody's share once this version has its own; the others keep their proportions."""
    others = [each for each in live(served) if each.name != name]
    total, left = sum(each.percentage for each in others), WHOLE - share
    given = {each.name: each.percentage * left // total for each in others} if total else {}
    if others:
        # What rounding has left over goes to the one that has most.
        given[others[0].name] += left - sum(given.values())
    else:
        share = WHOLE
    return {name: share} | given


def canary(served: Iterable[Share]) -> Share | None:
    """Return the version that answers only a few, if one does."""
    answering = live(served)
    last = answering[-1] if len(answering) > 1 else None
    return last if last and last.percentage <= STEPS[-2] else None


def next_steps(share: Share) -> list[int]:
    """Return the shares that may follow."""
    return [step for step in STEPS if step > share.percentage]
