"""How long an admin waits for a new version in a known environment, from the click on.

Ours: what the page does one after the other, the ledger and the version's own example included. The
peer: from its start to the first answer of /ping, which is what replacing a version there takes.
"""

from collections.abc import Iterator
from statistics import median

from benchmarks.finding import Finding, Floor
from benchmarks.ledger.process import drive
from benchmarks.peer import model_server
from benchmarks.run import Run
from benchmarks.workspace import benchmark_workspace

_ENDPOINT = "clicked"


def measure(run: Run) -> Iterator[Finding]:
    """Start the peer as often as is measured, before and after; deploy version after version."""
    theirs: list[float] = []
    with benchmark_workspace(run.folder / "deploy_click") as workspace:
        model = workspace.register("trivial", versions=run.versions)
        drive("put", _ENDPOINT, "trivial", 1, workspace.environment)
        with model_server(model) as peer:
            theirs.append(peer.seconds_to_ready)
        own = drive("click", _ENDPOINT, "trivial", run.versions, workspace.environment)
        for _ in range(run.rounds - 1):
            with model_server(model) as peer:
                theirs.append(peer.seconds_to_ready)
    yield Finding(
        measured="from the click to the new version ready and live, same environment",
        unit="s",
        ours=median(own),
        peer=median(theirs),
        floor=Floor("at most", 3.0),
        beside="mlflow models serve, from its start to /ping",
        details={"peer_rounds": theirs, "our_rounds": own},
    )
