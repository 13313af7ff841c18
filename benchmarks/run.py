"""What one run of the benchmarks shares: how long to measure, where, and the order of the sides."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Run:
    """A run: a folder that is deleted at its end, and how much effort it makes."""

    folder: Path
    rounds: int = 3
    seconds: float = 6.0
    versions: int = 7
    streams_seconds: float = 25.0

    @property
    def is_long(self) -> bool:
        """Tell whether this is for figures and not for trying."""
        return self.rounds > 1


@dataclass(frozen=True)
class Rounds:
    """The same quantity of both sides, measured in turn so that both met the same noise."""

    peer: list[float]
    ours: list[float]

    @property
    def details(self) -> dict[str, list[float]]:
        """Return every round, for whoever wants to judge the spread."""
        return {"peer_rounds": self.peer, "our_rounds": self.ours}

    @property
    def medians(self) -> tuple[float, float]:
        """Return the peer's and our median."""
        return median(self.peer), median(self.ours)


def interleaved(rounds: int, peer: Callable[[], float], ours: Callable[[], float]) -> Rounds:
    """Measure peer, ours, peer, ours, ..."""
    pairs = [(peer(), ours()) for _ in range(rounds)]
    return Rounds([pair[0] for pair in pairs], [pair[1] for pair in pairs])


def percentile(values: list[float], share: float) -> float:
    """Return the smallest value that is not exceeded by this share of the values."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(len(ordered) * share * 1000) // 1000) - 1)]
