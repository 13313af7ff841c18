"""Test runs and load tests on a real MLflow store, against a chain of a few lines."""

import time
from datetime import UTC, datetime

import mlflow
import pytest

from backend.connection import open_workspace
from backend.endpoint_tests.plan import LoadPlan
from backend.errors import NotFound
from backend.jobs import load_test
from backend.jobs.work import CanceledByUserError, Work
from backend.long_work import runs as job_runs
from backend.long_work.record import Job, JobKind, JobState
from backend.testing import ask, run_load, run_test

# MLflow's store on SQLAlchemy 2.1.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")
DETAIL = "GET /api/2.0/serving-endpoints/chain"
INVOKE = "POST /serving-endpoints/chain/invocations"
NAMED = "POST /serving-endpoints/chain/served-models/chain_2/invocations"
ANSWER = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Five."}}]}


@pytest.fixture
def chain(workspace, experiment, request, tmp_path, monkeypatch):
    """An endpoint of a model in no schema, and an experiment of this test's own."""
    for name, value in {"HOST": workspace.address, "TOKEN": "dapi-notebook"}.items():
        monkeypatch.setenv(f"DATABRICKS_{name}", value)
    monkeypatch.setattr(job_runs, "EXPERIMENT", f"jobs of {request.node.name}")
    monkeypatch.chdir(tmp_path)
    job_runs._experiment_of.cache_clear()
    artifacts = (tmp_path / "artifacts").as_uri()
    mlflow.MlflowClient().create_experiment(job_runs.EXPERIMENT, artifacts)
    served = {"name": "chain_2", "entity_name": "chain", "entity_version": "2"}
    routes = [{"served_entity_name": "chain_2", "traffic_percentage": 100}]
    workspace.answers |= {
        "GET /api/2.0/preview/scim/v2/Me": (200, {"userName": "me@example.com"}),
        DETAIL: (
            200,
            {
                "name": "chain",
                "task": "agent/v1/chat",
                "config": {"served_entities": [served], "traffic_config": {"routes": routes}},
            },
        ),
        INVOKE: (200, ANSWER),
        NAMED: (200, ANSWER),
    }
    yield workspace
    job_runs._experiment_of.cache_clear()


def test_version_is_asked_by_its_number(chain):
    """As whoever deployed it knows it."""
    assert ask("chain", "How many?", version=2).answer == "Five."

    assert chain.sent(NAMED)["client_request_id"].startswith("test-")
    with pytest.raises(NotFound, match="serves no version 7"):
        ask("chain", "How many?", version=7)


def test_run_from_code_is_on_record_as_one_that_nobody_else_takes(chain):
    """With who ran it, its figures where MLflow compares them, and its answers."""
    outcome = run_test("chain", ["How many?", "Why?"], version=2, at_once=2)

    job = job_runs.read(outcome.run_id)
    assert (job.state, job.by, job.subject) == (JobState.DONE, "me@example.com", "chain_2")
    assert job.worker == "code"
    assert job.result == outcome.figures
    assert job.result["tables"].startswith("The model lies in no schema")
    assert [row["answer"] for row in outcome.rows] == ["Five.", "Five."]
    metrics = mlflow.get_run(outcome.run_id).data.metrics
    assert (metrics["requests"], metrics["success_rate"]) == (2, 1)
    assert job_runs.parameters(job)["questions"] == ["How many?", "Why?"]
    assert job_runs.not_over() == []


def test_figures_are_not_given_to_the_model_a_notebook_has_loaded(chain):
    """MLflow would do so, and fail where that model is in another store."""
    with mlflow.set_active_model(name="another") as loaded:
        outcome = run_test("chain", ["How many?"])

    assert mlflow.get_run(outcome.run_id).data.metrics["success_rate"] == 1
    assert not mlflow.get_logged_model(loaded.model_id).metrics


def test_load_from_code_has_a_row_for_each_second(chain):
    """What fails is counted by what it is, and however long its message, the result is kept."""
    chain.answers[INVOKE] = (429, {"message": "ü" * 20_000})

    outcome = run_load("chain", concurrency=2, seconds=1)

    assert outcome.figures["success_rate"] == 0
    assert sum(row["failed"] for row in outcome.rows) == outcome.figures["requests"]
    (error,) = job_runs.table(job_runs.read(outcome.run_id), load_test.ERRORS)
    assert (error["status"], error["code"]) == (429, "TOO_MANY_REQUESTS")


def test_run_that_cannot_be_done_has_failed(chain):
    """It is raised, and on record with the reason."""
    del chain.answers[DETAIL]

    with pytest.raises(NotFound):
        run_test("chain", ["Why?"])

    (job,) = job_runs.latest("chain")
    assert job.state is JobState.FAILED
    assert "(NOT_FOUND)" in job.problem


def test_load_test_that_is_called_off_keeps_what_it_measured(chain):
    """It stops long before its time is over."""
    plan = LoadPlan(("Why?",), 2, 300)
    asked = Job(JobKind.LOAD_TEST, "chain", "", "me@example.com", datetime.now(UTC))
    job = job_runs.ask(asked, plan.parameters())
    job_runs.claim(job, "one")
    job_runs.ask_to_cancel(job, "me@example.com")
    work = Work(job, plan.parameters(), open_workspace(chain.address, "token"))

    began = time.monotonic()
    with pytest.raises(CanceledByUserError):
        load_test.run(work)

    assert time.monotonic() - began < 30
    assert work.result["requests"] > 0
    assert "tables" not in work.result
    assert mlflow.get_run(job.id).data.metrics["requests"] == work.result["requests"]
