"""What is asked of an endpoint is in MLflow when MLflow is asked for it."""

import time

import mlflow
import pytest
from databricks.sdk.errors import PermissionDenied
from mlflow import MlflowClient

from tests.contract.conftest import create_endpoint, entity
from tests.registered_models import question

ENDPOINT = "traced_contract"
_TABLES = {
    "enabled": True,
    "catalog_name": "main",
    "schema_name": "contract",
    "table_name_prefix": ENDPOINT,
}


@pytest.fixture(scope="module")
def recorded(client, scripted):
    """The name of an endpoint that keeps what is asked of it."""
    create_endpoint(client, ENDPOINT, scripted)
    path = f"/api/2.0/serving-endpoints/{ENDPOINT}/ai-gateway"
    client.api_client.do("PUT", path, body={"inference_table_config": _TABLES})
    return ENDPOINT


@pytest.fixture(scope="module")
def experiment(scripted) -> str:
    """The experiment the model was logged to."""
    return str(MlflowClient().get_experiment_by_name(f"/{scripted}").experiment_id)


@pytest.fixture
def ask(client, recorded):
    """Ask the endpoint; returns the request's id."""

    def send(text: str = "hello", conversation: str = "c") -> str:
        body = question(text) | {"databricks_options": {"conversation_id": conversation}}
        path = f"/serving-endpoints/{recorded}/invocations"
        answer = client.api_client.do("POST", path, body=body)
        return str(answer["databricks_output"]["databricks_request_id"])

    return send


def _search(experiment: str, text: str) -> list:
    return MlflowClient().search_traces(locations=[experiment], filter_string=text)


def test_trace_is_found_by_its_request_right_after_the_answer(ask, experiment):
    """The join of the platform: `client_request_id` is the id in `databricks_output`."""
    request_id = ask()

    (trace,) = _search(experiment, f"client_request_id = '{request_id}'")

    assert trace.info.trace_metadata["mlflow.trace.user"]
    assert trace.info.tags["reviewapp.endpoint"] == ENDPOINT
    assert trace.info.tags["reviewapp.model_version"] == "1"
    assert trace.data.spans


def test_conversation_is_found_whole(ask, experiment):
    """Searching a session brings in what was said a moment ago."""
    asked = {ask(f"question {number}", "whole") for number in range(5)}

    found = _search(experiment, "metadata.`mlflow.trace.session` = 'whole'")

    assert {trace.info.client_request_id for trace in found} == asked


def test_verdict_follows_onto_the_trace(client, ask, experiment):
    """Through the feedback endpoint of a deployment, under the name of who gave it."""
    deployed = client.serving_endpoints.get(ENDPOINT).config.served_entities[0]
    client.serving_endpoints.update_config_and_wait(
        ENDPOINT,
        served_entities=[
            entity(deployed.entity_name, 1, name=deployed.name),
            entity("feedback", 1, name="feedback"),
        ],
    )
    request_id = ask()
    record = {
        "request_id": request_id,
        "source": {"id": "somebody@example.com", "type": "human"},
        "text_assessments": [{"ratings": {"answer_correct": {"value": "negative"}}}],
        "retrieval_assessments": [],
    }
    path = f"/serving-endpoints/{ENDPOINT}/served-models/feedback/invocations"
    client.api_client.do("POST", path, body={"dataframe_records": [record]})

    trace_id = _search(experiment, f"client_request_id = '{request_id}'")[0].info.trace_id
    (said,) = mlflow.get_trace(trace_id).search_assessments("answer_correct")

    assert said.feedback.value == "negative"
    assert said.source.source_id == "somebody@example.com"


def test_error_is_in_mlflow_too(client, post, recorded, experiment):
    """A trace of what went wrong is the one that is looked for."""
    answer = post(recorded, question("raise"))
    request_id = answer.headers["X-Request-Id"]

    (trace,) = _search(experiment, f"client_request_id = '{request_id}'")

    assert answer.status_code == 400
    assert str(trace.info.state) in ("ERROR", "TraceState.ERROR")


def test_backlog_is_a_metric_for_admins(client, ask, as_person):
    """It falls to nothing by itself; nobody else may look."""
    ask()
    deadline = time.monotonic() + 30
    while 'trace_export_pending{kind="trace"} 0.0' not in _metrics(client):
        assert time.monotonic() < deadline, _metrics(client)
        time.sleep(0.2)

    assert 'trace_export_parked{kind="trace"} 0.0' in _metrics(client)
    with pytest.raises(PermissionDenied):
        as_person("analysts").api_client.do("GET", "/metrics")


def _metrics(client) -> str:
    answer = client.api_client.do("GET", "/metrics", raw=True)
    return answer["contents"].read().decode()
