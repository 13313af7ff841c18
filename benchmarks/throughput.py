"""How many requests per second a slow model answers to many clients.

The model waits 50 ms, as one that calls a language model does, only shorter. What is measured is
how many of these waits a server lets happen at once.
"""

from collections.abc import Iterator

from benchmarks.finding import Finding, Floor
from benchmarks.load.background import ask
from benchmarks.peer import model_server
from benchmarks.run import Run, interleaved
from benchmarks.workspace import UNTRACED, Served, benchmark_workspace

_CLIENTS = 32
_SLOW = {"SLEEP_SECONDS": "0.05"}


def measure(run: Run) -> Iterator[Finding]:
    """Serve the same files on both sides and ask them in turn."""
    with benchmark_workspace(run.folder / "throughput") as workspace:
        model = workspace.register("trivial")
        ours = workspace.create("slow", Served("trivial", variables=UNTRACED | _SLOW))
        with model_server(model, _SLOW) as peer:
            rounds = interleaved(
                run.rounds,
                lambda: ask(peer.target, _CLIENTS, run.seconds).per_second,
                lambda: ask(ours, _CLIENTS, run.seconds).per_second,
            )
    theirs, own = rounds.medians
    yield Finding(
        measured=f"a model that takes 50 ms, {_CLIENTS} clients",
        unit="requests/s",
        ours=own,
        peer=theirs,
        ratio=own / theirs,
        floor=Floor("at least", 4.0),
        details=rounds.details,
    )
