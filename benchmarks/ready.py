"""How long `make run` takes until one can chat: the app answers and every example is ready.

Everything is installed already. The very first run also logs, registers and deploys the examples;
it is told apart and nothing is required of it.
"""

from collections.abc import Iterator
from statistics import median

from benchmarks.demo_stack import data_dir, demo_stack
from benchmarks.finding import Finding, Floor
from benchmarks.run import Run

_NO_PEER = "none"


def measure(run: Run) -> Iterator[Finding]:
    """Start once to register the examples, then again as on every other day."""
    if not data_dir(run).exists():
        first = _start(run)
        yield Finding(
            measured="make run, the very first time, until ready to chat",
            unit="s",
            ours=max(first.values()),
            beside=_NO_PEER,
            details={"milestones": first},
        )
    starts = [_start(run) for _ in range(run.rounds)]
    yield Finding(
        measured="make run until ready to chat",
        unit="s",
        ours=median(max(each.values()) for each in starts),
        floor=Floor("at most", 20.0),
        beside=_NO_PEER,
        details={"milestones": starts},
    )


def _start(run: Run) -> dict[str, float]:
    with demo_stack(run) as stack:
        return stack.milestones
