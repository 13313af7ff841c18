"""How long it takes until a new version in a known environment answers.

Ours: from the PUT that changes the configuration to the moment the endpoint says that the new
version is live. The peer: from its start to the first answer of /ping, which is what replacing a
version there takes.
"""

import time
from collections.abc import Iterator
from statistics import median

from benchmarks.finding import Finding, Floor
from benchmarks.load.background import ask
from benchmarks.peer import model_server
from benchmarks.run import Run
from benchmarks.workspace import BenchmarkWorkspace, Served, benchmark_workspace

_ENDPOINT = "deployed"


class AnotherVersionAnswered(Exception):
    """The endpoint said the new version was live, and an older one answered."""


def measure(run: Run) -> Iterator[Finding]:
    """Start the peer, deploy some versions, start the peer again, ..."""
    theirs: list[float] = []
    own: list[float] = []
    with benchmark_workspace(run.folder / "deploy") as workspace:
        model = workspace.register("trivial", versions=run.versions)
        workspace.create(_ENDPOINT, Served("trivial", 1))
        for version in range(2, run.versions + 1):
            if len(theirs) < run.rounds:
                with model_server(model) as peer:
                    theirs.append(peer.seconds_to_ready)
            own.append(_deploy(workspace, version))
    yield Finding(
        measured="from the configuration change to the new version live, same environment",
        unit="s",
        ours=median(own),
        peer=median(theirs),
        ratio=median(theirs) / median(own),
        floor=Floor("at least", 20.0),
        beside="mlflow models serve, from its start to /ping",
        details={"peer_rounds": theirs, "our_rounds": own},
    )


def _deploy(workspace: BenchmarkWorkspace, version: int) -> float:
    new, old = Served("trivial", version), Served("trivial", version - 1, share=0)
    started = time.perf_counter()
    workspace.put_config(_ENDPOINT, new, old)
    workspace.wait_until_ready(_ENDPOINT)
    seconds = time.perf_counter() - started
    answered_by = ask(workspace.target(_ENDPOINT), 1, 0.2).answered_by
    if set(answered_by) != {new.name}:
        raise AnotherVersionAnswered(f"{answered_by} instead of {new.name}")
    return seconds
