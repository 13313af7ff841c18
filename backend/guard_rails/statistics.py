"""How sure a share is: confidence intervals of one proportion, and of the difference of two.

Both are score intervals, which stay within bounds and mean something for few numbers and for none.
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist


@dataclass(frozen=True)
class Interval:
    """Between which values the true one lies, with the confidence that was asked for."""

    low: float
    high: float


def share_of(hits: int, total: int, confidence: float) -> Interval:
    """Return Wilson's interval of a share; of nothing it is everything."""
    if total <= 0:
        return Interval(0.0, 1.0)
    z = _quantile(confidence)
    share, weight = hits / total, z * z / total
    middle = (share + weight / 2) / (1 + weight)
    reach = z * sqrt(share * (1 - share) / total + weight / (4 * total)) / (1 + weight)
    # Of none and of all the bound is exact, whatever the rounding of floating point says.
    low = 0.0 if hits == 0 else max(0.0, middle - reach)
    return Interval(low, 1.0 if hits == total else min(1.0, middle + reach))


def difference(hits: int, total: int, other: int, other_total: int, confidence: float) -> Interval:
    """Return Newcombe's interval of how much larger the first share is than the other one."""
    if total <= 0 or other_total <= 0:
        return Interval(-1.0, 1.0)
    share, other_share = hits / total, other / other_total
    one = share_of(hits, total, confidence)
    two = share_of(other, other_total, confidence)
    below = sqrt((share - one.low) ** 2 + (two.high - other_share) ** 2)
    above = sqrt((one.high - share) ** 2 + (other_share - two.low) ** 2)
    return Interval(share - other_share - below, share - other_share + above)


def _quantile(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)
