"""How soon the version before answers again, and whether anybody notices, ledger included."""

from collections.abc import Iterator

from benchmarks.finding import Finding, Floor
from benchmarks.ledger.process import drive
from benchmarks.load.background import QUESTION, background_load
from benchmarks.load.specification import LoadResult, LoadSpec
from benchmarks.run import Run, percentile
from benchmarks.workspace import BenchmarkWorkspace, benchmark_workspace

_ENDPOINT = "rolled_back"
_ROUNDS = 10
_FEW_ROUNDS = 3
_CLIENTS = 10
_PER_SECOND = 50
_LIMIT_SECONDS = 300.0
_BESIDE = "none: mlflow models serve has to be restarted with the other version"


class NotBothAnswered(Exception):
    """The releases were accepted but the traffic did not follow them."""


def measure(run: Run) -> Iterator[Finding]:
    """Deploy and roll back again and again, while others ask."""
    rounds = _ROUNDS if run.is_long else _FEW_ROUNDS
    with benchmark_workspace(run.folder / "roll_back") as workspace:
        workspace.register("trivial", versions=2)
        drive("put", _ENDPOINT, "trivial", 1, workspace.environment)
        drive("put", _ENDPOINT, "trivial", 2, workspace.environment)
        waits, load = _under_load(workspace, rounds)
    if len(load.answered_by) != 2:
        raise NotBothAnswered(str(load.answered_by))
    failed = sum(load.failures.values())
    yield Finding(
        measured=f"from the configuration call to the first answer of a warm version, {rounds} "
        "roll backs, p95",
        unit="ms",
        ours=percentile(waits, 0.95),
        floor=Floor("at most", 200),
        beside=_BESIDE,
        details={"our_rounds": waits},
    )
    yield Finding(
        measured=f"{rounds} deploys and {rounds} roll backs through the app's services at "
        f"{load.per_second:.0f} requests a second, {failed + len(load.milliseconds)} requests",
        unit="failed requests",
        ours=failed,
        floor=Floor("at most", 0),
        beside=_BESIDE,
        details={"failures": load.failures, "answered_by": load.answered_by},
    )


def _under_load(workspace: BenchmarkWorkspace, rounds: int) -> tuple[list[float], LoadResult]:
    target = workspace.target(_ENDPOINT)
    spec = LoadSpec(
        target.port,
        target.request(QUESTION),
        _CLIENTS,
        _LIMIT_SECONDS,
        every_seconds=_CLIENTS / _PER_SECOND,
    )
    with background_load(spec) as load:
        waits = drive("go_back", _ENDPOINT, "trivial", rounds, workspace.environment)
        return waits, load.stop()
