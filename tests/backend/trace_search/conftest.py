"""A visitor who may read one experiment of real MLflow."""

import time
import uuid

import mlflow
import pytest

from backend.connection import open_workspace
from backend.request_logs import log_columns
from backend.request_logs.log_tables import LogTables
from backend.trace_search import unfiled
from backend.trace_search.filter_text import TraceFilter, written
from backend.trace_search.record import TraceQuery
from backend.trace_search.search import TraceSearch
from tests.backend.judged import DETAIL, ENDPOINT, SUBMIT
from tests.backend.talked import LIST, body_of, completion

SECOND = 10**9
MAY_READ = "GET /api/2.0/mlflow/experiments/get"


@pytest.fixture
def search(workspace, endpoint, experiment) -> TraceSearch:
    """Search as somebody to whom the workspace shows the endpoint and its experiment."""
    tags = workspace.answers[DETAIL][1]["tags"]
    workspace.answers[LIST] = (200, {"endpoints": [{"name": ENDPOINT, "tags": tags}]})
    workspace.answers[MAY_READ] = (200, {"experiment": {"experiment_id": experiment}})
    return TraceSearch(open_workspace(workspace.address, "token"))


@pytest.fixture
def log(workspace, monkeypatch):
    """Let the endpoint have a request log, with these requests and their traces."""
    found = {"databricks_request_id": "string", "timestamp": "timestamp", "request_raw": "string"}
    columns = log_columns.columns_of(found | {"request": "string", "trace": "string"})
    tables = LogTables(ENDPOINT, "`main`.`rag`.`log`", None, columns)
    monkeypatch.setattr(unfiled, "tables_of", lambda *_: tables)
    workspace.answers["GET /api/2.0/sql/warehouses"] = (200, {"warehouses": [{"id": "w"}]})

    def contain(*rows):
        names = ["id", "micros", "question", "version", "requester", "trace_id"]
        rest = ["1772366400000000", "Why?", "3", "ann@example.com"]
        answer = {
            "statement_id": "s",
            "status": {"state": "SUCCEEDED"},
            "manifest": {"schema": {"columns": [{"name": each} for each in names]}},
            "result": {"data_array": [[name, *rest, trace] for name, trace in rows]},
        }
        workspace.answers[SUBMIT] = (200, answer)

    return contain


class Asked:
    """Records turns of a person of one test's own, each a second after the one before."""

    def __init__(self, experiment):
        self.experiment, self.user = experiment, f"{uuid.uuid4()}@example.com"
        self.at = time.time_ns() - 3600 * SECOND
        self.is_filed = True

    def __call__(self, question="Why?", session="s", answer="Because.", **metadata):
        """Record one that takes a tenth of a second; returns its trace."""
        self.at += SECOND
        self.is_filed = False
        known = {"mlflow.trace.session": session, "mlflow.trace.user": self.user}
        known["reviewapp.endpoint"] = ENDPOINT
        span = mlflow.start_span_no_context(
            "chain",
            inputs=body_of(question),
            metadata=known | {name.replace("__", "."): text for name, text in metadata.items()},
            experiment_id=self.experiment,
            start_time_ns=self.at,
        )
        span.end(outputs=completion(answer), end_time_ns=self.at + SECOND // 10)
        return span.trace_id

    def file(self):
        """Wait until MLflow has them all, which takes a second."""
        if not self.is_filed:
            self.is_filed = True


@pytest.fixture
def ask(experiment):
    """Record turns of a person of this test's own."""
    return Asked(experiment)


def ids(page):
    """Return the traces of a page."""
    return [row.trace_id for row in page.rows]


def mine(ask, **more):
    """Return a query for what was asked in this test."""
    ask.file()
    return TraceQuery(written(TraceFilter(user=ask.user, **more)))
