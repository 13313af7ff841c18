"""Whether anybody notices when the served version changes: ten switches under load."""

import time
from collections.abc import Iterator

from benchmarks.finding import Finding, Floor
from benchmarks.load.background import QUESTION, background_load
from benchmarks.load.specification import LoadResult, LoadSpec, Target
from benchmarks.run import Run
from benchmarks.workspace import BenchmarkWorkspace, Served, benchmark_workspace

_ENDPOINT = "swapped"
_CLIENTS = 8
_DEPLOYS = 5
_PAUSE_SECONDS = 0.4
_LIMIT_SECONDS = 120.0


class NotEveryVersionAnswered(Exception):
    """The switches were accepted but the traffic did not follow them."""


def measure(run: Run) -> Iterator[Finding]:
    """Deploy version after version and roll all of them back, while clients ask."""
    with benchmark_workspace(run.folder / "swap") as workspace:
        workspace.register("trivial", versions=_DEPLOYS + 1)
        target = workspace.create(_ENDPOINT, Served("trivial", 1))
        result = _switch_under_load(workspace, target)
    if len(result.answered_by) != _DEPLOYS + 1:
        raise NotEveryVersionAnswered(str(result.answered_by))
    failed = sum(result.failures.values())
    requests = failed + len(result.milliseconds)
    yield Finding(
        measured=f"{2 * _DEPLOYS} switches of version, {_CLIENTS} connections, {requests} requests",
        unit="failed requests",
        ours=failed,
        floor=Floor("at most", 0),
        beside="none: mlflow models serve has to be restarted and is away meanwhile",
        details={
            "requests": requests,
            "failures": result.failures,
            "answered_by": result.answered_by,
        },
    )


def _switch_under_load(workspace: BenchmarkWorkspace, target: Target) -> LoadResult:
    deployed = [*range(2, _DEPLOYS + 2)]
    rolled_back = [*range(_DEPLOYS, 0, -1)]
    live = 1
    spec = LoadSpec(target.port, target.request(QUESTION), _CLIENTS, _LIMIT_SECONDS)
    with background_load(spec) as load:
        # Also the first version is to be seen answering before it is replaced.
        time.sleep(spec.warm_up_seconds + 2 * _PAUSE_SECONDS)
        for version in [*deployed, *rolled_back]:
            before = Served("trivial", live, share=0)
            workspace.put_config(_ENDPOINT, Served("trivial", version), before)
            workspace.wait_until_ready(_ENDPOINT)
            live = version
            time.sleep(_PAUSE_SECONDS)
        return load.stop()
