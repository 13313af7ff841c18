"""How many verdicts per second are taken, beside MLflow's own way of keeping feedback."""

import json
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import mlflow
import requests

from benchmarks.finding import Finding, Floor
from benchmarks.load.background import QUESTION, post
from benchmarks.load.specification import Target
from benchmarks.peer import tracking_server
from benchmarks.run import Run
from benchmarks.workspace import Served, benchmark_workspace

_REVIEWERS = 8
_ENDPOINT = "judged"


def measure(run: Run) -> Iterator[Finding]:
    """Eight reviewers judge one answer, first in MLflow and then here.

    Not in turn: what is judged here goes on to MLflow in the background, and would slow the peer.
    """
    folder = run.folder / "verdicts"
    with benchmark_workspace(folder) as workspace:
        workspace.register("traced")
        target = workspace.create(_ENDPOINT, Served("traced"), is_recorded=True)
        theirs = _to_mlflow(folder, run)
        ours = _to_us(target, run)
    yield Finding(
        measured=f"{_REVIEWERS} reviewers, each verdict durable before it is answered",
        unit="verdicts/s",
        ours=median(ours),
        peer=median(theirs),
        ratio=median(ours) / median(theirs),
        floor=Floor("at least", 3.0),
        beside="MLflow's assessments over REST, `mlflow server` on SQLite",
        details={"peer_rounds": theirs, "our_rounds": ours},
    )


def _to_mlflow(folder: Path, run: Run) -> list[float]:
    with tracking_server(folder) as address:
        trace_id = _a_trace(address)
        port = urlsplit(address).port
        assert port is not None
        target = Target(port, f"/api/3.0/mlflow/traces/{trace_id}/assessments")
        assessment = {
            "assessment_name": "answer_correct",
            "trace_id": trace_id,
            "source": {"source_type": "HUMAN", "source_id": "reviewer"},
            "feedback": {"value": "positive"},
            "rationale": "good",
        }
        body = json.dumps({"assessment": assessment})
        return [post(target, body, _REVIEWERS, run.seconds).per_second for _ in range(run.rounds)]


def _to_us(asked: Target, run: Run) -> list[float]:
    path = f"/serving-endpoints/{_ENDPOINT}/served-models/feedback/invocations"
    rating = {"answer_correct": {"value": "positive"}}
    record = {
        "request_id": _a_request(asked),
        "text_assessments": [{"ratings": rating, "free_text_comment": "good"}],
    }
    target = Target(asked.port, path, asked.token)
    body = json.dumps({"dataframe_records": [record]})
    return [post(target, body, _REVIEWERS, run.seconds).per_second for _ in range(run.rounds)]


def _a_request(target: Target) -> str:
    answer = requests.post(
        f"http://127.0.0.1:{target.port}{target.path}",
        data=QUESTION,
        headers={"Authorization": f"Bearer {target.token}"},
        timeout=30,
    )
    return str(answer.json()["databricks_output"]["databricks_request_id"])


def _a_trace(address: str) -> str:
    mlflow.set_tracking_uri(address)
    with mlflow.start_span("judged") as span:
        span.set_inputs("hello")
    mlflow.flush_trace_async_logging()
    return span.trace_id
