"""What kill -9 costs: acknowledged requests that are not on record, and such that are twice."""

from collections.abc import Iterator

from benchmarks.crash.flusher_kills import POINTS, kill_flushers
from benchmarks.crash.tally import Tally
from benchmarks.crash.workspace_kills import kill_workspaces
from benchmarks.finding import Finding, Floor
from benchmarks.run import Run

_BESIDE = "none: mlflow models serve keeps no record"


def measure(run: Run) -> Iterator[Finding]:
    """Kill gateway and flusher at any moment, then the flusher at its worst moments."""
    lives, flushers = (8, 16) if run.is_long else (2, 3)
    yield from _findings(
        "gateway and flusher", kill_workspaces(run.folder / "crashes", lives, flushers)
    )
    rounds = 10 if run.is_long else 2
    yield from _findings(
        f"flusher at {', '.join(POINTS)}", kill_flushers(run.folder / "flushers", rounds)
    )


def _findings(what: str, tally: Tally) -> Iterator[Finding]:
    for name, count in (("missing", tally.missing), ("duplicates", tally.duplicates)):
        yield Finding(
            measured=f"{tally.kills} times kill -9 of {what}, {tally.acknowledged} acknowledged",
            unit=f"records {name}",
            ours=count,
            floor=Floor("at most", 0),
            beside=_BESIDE,
            details={"on record but not acknowledged": tally.unacknowledged},
        )
