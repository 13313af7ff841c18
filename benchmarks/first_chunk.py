"""How late the first chunk of a streamed answer arrives.

The model puts the time into its first chunk when it yields it; the client, on the same machine
and so on the same clock, subtracts it from the time the bytes arrived. `mlflow models serve` has
no streaming, so what stands beside it is a bare socket server that does nothing but write.
"""

from collections.abc import Iterator
from statistics import median

from benchmarks.finding import Finding, Floor
from benchmarks.load.background import ask
from benchmarks.load.bare_stream import bare_stream_server
from benchmarks.load.specification import Target
from benchmarks.run import Run, percentile
from benchmarks.workspace import Served, benchmark_workspace

_CLIENTS = (1, 8)
_STREAMS = 200
_FLOOR = Floor("at most", 10.0)


class TooFewStreams(Exception):
    """A percentile needs enough values to mean something."""


def measure(run: Run) -> Iterator[Finding]:
    """Stream with one client and with eight, from the bare socket and from a model."""
    with (
        benchmark_workspace(run.folder / "first_chunk") as workspace,
        bare_stream_server() as bare_port,
    ):
        workspace.register("streaming")
        ours = workspace.create("streaming", Served("streaming"))
        for clients in _CLIENTS:
            bare = _delays(run, Target(bare_port, "/"), clients)
            yield from _findings(clients, bare, _delays(run, ours, clients))


def _delays(run: Run, target: Target, clients: int) -> list[float]:
    seconds = run.streams_seconds / clients
    delays = ask(target, clients, seconds, streamed=True).milliseconds
    if len(delays) < _STREAMS:
        raise TooFewStreams(f"{len(delays)} streams in {seconds:.0f} s, {_STREAMS} are needed")
    return delays


def _findings(clients: int, bare: list[float], ours: list[float]) -> Iterator[Finding]:
    who = "1 client" if clients == 1 else f"{clients} clients"
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        yield Finding(
            measured=f"the model's first chunk at the client, {who}, {name}",
            unit="ms",
            ours=percentile(ours, share),
            peer=percentile(bare, share),
            floor=_FLOOR,
            beside="a bare socket; mlflow models serve cannot stream",
            details={"streams": len(ours), "median": median(ours), "slowest": max(ours)},
        )
