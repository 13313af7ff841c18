"""Two traces beside each other: which step of one is which of the other; reads nothing.

Steps belong together that have the same name below steps that belong together, the second of a name
with the second of that name. The two tops belong together whatever they are called.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

# More than anybody reads; a trace of ten thousands of spans would fill the browser.
MOST_ALIGNED = 2000
TOP = ""


class Step(Protocol):
    """What is needed of a span."""

    @property
    def span_id(self) -> str:
        """Its id."""

    @property
    def parent_id(self) -> str:
        """The span it lies in; empty at the top."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def start_ns(self) -> int:
        """When it began."""

    @property
    def duration_ns(self) -> int:
        """How long it took."""


Span = TypeVar("Span", bound=Step)
_Children = Mapping[str, Sequence[Span]]


@dataclass(frozen=True)
class Aligned(Generic[Span]):
    """A step of both traces, or of one of them."""

    first: Span | None
    second: Span | None
    depth: int
    # Which one of its name it is beside others of this name, from 1 on.
    number: int

    @property
    def name(self) -> str:
        """Return what it is called; the first trace decides where the tops differ."""
        known = self.first or self.second
        return known.name if known else ""

    @property
    def difference_ns(self) -> int | None:
        """Return how much longer it took in the second trace; None if only one has it."""
        if self.first is None or self.second is None:
            return None
        return self.second.duration_ns - self.first.duration_ns


@dataclass(frozen=True)
class Alignment(Generic[Span]):
    """Two traces beside each other, each step after the one it lies in."""

    steps: tuple[Aligned[Span], ...]
    # There are more than these.
    is_cut: bool = False

    def only(self, *, second: bool) -> int:
        """Count the steps that only one of the two traces has."""
        return sum((each.first if second else each.second) is None for each in self.steps)


def align(first: Sequence[Span], second: Sequence[Span]) -> Alignment[Span]:
    """Put two traces beside each other; each of their spans comes after its parent."""
    one, other = _children(first), _children(second)
    origins = _origin(first), _origin(second)
    steps: list[Aligned[Span]] = []
    # The last is looked at next; what is added is in reverse, so that the first comes first.
    waiting = _pairs(one.get(TOP, ()), other.get(TOP, ()), 0, origins)[::-1]
    while waiting and len(steps) < MOST_ALIGNED:
        pair = waiting.pop()
        steps.append(pair)
        below = _pairs(
            one.get(pair.first.span_id, ()) if pair.first else (),
            other.get(pair.second.span_id, ()) if pair.second else (),
            pair.depth + 1,
            origins,
        )
        waiting += below[::-1]
    return Alignment(tuple(steps), is_cut=bool(waiting))


def _children(spans: Sequence[Span]) -> dict[str, list[Span]]:
    known: set[str] = set()
    found: dict[str, list[Span]] = defaultdict(list)
    for span in spans:
        # What lies in a span that is not there, in itself or in a circle stands at the top.
        found[span.parent_id if span.parent_id in known else TOP].append(span)
        known.add(span.span_id)
    for below in found.values():
        below.sort(key=lambda each: each.start_ns)
    return found


def _origin(spans: Sequence[Span]) -> int:
    return min((span.start_ns for span in spans), default=0)


def _pairs(
    one: Sequence[Span], other: Sequence[Span], depth: int, origins: tuple[int, int]
) -> list[Aligned[Span]]:
    """Return the steps below one that both have, in the order of their time."""
    if depth == 0 and len(one) == len(other) == 1:
        return [Aligned(one[0], other[0], depth, 1)]
    firsts, seconds = _by_name(one), _by_name(other)
    found = [
        Aligned(firsts.get(key), seconds.get(key), depth, key[1])
        for key in dict.fromkeys([*firsts, *seconds])
    ]

    def begins(pair: Aligned[Span]) -> int:
        if pair.first:
            return pair.first.start_ns - origins[0]
        return pair.second.start_ns - origins[1] if pair.second else 0

    return sorted(found, key=begins)


def _by_name(spans: Sequence[Span]) -> dict[tuple[str, int], Span]:
    counts: dict[str, int] = defaultdict(int)
    found: dict[tuple[str, int], Span] = {}
    for span in spans:
        counts[span.name] += 1
        found[span.name, counts[span.name]] = span
    return found
