"""What many trials add up to: shares, percentiles, second by second; asks nobody.

Latencies are those of the answers: a refusal that comes at once makes nothing faster.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple


class Sample(NamedTuple):
    """What is kept of one request of a load test."""

    # Seconds from the beginning of the test to the end of the request.
    at: float
    latency_ms: float
    status: int | None
    error_code: str
    served_name: str


@dataclass(frozen=True)
class Figures:
    """The figures of one run; those of latency are None when nothing was answered."""

    requests: int
    failed: int
    seconds: float
    mean_ms: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    max_ms: float | None = None

    @property
    def success_rate(self) -> float:
        """Return the share that was answered, from 0 to 1."""
        return (self.requests - self.failed) / self.requests if self.requests else 0.0

    @property
    def throughput_rps(self) -> float:
        """Return how many answers came in a second."""
        return (self.requests - self.failed) / self.seconds if self.seconds > 0 else 0.0

    def metrics(self) -> dict[str, float]:
        """Return them as metrics of the run, under the names MLflow compares them by."""
        named = {
            "requests": self.requests,
            "errors": self.failed,
            "success_rate": self.success_rate,
            "throughput_rps": self.throughput_rps,
            "duration_s": self.seconds,
            "latency_mean_ms": self.mean_ms,
            "latency_p50_ms": self.p50_ms,
            "latency_p95_ms": self.p95_ms,
            "latency_p99_ms": self.p99_ms,
            "latency_max_ms": self.max_ms,
        }
        return {name: round(value, 4) for name, value in named.items() if value is not None}


def figures(latencies_ms: Iterable[float], failed: int, seconds: float) -> Figures:
    """Return the figures of these answers and so many failures."""
    ordered = sorted(latencies_ms)
    counts = Figures(len(ordered) + failed, failed, seconds)
    if not ordered:
        return counts
    return Figures(
        counts.requests,
        failed,
        seconds,
        mean_ms=sum(ordered) / len(ordered),
        p50_ms=percentile(ordered, 0.5),
        p95_ms=percentile(ordered, 0.95),
        p99_ms=percentile(ordered, 0.99),
        max_ms=ordered[-1],
    )


def of_samples(samples: Sequence[Sample], seconds: float) -> Figures:
    """Return the figures of a load test."""
    answered = [each.latency_ms for each in samples if not each.error_code]
    return figures(answered, len(samples) - len(answered), seconds)


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which this share lies, between two values where it falls there.

    The same as SQL's `percentile`, so that both tell the same of the same requests.
    """
    place = share * (len(ordered) - 1)
    below, above = math.floor(place), math.ceil(place)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def by_second(samples: Sequence[Sample]) -> list[dict[str, Any]]:
    """Return one row for each second of a load test, also for those in which nothing came."""
    seconds: dict[int, list[Sample]] = defaultdict(list)
    for each in samples:
        seconds[int(each.at)].append(each)
    last = max(seconds, default=-1)
    return [_second(second, seconds[second]) for second in range(last + 1)]


def errors_of(samples: Sequence[Sample]) -> list[dict[str, Any]]:
    """Return how often what went wrong, the most frequent first."""
    counted = Counter((each.status, each.error_code) for each in samples if each.error_code)
    return [
        {"status": status, "code": code, "requests": count}
        for (status, code), count in counted.most_common()
    ]


def _second(second: int, samples: Sequence[Sample]) -> dict[str, Any]:
    ordered = sorted(each.latency_ms for each in samples if not each.error_code)
    failed = len(samples) - len(ordered)
    shares = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99}
    latencies = {
        name: round(percentile(ordered, share), 1) if ordered else None
        for name, share in shares.items()
    }
    return {"second": second, "answered": len(ordered), "failed": failed} | latencies
