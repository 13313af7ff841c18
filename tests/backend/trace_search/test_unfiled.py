"""Requests that are on record and whose traces MLflow does not have, or not yet."""

import json

import pytest

from backend.connection import open_workspace
from backend.errors import NotFound, Unavailable
from backend.trace_search.search import TraceSearch
from tests.backend.judged import ANALYST, DETAIL, ENDPOINT
from tests.backend.talked import LIST, body_of, completion, record

# MLflow 3.17 uses a loader strategy its database layer no longer likes.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")


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


def test_record_that_cannot_be_read_among_others_is_named(search, workspace):
    """Otherwise one would think that nothing is missing."""
    tags = workspace.answers[DETAIL][1]["tags"]
    listed = [{"name": name, "tags": tags} for name in (ENDPOINT, "broken")]
    workspace.answers[LIST] = (200, {"endpoints": listed})
    workspace.answers[DETAIL] = (200, {"name": ENDPOINT})
    problem = {"error_code": "TEMPORARILY_UNAVAILABLE", "message": "!"}
    workspace.answers["GET /api/2.0/serving-endpoints/broken"] = (503, problem)

    assert search.unfiled(ANALYST).unread == ("broken",)


def test_request_leads_to_its_trace_wherever_it_is(search, workspace, log, experiment):
    """MLflow first, then the request logs of the chains."""
    known = record(experiment, "req-known", "ann", "s", body_of("?"), completion("!"))
    assert search.of_request(ANALYST, "req-known") == known

    log(("req-logged", "tr-logged"))
    assert search.of_request(ANALYST, "req-logged") == "tr-logged"
    sent = workspace.received[-1][1]
    assert [each["value"] for each in sent["parameters"]] == ["req-logged"]
    assert "req-logged" not in sent["statement"]

    # An endpoint that is named needs no experiment.
    workspace.answers[LIST] = (200, {"endpoints": [{"name": ENDPOINT}]})
    untraced = TraceSearch(open_workspace(workspace.address, "token"))
    assert untraced.of_request(ANALYST, "req-logged", ENDPOINT) == "tr-logged"

    log()
    with pytest.raises(NotFound, match="Neither MLflow nor a request log"):
        search.of_request(ANALYST, "req-unknown")
