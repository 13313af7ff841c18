"""What it costs to keep another version warm, and what the whole idle stack takes."""

import time
from collections.abc import Iterator
from statistics import median

import psutil

from benchmarks.demo_stack import data_dir, demo_stack
from benchmarks.finding import Finding, Floor
from benchmarks.load.background import ask
from benchmarks.process_memory import Memory, memory_of, memory_of_all, tree
from benchmarks.run import Run
from benchmarks.workspace import BenchmarkWorkspace, Served, benchmark_workspace

_IDLE_SECONDS = 10.0
_SETTLE_SECONDS = 1.0


def measure(run: Run) -> Iterator[Finding]:
    """Measure the versions in a workspace of their own, then everything `make run` starts."""
    yield _further_versions(run)
    yield _idle_stack(run)


def _further_versions(run: Run) -> Finding:
    with benchmark_workspace(run.folder / "memory") as workspace:
        workspace.register("trivial", versions=run.versions)
        # The first version is not a further one: the process it is forked from comes with it.
        _serve(workspace, 1)
        before = memory_of_all(tree(workspace.process()))
        each = [_serve(workspace, version) for version in range(2, run.versions + 1)]
        after = memory_of_all(tree(workspace.process()))
    return Finding(
        measured="a further warm version in the same environment, the largest of several",
        unit="MB USS",
        ours=max(memory.uss for memory in each),
        floor=Floor("at most", 60.0),
        beside="none",
        details={
            "each_uss": [memory.uss for memory in each],
            "median_uss": median(memory.uss for memory in each),
            "growth_of_everything_per_version": _growth(before, after, len(each)),
        },
    )


def _serve(workspace: BenchmarkWorkspace, version: int) -> Memory:
    """Bring up a version, have it answer, and return what its process takes."""
    known = {process.pid for process in tree(workspace.process())}
    target = workspace.create(f"warm-{version}", Served("trivial", version))
    ask(target, 4, 1.0)
    time.sleep(_SETTLE_SECONDS)
    new = [process for process in tree(workspace.process()) if process.pid not in known]
    return memory_of_all(new)


def _growth(before: Memory, after: Memory, versions: int) -> dict[str, float]:
    growth = {"uss": (after.uss - before.uss) / versions}
    if before.pss is not None and after.pss is not None:
        growth["pss"] = (after.pss - before.pss) / versions
    return growth


def _idle_stack(run: Run) -> Finding:
    if not data_dir(run).exists():
        with demo_stack(run):
            pass
    with demo_stack(run) as stack:
        time.sleep(_IDLE_SECONDS)
        processes = tree(stack.process)
        total = memory_of_all(processes)
        each = {f"{process.pid} {_what(process)}": memory_of(process).uss for process in processes}
    return Finding(
        measured="everything make run starts, idle",
        unit="MB USS",
        ours=total.uss,
        floor=Floor("at most", 1500.0),
        beside="none",
        details={"pss": total.pss, "processes": each},
    )


def _what(process: psutil.Process) -> str:
    return " ".join(process.cmdline()[1:4])
