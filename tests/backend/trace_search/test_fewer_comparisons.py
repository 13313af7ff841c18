"""An MLflow whose filters know fewer comparisons, as on Databricks: all is found otherwise."""

import uuid

import mlflow
import pytest
from mlflow.utils.proto_json_utils import message_to_json

from backend.errors import NotFound, Refused
from backend.trace_search import traces as traces_module
from backend.trace_search.record import TraceQuery
from tests.backend.judged import ANALYST
from tests.backend.talked import body_of, completion, record
from tests.backend.trace_search.conftest import mine

# MLflow 3.17 uses a loader strategy its database layer no longer likes.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")


@pytest.fixture(autouse=True)
def _knowing_fewer(monkeypatch):
    """Refuse ids, and whether something is there at all."""
    search = traces_module.search

    def fewer(experiments, text, *more, **named):
        if "request_id" in text or "IS NOT NULL" in text:
            raise Refused("MLflow does not understand this filter.")
        return search(experiments, text, *more, **named)

    monkeypatch.setattr(traces_module, "search", fewer)


@pytest.fixture
def by_rest(workspace):
    """Let the workspace give what MLflow knows of a trace, as its REST writes it."""

    def give(trace_id):
        info = mlflow.MlflowClient().get_trace(trace_id, display=False).info
        told = message_to_json(info.to_proto())
        answer = b'{"trace": {"trace_info": %s}}' % told.encode()
        workspace.answers[f"GET /api/3.0/mlflow/traces/{trace_id}"] = (200, answer)

    return give


def test_trace_is_asked_for_by_itself_with_the_visitors_token(search, ask, by_rest):
    """And is shown only if it is in one of the experiments that token opens."""
    session = f"s-{uuid.uuid4()}"
    first, second = ask("One?", session), ask("Two?", session)
    ask.file()
    by_rest(first)

    found = search.neighbours(ANALYST, first)

    assert (found.row.trace_id, found.row.question, found.row.took_ms) == (first, "One?", 100)
    assert (found.earlier, found.later.trace_id) == (None, second)
    with pytest.raises(NotFound):
        search.neighbours(ANALYST, second)


def test_trace_of_another_experiment_is_not_shown(search, experiment, by_rest):
    """Though the workspace would hand it out: it is of no chain the visitor can see."""
    other = mlflow.MlflowClient().create_experiment(f"other-{uuid.uuid4()}")
    span = mlflow.start_span_no_context("chain", experiment_id=other)
    span.end()
    by_rest(span.trace_id)

    with pytest.raises(NotFound):
        search.neighbours(ANALYST, span.trace_id)


def test_conversations_are_listed(search, ask):
    """Traces of none are left out, and a filter that is wrong is said to be."""
    session = f"s-{uuid.uuid4()}"
    ask("One?", session)
    ask("Two?", "")

    assert [row.id for row in search.sessions(ANALYST, mine(ask)).rows] == [session]
    with pytest.raises(Refused):
        search.sessions(ANALYST, TraceQuery("request_id = 'x'"))


def test_record_says_which_trace_a_request_has_and_mlflow_whether_it_is_there(
    search, log, experiment, by_rest
):
    """Each is looked for by the id that is on record."""
    filed = record(experiment, "req-1", "ann", "s", body_of("?"), completion("!"))
    by_rest(filed)
    log(("req-1", filed), ("req-2", "tr-new"))

    found = search.unfiled(ANALYST)

    assert ([each.request_id for each in found.requests], found.looked_at) == (["req-2"], 2)
    assert search.of_request(ANALYST, "req-1") == filed
