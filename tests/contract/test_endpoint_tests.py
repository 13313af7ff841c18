"""Tests of an endpoint on a running workspace: asked for, done by the app, read by SQL."""

import time
from datetime import UTC, datetime

import mlflow
import pytest
from databricks.sdk.service.sql import StatementState

from backend.connection import open_workspace
from backend.endpoint_tests import questions as endpoint_tests_questions
from backend.endpoint_tests.datasets import all_datasets, questions
from backend.endpoint_tests.figures import figures
from backend.endpoint_tests.plan import LoadPlan, RunPlan
from backend.endpoint_tests.service import EndpointTests
from backend.endpoint_tests.tables import (
    LOAD_RESULTS,
    MODEL_INFO,
    Examined,
    load_row,
    record,
)
from backend.endpoint_tests.test_tables import Place, write
from backend.errors import NotAllowed
from backend.identity import Identity, Role, Viewer
from backend.jobs.kinds import RUNNERS
from backend.jobs.worker import Worker
from backend.long_work.long_work import LongWork
from backend.long_work.record import JobKind, JobState
from backend.testing import ask, run_load, run_test
from tests.contract.deployed import deploy
from tests.registered_models import question, register, register_again

MODEL = "main.lab.tested"
ENDPOINT = "agents_main-lab-tested"
FIRST, SECOND = "main-lab-tested_1", "main-lab-tested_2"


@pytest.fixture(scope="module")
def served(client):
    """Two versions, of which the second one answers."""
    register(MODEL, "chat_model", input_example=question("hello"))
    deploy(client, MODEL, 1)
    deploy(client, MODEL, register_again(MODEL))
    yield ENDPOINT
    client.serving_endpoints.delete(ENDPOINT)


@pytest.fixture(scope="module")
def do(host, token, as_app):
    """Ask for work as an admin, have it done, and return what came of it with its tables."""
    admin = open_workspace(host, token)
    viewer, work = Identity(admin).viewer(), LongWork(admin, lambda: as_app)
    worker = Worker(as_app, RUNNERS)

    def until_done(kind, plan):
        asked = work.ask(viewer, kind, ENDPOINT, plan.served_name, plan.parameters())
        deadline = time.monotonic() + 60
        while not (job := work.read(viewer, asked.id)).is_over:
            worker.turn()
            assert time.monotonic() < deadline, "the work was not done in time"
            time.sleep(0.05)
        return job, lambda name: work.table(viewer, job, name)

    return until_done


@pytest.fixture(scope="module")
def rows(client):
    """Run a query as anybody with SQL does, and return its rows by column."""
    warehouse = next(iter(client.warehouses.list())).id

    def ask(statement):
        answer = client.statement_execution.execute_statement(statement, warehouse)
        assert answer.status.state == StatementState.SUCCEEDED, answer.status
        names = [column.name for column in answer.manifest.schema.columns]
        return [dict(zip(names, row, strict=True)) for row in answer.result.data_array or []]

    return ask


def test_one_question_is_asked_of_a_version_by_its_name(served, host, token):
    """The answer comes with its time and with who gave it; the logs show that it was a test."""
    tests = EndpointTests(open_workspace(host, token))

    asked = tests.ask(ENDPOINT, "hello", FIRST)

    assert (asked.trial.answer, asked.trial.status) == ("hello", 200)
    assert asked.trial.served_name == FIRST
    assert tests.ask(ENDPOINT, "raise no luck").trial.error_code == "CHAIN_FAILED"


def test_test_run_is_in_mlflow_and_in_the_tables_of_the_lab(served, do, rows):
    """Each question with its answer, its latency and why there is none."""
    plan = RunPlan(("hello", "raise no 'luck' \\ here", 'grüß "dich"'), at_once=2)
    job, table = do(JobKind.TEST_RUN, plan)

    assert (job.state, job.problem) == (JobState.DONE, "")
    assert job.result["success_rate"] == pytest.approx(2 / 3, abs=0.001)
    assert job.result["versions"] == ["2"]
    assert "no 'luck' \\ here" in job.result["first_error"]
    assert job.result["tables"] == (
        "Also in main.lab: rag_model_info, rag_endpoint_info, rag_endpoint_test_results."
    )
    answers = {row["question"]: row for row in table("answers")}
    assert [*answers] == [*plan.questions]
    assert answers['grüß "dich"']["answer"] == 'grüß "dich"'
    assert mlflow.get_run(job.id).data.metrics["latency_p95_ms"] > 0

    written = rows(f"SELECT * FROM main.lab.rag_endpoint_test_results WHERE run_id = '{job.id}'")
    by_question = {row["question"]: row for row in written}
    assert by_question.keys() == answers.keys()
    told = by_question['grüß "dich"']
    assert (told["answer"], told["success"], told["status_code"]) == ('grüß "dich"', "true", "200")
    assert (told["model_name"], told["model_version"]) == (MODEL, "2")
    assert float(told["latency_ms"]) > 0
    assert by_question[plan.questions[1]]["success"] == "false"
    assert "no 'luck' \\ here" in by_question[plan.questions[1]]["error"]
    endpoints = rows(f"SELECT * FROM main.lab.rag_endpoint_info WHERE run_id = '{job.id}'")
    shares = {row["served_entity_name"]: row["traffic_percentage"] for row in endpoints}
    assert shares == {FIRST: "0", SECOND: "100"}
    assert endpoints[0]["state"] == "READY"
    assert endpoints[0]["endpoint_url"].endswith(f"/serving-endpoints/{ENDPOINT}/invocations")


def test_load_test_of_three_seconds_has_its_figures_by_the_second(served, do, rows):
    """Of the version that was asked by its name; and one row in the lab's table."""
    job, table = do(JobKind.LOAD_TEST, LoadPlan(("hello",), 4, 3, FIRST))

    assert (job.state, job.problem) == (JobState.DONE, "")
    assert job.result["versions"] == ["1"]
    assert job.result["success_rate"] == 1
    assert job.result["throughput_rps"] > 5
    seconds = table("seconds")
    assert [row["second"] for row in seconds][:3] == [0, 1, 2]
    assert sum(row["answered"] for row in seconds) == job.result["requests"]
    (written,) = rows(
        f"SELECT * FROM main.lab.rag_endpoint_load_test_results WHERE run_id = '{job.id}'"
    )
    assert (written["concurrency"], written["model_version"]) == ("4", "1")
    assert int(written["total_requests"]) == job.result["requests"]
    assert float(written["latency_p99_ms"]) == pytest.approx(job.result["latency_p99_ms"])
    logged = rows(
        "SELECT count(*) AS requests FROM main.lab.tested_payload "
        "WHERE client_request_id LIKE 'load-%'"
    )
    assert int(logged[0]["requests"]) == job.result["requests"]


def test_each_version_is_once_in_the_table_of_models(served, do, rows):
    """However often it is tested."""
    do(JobKind.TEST_RUN, RunPlan(("hello",)))

    found = rows("SELECT * FROM main.lab.rag_model_info ORDER BY model_version")

    assert [(row["model_name"], row["model_version"]) for row in found] == [
        (MODEL, "1"),
        (MODEL, "2"),
    ]
    assert found[0]["model_uri"] == f"models:/{MODEL}/1"
    assert found[0]["created_at"] is not None


def test_schema_that_is_only_the_registry_s_gets_its_tables(client, rows):
    """A model may lie in a catalog in which nobody has made a table yet."""
    place = Place("lab_only", "models")
    model = {"model_name": "it's", "model_version": "1", "created_at": datetime.now(UTC)}

    for _ in range(2):
        assert write(client, place, MODEL_INFO, [model]) == []

    (found,) = rows("SELECT * FROM `lab_only`.`models`.rag_model_info")
    assert (found["model_name"], found["status"]) == ("it's", None)


def test_table_of_a_notebook_s_own_gets_what_it_has_columns_for(served, do, rows):
    """What has no place there is named; nothing of the notebook's is touched."""
    rows("DROP TABLE IF EXISTS main.lab.rag_endpoint_test_results")
    rows(
        "CREATE TABLE main.lab.rag_endpoint_test_results "
        "(question STRING, Latency_MS INT, success STRING, error ARRAY<STRING>, note STRING)"
    )
    try:
        job, _ = do(JobKind.TEST_RUN, RunPlan(("hello",)))
        written = rows("SELECT * FROM main.lab.rag_endpoint_test_results")
    finally:
        rows("DROP TABLE main.lab.rag_endpoint_test_results")

    assert "rag_endpoint_test_results has no place for endpoint_name," in job.result["tables"]
    assert " error," in job.result["tables"]
    (row,) = written
    assert (row["question"], row["success"], row["note"]) == ("hello", "true", None)
    assert row["Latency_MS"].isdigit()


def test_questions_are_taken_from_logs_and_datasets(served, client, do, host, token):
    """Of the logs the newest, without those of tests; of a dataset what its records ask."""
    workspace = open_workspace(host, token)
    path = f"/serving-endpoints/{ENDPOINT}/invocations"
    for text in ("older", "newer", "older"):
        client.api_client.do("POST", path, body=question(text))
    do(JobKind.TEST_RUN, RunPlan(("of a test",)))

    found = endpoint_tests_questions.in_logs(workspace, ENDPOINT, 2)

    assert found == ["older", "newer"]
    made = mlflow.genai.datasets.create_dataset(name="main.lab.questions")
    made.merge_records([{"inputs": {"question": text}} for text in ("Why?", "How?")])
    (dataset,) = [each for each in all_datasets() if each.name == "main.lab.questions"]
    assert sorted(questions(dataset)) == ["How?", "Why?"]
    reviewer = Viewer("reviewers@example.com", "Reviewer", frozenset({Role.REVIEWER}))
    with pytest.raises(NotAllowed):
        EndpointTests(workspace).datasets(reviewer)


def test_from_code_the_same_is_asked_and_kept(served, rows):
    """Without the app; what was run appears beside what was run from the page."""
    assert ask(ENDPOINT, "hello", version=1).served_name == FIRST

    tested = run_test(ENDPOINT, ["hello", "hello", "raise no"], version=2)
    loaded = run_load(ENDPOINT, concurrency=2, seconds=1, questions=["hello"])

    assert (tested.figures["requests"], tested.figures["errors"]) == (2, 1)
    assert [row["question"] for row in tested.rows] == ["hello", "raise no"]
    assert loaded.figures["throughput_rps"] > 0
    run = mlflow.get_run(tested.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.tags["reviewapp.job.state"] == "done"
    written = rows(
        f"SELECT * FROM main.lab.rag_endpoint_test_results WHERE run_id = '{tested.run_id}'"
    )
    assert len(written) == 2


def test_who_may_only_read_keeps_the_figures_without_tables(served, client, as_person):
    """A missing right is a sentence, and the run has not failed."""
    analyst = as_person("analysts")
    detail = client.serving_endpoints.get(ENDPOINT)
    tested = Examined(detail, "run", datetime.now(UTC))
    row = load_row(tested, 1, figures([10.0], failed=0, seconds=1))

    said = record(analyst, tested, [], LOAD_RESULTS, [row])

    assert said == (
        "Not in the tables of main.lab: whoever does this work needs USE SCHEMA, CREATE TABLE "
        "and MODIFY there."
    )
