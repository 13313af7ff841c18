"""How far reviewers agree beyond chance: Krippendorff's alpha of thumbs, and how sure it is.

Only answers that two or more people have called right or wrong say anything of it. Knows no store.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from backend.guard_rails.statistics import Interval

# The number of answers below which agreement is chance, whatever alpha says.
FEW = 20
RESAMPLES = 2_000
_SEED = 6
# What is usually asked of conclusions, and of careful ones.
_GOOD, _TENTATIVE = 0.8, 0.667

_Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Votes:
    """How many answers have so many thumbs up and so many down."""

    up: int
    down: int
    answers: int = 1


@dataclass(frozen=True)
class Agreement:
    """Alpha: 1 is perfect, 0 is chance; None where everybody always said the same, or nothing."""

    alpha: float | None
    interval: Interval | None
    # Answers that two or more people have judged, and those of them on which they differ.
    answers: int
    disputed: int

    def __str__(self) -> str:
        """Say it in a sentence."""
        if not self.answers:
            return "No answer was judged by two people yet, so nobody can tell whether they agree."
        known = f"{_answers(self.answers)} judged by two or more people"
        if self.alpha is None:
            said = f"{known}: all say the same of all of them, so agreement cannot be measured."
            return said[0].upper() + said[1:]
        said = f"{self._word} (alpha {self.alpha:.2f}{self._sure}), {known}."
        return f"{said} Too few to tell." if self.answers < FEW else said

    @property
    def _word(self) -> str:
        alpha = self.alpha or 0
        if alpha >= _GOOD:
            return "They agree well"
        if alpha >= _TENTATIVE:
            return "They mostly agree"
        return "They agree somewhat" if alpha > 0.2 else "They agree hardly more than by chance"

    @property
    def _sure(self) -> str:
        if self.interval is None:
            return ""
        return f", between {self.interval.low:.2f} and {self.interval.high:.2f}"


def agreement(votes: Iterable[Votes]) -> Agreement:
    """Return it; the interval is the middle 95 % of what other samples of answers would give."""
    kept = [each for each in votes if each.up + each.down >= 2 and each.answers > 0]
    answers = sum(each.answers for each in kept)
    disputed = sum(each.answers for each in kept if each.up and each.down)
    if not kept:
        return Agreement(None, None, 0, 0)
    cells = np.array([(each.up, each.down) for each in kept], dtype=np.int64)
    counts = np.array([[each.answers for each in kept]], dtype=np.int64)
    (alpha,) = _alphas(cells, counts)
    if np.isnan(alpha):
        return Agreement(None, None, answers, disputed)
    drawn = np.random.default_rng(_SEED).multinomial(answers, counts[0] / answers, RESAMPLES)
    others = _alphas(cells, drawn)
    # A sample in which all say the same has nothing to disagree on.
    others = np.where(np.isnan(others), 1.0, others)
    low, high = np.percentile(others, [2.5, 97.5])
    # Where every answer was judged alike no sample differs, which says nothing of how sure it is.
    interval = Interval(float(low), float(high)) if len(kept) > 1 else None
    return Agreement(float(alpha), interval, answers, disputed)


def _alphas(cells: _Counts, counts: _Counts) -> npt.NDArray[np.float64]:
    """Return alpha of each row of counts; not a number where only one thing was ever said."""
    up, down = cells[:, 0], cells[:, 1]
    pairs = 2 * up * down / (up + down - 1)
    all_up, all_down = counts @ up, counts @ down
    total = all_up + all_down
    expected = 2.0 * all_up * all_down
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected > 0, 1 - (counts @ pairs) * (total - 1) / expected, np.nan).astype(
            np.float64
        )


def _answers(count: int) -> str:
    return f"{count:,} answer{'' if count == 1 else 's'}"
