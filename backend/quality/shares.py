"""Shares as they may be told: with the numbers behind them and how sure they are; no store."""

from dataclasses import dataclass

from backend.guard_rails import statistics
from backend.guard_rails.statistics import Interval

CONFIDENCE = 0.95
# A share that may lie anywhere within more than this says nothing yet.
_TELLING = 0.4


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    hits: int
    total: int

    @property
    def value(self) -> float | None:
        """Return the share itself; of nothing there is none."""
        return self.hits / self.total if self.total else None

    @property
    def interval(self) -> Interval:
        """Return between which values it lies, with 95 % confidence (Wilson)."""
        return statistics.share_of(self.hits, self.total, CONFIDENCE)

    @property
    def is_telling(self) -> bool:
        """Tell whether there is enough to say anything."""
        return self.total > 0 and self.interval.high - self.interval.low <= _TELLING

    def __str__(self) -> str:
        """Say it with its interval, never alone: "62 % (48 to 74 %)"."""
        if self.value is None:
            return "nothing yet"
        return f"{percent(self.value)} % ({self.span})"

    @property
    def span(self) -> str:
        """Return the interval in words: "48 to 74 %"."""
        return f"{self.interval.low * 100:.0f} to {self.interval.high * 100:.0f} %"


@dataclass(frozen=True)
class Difference:
    """How much larger one share is than another one, and how sure that is."""

    share: Share
    before: Share

    @property
    def interval(self) -> Interval:
        """Return between which values the difference lies, with 95 % confidence (Newcombe)."""
        one, two = self.share, self.before
        return statistics.difference(one.hits, one.total, two.hits, two.total, CONFIDENCE)

    @property
    def direction(self) -> int:
        """Return 1 if it is larger, -1 if smaller, 0 if that may be chance."""
        return (self.interval.low > 0) - (self.interval.high < 0)

    def __str__(self) -> str:
        """Say it in points of a hundred: "12 points more (3 to 21)"."""
        if not self.share.total or not self.before.total:
            return "nothing to compare"
        low, high = (each * 100 for each in (self.interval.low, self.interval.high))
        if self.direction == 0:
            said = f"{round(low):+d} to {round(high):+d} points"
            return f"no difference one can be sure of ({said})"
        middle = ((self.share.value or 0) - (self.before.value or 0)) * 100
        word = "more"
        if self.direction < 0:
            low, middle, high, word = -high, -middle, -low, "less"
        # An interval that is told as beginning at 0 would hold it.
        digits = 0 if round(low) else 1
        return f"{middle:.{digits}f} points {word} ({low:.{digits}f} to {high:.{digits}f})"


def percent(value: float) -> str:
    """Return a share in hundredths, as short as it can be and still tell it from none and all."""
    if 0 < value < 0.005:
        return "less than 1"
    if 0.995 < value < 1:
        return "more than 99"
    return f"{value * 100:.0f}"
