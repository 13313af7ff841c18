"""Whether twenty analysts can look at lists at the same time, over a million requests."""

import random
from collections.abc import Iterator
from statistics import median

from benchmarks.chat.sides import our_app
from benchmarks.finding import Finding, Floor
from benchmarks.logs.analysts import browse
from benchmarks.logs.asking_process import choices
from benchmarks.logs.stage import log_stage
from benchmarks.run import Run, percentile

_ANALYSTS, _VIEWS = 20, 15
# A list of few, or of none at all, would be no list; who looks for one request opens it.
_LOOKED_AT = (
    "no filter",
    "30 days",
    "one day",
    "version",
    "outcome",
    "latency",
    "called",
    "own requests",
)
_NOBODY = "none: MLflow has no list of requests"


def measure(run: Run) -> Iterator[Finding]:
    """Let them look at lists, each at one of its own."""
    with log_stage(run) as stage, our_app(stage) as side:
        views = choices(stage.month)

        def view(chance: random.Random) -> dict[str, str]:
            return views[chance.choice(_LOOKED_AT)](chance).parameters()

        # Brings in what is imported when it is first needed.
        browse(side, 2, 2, view)
        found = browse(side, _ANALYSTS, _VIEWS if run.is_long else 3, view)
    rows = f"{stage.month.rows:,} requests"
    yield Finding(
        measured=f"{_ANALYSTS} analysts at once, from a click to the whole list, {rows}, p95",
        unit="s",
        ours=percentile(found.milliseconds, 0.95) / 1000,
        floor=Floor("at most", 3.0),
        beside=_NOBODY,
        details={"p50": median(found.milliseconds) / 1000, "lists": len(found.milliseconds)},
    )
    yield Finding(
        measured=f"{_ANALYSTS} analysts at once, {len(found.milliseconds)} lists",
        unit="errors",
        ours=len(found.problems),
        floor=Floor("at most", 0),
        beside=_NOBODY,
        details={"problems": found.problems[:20]},
    )
