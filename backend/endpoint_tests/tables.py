"""The four tables of the lab: which model, which endpoint, what it answered, what it bore.

They lie in the schema of the model, under the names the lab gives them, for anybody with SQL. What
cannot be written there is said; the figures of the run are kept by MLflow all the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from databricks.sdk import WorkspaceClient
from databricks.sdk.service import serving

from backend.endpoint_tests import test_tables
from backend.endpoint_tests.asking import Trial
from backend.endpoint_tests.figures import Figures
from backend.endpoint_tests.test_tables import Place, Row, Table
from backend.errors import NotAllowed, Refused, ReviewAppError
from backend.releases.record import Share, live, shares
from backend.serving.deployment_names import ModelName
from backend.turns.question_shapes import invocations_path

LONGEST_TEXT = 10_000
_WHO = {"endpoint_name": "STRING", "model_name": "STRING", "model_version": "STRING"}
_WHEN = {"tested_at": "TIMESTAMP", "run_id": "STRING"}
MODEL_INFO = Table(
    "rag_model_info",
    {
        "model_name": "STRING",
        "model_version": "STRING",
        "model_uri": "STRING",
        "run_id": "STRING",
        "aliases": "STRING",
        "status": "STRING",
        "created_at": "TIMESTAMP",
    },
    key=("model_name", "model_version"),
)
ENDPOINT_INFO = Table(
    "rag_endpoint_info",
    _WHO
    | {
        "endpoint_url": "STRING",
        "served_entity_name": "STRING",
        "traffic_percentage": "INT",
        "workload_size": "STRING",
        "scale_to_zero_enabled": "BOOLEAN",
        "state": "STRING",
    }
    | _WHEN,
)
TEST_RESULTS = Table(
    "rag_endpoint_test_results",
    _WHO
    | {
        "served_entity_name": "STRING",
        "question": "STRING",
        "answer": "STRING",
        "latency_ms": "DOUBLE",
        "success": "BOOLEAN",
        "status_code": "INT",
        "error": "STRING",
        "request_id": "STRING",
    }
    | _WHEN,
)
LOAD_RESULTS = Table(
    "rag_endpoint_load_test_results",
    _WHO
    | {
        "concurrency": "INT",
        "duration_seconds": "DOUBLE",
        "total_requests": "BIGINT",
        "successful_requests": "BIGINT",
        "failed_requests": "BIGINT",
        "success_rate": "DOUBLE",
        "throughput_rps": "DOUBLE",
        "latency_mean_ms": "DOUBLE",
        "latency_p50_ms": "DOUBLE",
        "latency_p95_ms": "DOUBLE",
        "latency_p99_ms": "DOUBLE",
        "latency_max_ms": "DOUBLE",
    }
    | _WHEN,
)


@dataclass(frozen=True)
class Examined:
    """What was tested: the endpoint as it was then, and the run it is on record as."""

    detail: serving.ServingEndpointDetailed
    run_id: str
    at: datetime
    # The version that was asked by its name, if one was.
    served_name: str = ""

    @property
    def served(self) -> dict[str, Share]:
        """Return what the endpoint serves, by its names."""
        return {each.name: each for each in shares(self.detail.config)}

    @property
    def asked(self) -> Share | None:
        """Return the version that was asked, or the one most of the traffic goes to."""
        if self.served_name:
            return self.served.get(self.served_name)
        return next(iter(live(self.served.values())), None)

    def versions(self, served_names: Iterable[str]) -> list[str]:
        """Return the versions behind these names, each once."""
        known = self.served
        found = (known[name].version for name in served_names if name in known)
        return list(dict.fromkeys(found))


def record(
    workspace: WorkspaceClient,
    tested: Examined,
    models: Sequence[Row],
    results: Table,
    rows: Sequence[Row],
) -> str:
    """Write what a run has found into the tables; return in words what became of that."""
    place = _place(tested)
    if place is None:
        return "The model lies in no schema, so the results are in no table."
    tables = (
        (MODEL_INFO, models),
        (ENDPOINT_INFO, _endpoint_rows(workspace, tested)),
        (results, rows),
    )
    written, said = [], []
    for table, content in tables:
        if not content:
            continue
        try:
            left_out = test_tables.write(workspace, place, table, content)
        except ReviewAppError as problem:
            said.append(_not_written(table, place, problem))
        else:
            written.append(table.name)
            if left_out:
                said.append(f"{table.name} has no place for {', '.join(left_out)}.")
    where = f"{place.catalog}.{place.schema}"
    first = [f"Also in {where}: {', '.join(written)}."] if written else []
    return " ".join([*first, *dict.fromkeys(said)])


def result_rows(tested: Examined, trials: Iterable[Trial]) -> list[Row]:
    """Return the answers of a test run as rows."""
    return [
        _who(tested, trial.served_name)
        | {
            "served_entity_name": trial.served_name,
            "question": trial.question,
            "answer": trial.answer[:LONGEST_TEXT],
            "latency_ms": round(trial.latency_ms, 3),
            "success": trial.is_success,
            "status_code": trial.status,
            "error": trial.error or None,
            "request_id": trial.request_id,
            "tested_at": trial.asked_at,
            "run_id": tested.run_id,
        }
        for trial in trials
    ]


def load_row(tested: Examined, concurrency: int, figures: Figures) -> Row:
    """Return a load test as a row."""
    latencies = {
        name: value for name, value in figures.metrics().items() if name.startswith("latency_")
    }
    return (
        _who(tested, "")
        | {
            "concurrency": concurrency,
            "duration_seconds": round(figures.seconds, 3),
            "total_requests": figures.requests,
            "successful_requests": figures.requests - figures.failed,
            "failed_requests": figures.failed,
            "success_rate": figures.success_rate,
            "throughput_rps": figures.throughput_rps,
            "tested_at": tested.at,
            "run_id": tested.run_id,
        }
        | latencies
    )


def _who(tested: Examined, served_name: str) -> dict[str, object]:
    share = tested.served.get(served_name) or tested.asked
    return {
        "endpoint_name": tested.detail.name,
        "model_name": share.model if share else None,
        "model_version": share.version if share else None,
    }


def _endpoint_rows(workspace: WorkspaceClient, tested: Examined) -> list[Row]:
    """Return one row for each version the endpoint served when it was tested."""
    config = tested.detail.config
    entities = {each.name: each for each in (config.served_entities if config else None) or []}
    name = tested.detail.name or ""
    ready = tested.detail.state.ready if tested.detail.state else None
    return [
        _who(tested, share.name)
        | {
            "endpoint_url": workspace.config.host + invocations_path(name, None),
            "served_entity_name": share.name,
            "traffic_percentage": share.percentage,
            "workload_size": entities[share.name].workload_size,
            "scale_to_zero_enabled": entities[share.name].scale_to_zero_enabled,
            "state": ready.value if ready else None,
            "tested_at": tested.at,
            "run_id": tested.run_id,
        }
        for share in tested.served.values()
    ]


def _place(tested: Examined) -> Place | None:
    if tested.asked is None:
        return None
    try:
        model = ModelName.parse(tested.asked.model)
    except Refused:
        return None
    return Place(model.catalog, model.schema)


def _not_written(table: Table, place: Place, problem: ReviewAppError) -> str:
    if isinstance(problem, NotAllowed):
        return (
            f"Not in the tables of {place.catalog}.{place.schema}: whoever does this work needs "
            "USE SCHEMA, CREATE TABLE and MODIFY there."
        )
    return f"Not in {table.name}: {problem.sentence}"
