"""How fast an analyst's questions are answered over a million requests, through the SQL API."""

import random
import time
from collections.abc import Callable, Iterator

from benchmarks.finding import Finding, Floor
from benchmarks.logs.questions import Question, questions
from benchmarks.logs.stage import recorded
from benchmarks.logs.trace_search import TRACES, TraceSearch, searched_server
from benchmarks.run import Run, percentile
from benchmarks.workspace import BenchmarkWorkspace, benchmark_workspace

_WITHOUT_MLFLOW = ("--mlflow-tracking-uri", "http://127.0.0.1:9")


class WrongAnswer(Exception):
    """A statement failed, or found nothing where there is something."""


def measure(run: Run) -> Iterator[Finding]:
    """Write the rows, start a workspace over them and the peer; ask each question many times."""
    traces, times = (TRACES, 40) if run.is_long else (500, 5)
    data = recorded(run)
    rows = data.month.rows
    with (
        searched_server(data.folder, traces) as peer,
        benchmark_workspace(data.folder, *_WITHOUT_MLFLOW) as workspace,
    ):
        for question in questions(rows):
            theirs = _asked_peer(peer, question, times)
            yield _asked(workspace, question, rows, times, theirs)


def _asked(
    workspace: BenchmarkWorkspace,
    question: Question,
    rows: int,
    times: int,
    theirs: list[float] | None,
) -> Finding:
    chance = random.Random(1)
    workspace.sql(question.sql, question.choose(chance))
    spans = [_milliseconds(lambda: _answered(workspace, question, chance)) for _ in range(times)]
    return Finding(
        measured=f"{question.name}, {rows:,} rows, p95 of {times}",
        unit="ms",
        ours=percentile(spans, 0.95),
        peer=percentile(theirs, 0.95) if theirs else None,
        floor=Floor("at most", question.limit_ms),
        beside=(
            f"MLflow's trace search over {TRACES:,} traces"
            if theirs
            else "none: MLflow's trace search has no such question"
        ),
        details={"p50": percentile(spans, 0.5), "all": [round(each, 1) for each in spans]},
    )


def _asked_peer(peer: TraceSearch, question: Question, times: int) -> list[float] | None:
    chance = random.Random(1)
    if not peer.ask(question.name, chance):
        return None
    return [_milliseconds(lambda: peer.ask(question.name, chance)) for _ in range(times)]


def _answered(workspace: BenchmarkWorkspace, question: Question, chance: random.Random) -> None:
    found = workspace.sql(question.sql, question.choose(chance))
    if not found and "ILIKE" not in question.sql:
        raise WrongAnswer(question.name)


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000
