"""Lists of traces: the app's own, and what MLflow's own pages ask a server of the same traces."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.child_process import REPOSITORY, clean_environment
from benchmarks.finding import Finding
from benchmarks.logs.trace_search import TRACES, import_traces, searched_server
from benchmarks.logs.trace_stage import TRACED_MODEL, TRACED_VERSION, TraceStage, trace_stage
from benchmarks.run import Run, percentile

_TIMES = 40
_PEER = "the API of MLflow's own pages, an `mlflow server` with as many traces"


class NotAsked(Exception):
    """The process that asks failed; the text is what it said last."""


def measure(run: Run) -> Iterator[Finding]:
    """Ask both sides the same, in turn."""
    traces, times = (TRACES, _TIMES) if run.is_long else (500, 3)
    folder = run.folder / f"trace_list-{traces}"

    def fill(database: Path) -> str:
        import_traces(database, traces, TRACED_MODEL, TRACED_VERSION)
        return str(traces)

    with trace_stage(folder, fill) as stage, searched_server(folder, traces) as peer:
        found = _asked(stage, peer.address, peer.experiments, times)
    for name, spent in found.items():
        yield Finding(
            measured=f"{name} of {traces:,} traces, p95 of {times}",
            unit="ms",
            ours=percentile(spent["ours"], 0.95),
            peer=percentile(spent["peer"], 0.95),
            beside=_PEER,
            details={
                "p50": percentile(spent["ours"], 0.5),
                "peer p50": percentile(spent["peer"], 0.5),
                **spent,
            },
        )


def _asked(
    stage: TraceStage, peer: str, experiments: list[str], times: int
) -> dict[str, dict[str, list[float]]]:
    arguments = [peer, ",".join(experiments), str(times)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.logs.trace_asking_process", *arguments],
        cwd=REPOSITORY,
        env=clean_environment() | stage.app_environment | {"ANALYST_TOKEN": stage.token},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotAsked(done.stderr[-2000:])
    found: dict[str, dict[str, list[float]]] = json.loads(done.stdout.splitlines()[-1])
    return found
