"""What it costs to put every request on record before its answer is sent."""

from collections.abc import Iterator

from benchmarks.finding import Finding, Floor
from benchmarks.load.background import ask
from benchmarks.run import Run, interleaved
from benchmarks.workspace import (
    UNTRACED,
    BenchmarkWorkspace,
    Served,
    benchmark_workspace,
)

_CLIENTS = 32
_SLOW = {"SLEEP_SECONDS": "0.05"}


def measure(run: Run) -> Iterator[Finding]:
    """Ask two endpoints of the same model in turn, one of them with inference tables."""
    with benchmark_workspace(run.folder / "recording") as workspace:
        workspace.register("trivial")
        for name, variables in (("traced", {}), ("untraced", UNTRACED)):
            yield _compare(run, workspace, name, variables | _SLOW)


def _compare(
    run: Run, workspace: BenchmarkWorkspace, name: str, variables: dict[str, str]
) -> Finding:
    served = Served("trivial", variables=variables)
    off = workspace.create(f"{name}-off", served)
    on = workspace.create(f"{name}-on", served, is_recorded=True)
    rounds = interleaved(
        run.rounds,
        lambda: ask(off, _CLIENTS, run.seconds).per_second,
        lambda: ask(on, _CLIENTS, run.seconds).per_second,
    )
    without, recorded = rounds.medians
    return Finding(
        measured=f"a model that takes 50 ms, {name}, {_CLIENTS} clients, every request on record",
        unit="requests/s",
        ours=recorded,
        peer=without,
        ratio=recorded / without,
        floor=Floor("at least", 0.9),
        beside="the same workspace without inference tables",
        details=rounds.details,
    )
