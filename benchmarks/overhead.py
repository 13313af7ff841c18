"""What serving itself costs: a model that answers at once, with and without tracing."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median

import requests

from benchmarks.finding import Finding, Floor
from benchmarks.load.background import ask
from benchmarks.load.specification import Target
from benchmarks.peer import model_server, tracking_server
from benchmarks.run import Rounds, Run, interleaved
from benchmarks.workspace import UNTRACED, Served, benchmark_workspace

_CLIENTS = 32
_EXPERIMENT = "peer"


class NothingExported(Exception):
    """The peer was to be measured with tracing, but no trace of it arrived."""


def measure(run: Run) -> Iterator[Finding]:
    """Compare without tracing at 32 clients and at one, then with tracing at 32."""
    with benchmark_workspace(run.folder / "overhead") as workspace:
        trivial = workspace.register("trivial")
        traced = workspace.register("traced")
        ours = workspace.create("trivial", Served("trivial", variables=UNTRACED))
        with model_server(trivial) as peer:
            yield _many_clients(run, peer.target, ours)
            yield _one_client(run, peer.target, ours)
        yield _with_tracing(run, traced, workspace.create("traced", Served("traced")))


def _many_clients(run: Run, peer: Target, ours: Target) -> Finding:
    rounds = interleaved(
        run.rounds,
        lambda: ask(peer, _CLIENTS, run.seconds).per_second,
        lambda: ask(ours, _CLIENTS, run.seconds).per_second,
    )
    return _throughput(rounds, "tracing off", 1.3)


def _one_client(run: Run, peer: Target, ours: Target) -> Finding:
    rounds = interleaved(
        run.rounds,
        lambda: median(ask(peer, 1, run.seconds).milliseconds),
        lambda: median(ask(ours, 1, run.seconds).milliseconds),
    )
    theirs, own = rounds.medians
    return Finding(
        measured="a model that answers at once, 1 client, tracing off, p50",
        unit="ms",
        ours=own,
        peer=theirs,
        ratio=own / theirs,
        floor=Floor("at most", 1.1),
        details=rounds.details,
    )


def _with_tracing(run: Run, model: Path, ours: Target) -> Finding:
    with tracking_server(model.parent) as tracking_uri:
        rounds = interleaved(
            run.rounds,
            lambda: _traced_peer(run, model, tracking_uri),
            lambda: ask(ours, _CLIENTS, run.seconds).per_second,
        )
        exported = _exported_traces(tracking_uri)
    if not exported:
        raise NothingExported(tracking_uri)
    finding = _throughput(rounds, "tracing on, 4 spans of its own", 1.0)
    finding.details["peer_exported_any_traces"] = exported
    return finding


def _traced_peer(run: Run, model: Path, tracking_uri: str) -> float:
    # Started anew for each round: it goes on exporting for seconds after its last answer, which
    # would be at the cost of our round.
    variables = {"MLFLOW_TRACKING_URI": tracking_uri, "MLFLOW_EXPERIMENT_NAME": _EXPERIMENT}
    with model_server(model, variables) as peer:
        return ask(peer.target, _CLIENTS, run.seconds).per_second


def _exported_traces(tracking_uri: str) -> bool:
    """Tell whether the peer's traces arrived, or it has not been measured with tracing at all."""
    url = f"{tracking_uri}/api/2.0/mlflow/experiments/get-by-name"
    found = requests.get(url, params={"experiment_name": _EXPERIMENT}, timeout=30)
    if not found.ok:
        return False
    experiment = found.json()["experiment"]["experiment_id"]
    location = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment}}
    body = {"locations": [location], "max_results": 1}
    url = f"{tracking_uri}/api/3.0/mlflow/traces/search"
    answer = requests.post(url, json=body, timeout=60)
    answer.raise_for_status()
    return bool(answer.json().get("traces"))


def _throughput(rounds: Rounds, tracing: str, floor: float) -> Finding:
    theirs, own = rounds.medians
    return Finding(
        measured=f"a model that answers at once, {_CLIENTS} clients, {tracing}",
        unit="requests/s",
        ours=own,
        peer=theirs,
        ratio=own / theirs,
        floor=Floor("at least", floor),
        details=rounds.details,
    )
