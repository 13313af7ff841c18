"""Requests that are on record and whose traces MLflow does not have, or not yet."""

import json

import pytest

from backend.errors import NotFound, Unavailable
from backend.request_logs import log_columns
from backend.request_logs.log_tables import LogTables
from backend.trace_search import unfiled
from tests.backend.judged import ANALYST, DETAIL, ENDPOINT, SUBMIT
from tests.backend.talked import body_of, completion, record

# MLflow 3.17 uses a loader strategy its database layer no longer likes.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")


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


def test_requests_on_record_that_mlflow_does_not_have_are_named(search, workspace, log, experiment):
    """What it has is left out."""
    record(experiment, "req-filed", "ann", "s", body_of("?"), completion("!"))
    log(("req-filed", "tr-1"), ("req-new", "tr-2"), ("req-odd", None))

    found = search.unfiled(ANALYST)

    assert [(each.request_id, each.trace_id) for each in found.requests] == [("req-new", "tr-2")]
    assert (found.looked_at, found.requests[0].endpoint) == (2, ENDPOINT)
    statement = workspace.received[-1][1]
    assert "LIMIT 50" in json.dumps(statement)


def test_record_that_cannot_be_read_is_no_empty_record(search, workspace):
    """An endpoint without a log has nothing; a warehouse that is away is told."""
    workspace.answers[DETAIL] = (200, {"name": ENDPOINT})
    assert search.unfiled(ANALYST).looked_at == 0

    workspace.answers[DETAIL] = (503, {"error_code": "TEMPORARILY_UNAVAILABLE", "message": "!"})
    with pytest.raises(Unavailable):
        search.unfiled(ANALYST)


def test_request_leads_to_its_trace_wherever_it_is(search, workspace, log, experiment):
    """MLflow first, then the request logs of the chains."""
    known = record(experiment, "req-known", "ann", "s", body_of("?"), completion("!"))
    assert search.of_request(ANALYST, "req-known") == known

    log(("req-logged", "tr-logged"))
    assert search.of_request(ANALYST, "req-logged") == "tr-logged"
    sent = workspace.received[-1][1]
    assert {"name": "request", "value": "req-logged"} in sent["parameters"]
    assert "req-logged" not in sent["statement"]

    log()
    with pytest.raises(NotFound, match="Neither MLflow nor a request log"):
        search.of_request(ANALYST, "req-unknown")
