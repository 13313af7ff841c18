"""What comes with an answer: ids, traces, and chunks in their time."""

import json
import time

from tests.contract.conftest import create_endpoint
from tests.registered_models import question


def events(response) -> list[dict]:
    """Return the JSON of each server-sent event."""
    lines = [line for line in response.text.split("\n") if line]
    assert all(line.startswith("data: ") for line in lines)
    return [json.loads(line[6:]) for line in lines if line != "data: [DONE]"]


def test_headers_name_the_request_and_the_version(post, endpoint):
    """X-Request-Id is the id in the body; served-model-name says who answered."""
    response = post(endpoint, question("hi"))

    output = response.json()["databricks_output"]
    assert response.headers["X-Request-Id"] == output["databricks_request_id"]
    assert response.headers["served-model-name"] == "scripted-1"
    assert "trace" not in output


def test_trace_is_returned_when_asked_for(post, endpoint):
    """return_trace adds a trace with one root span and the model's own spans below it."""
    options = {"return_trace": True, "conversation_id": "c-1"}
    response = post(endpoint, question("hi", databricks_options=options, client_request_id="mine"))

    output = response.json()["databricks_output"]
    info, spans = output["trace"]["info"], output["trace"]["data"]["spans"]
    roots = [span for span in spans if not span.get("parent_span_id")]
    assert info["client_request_id"] == output["databricks_request_id"]
    assert info["trace_metadata"]["mlflow.trace.session"] == "c-1"
    assert info["trace_metadata"]["mlflow.trace.user"] == "owner@local-workspace"
    assert info["trace_metadata"]["reviewapp.served_version"] == "scripted-1"
    assert info["trace_metadata"]["reviewapp.client_request_id"] == "mine"
    assert info["trace_metadata"]["mlflow.modelId"].startswith("m-")
    assert [span["name"] for span in roots] == ["scripted"]
    assert "inner" in [span["name"] for span in spans]


def test_streamed_trace_comes_in_the_last_chunk(post, endpoint):
    """A stream's trace, with the aggregated answer, is in its last event."""
    body = question("one two", stream=True, databricks_options={"return_trace": True})

    last = events(post(endpoint, body))[-1]

    root = last["databricks_output"]["trace"]["data"]["spans"][0]
    outputs = json.loads(root["attributes"]["mlflow.spanOutputs"])
    assert outputs["choices"][0]["message"]["content"] == "one two "


def test_stream_that_fails_ends_with_an_error_event(post, endpoint):
    """After a failure in the middle there is an error event and no [DONE]."""
    response = post(endpoint, question("break the wire is cut", stream=True))

    assert events(response)[0]["choices"][0]["delta"]["content"] == "one "
    assert "the wire is cut" in events(response)[-1]["message"]
    assert "[DONE]" not in response.text


def test_caller_that_leaves_stops_the_generation(post, client, scripted, tmp_path):
    """When the caller hangs up the model's generator is closed."""
    counted = tmp_path / "count"
    variables = {"COUNT_FILE": str(counted)}
    create_endpoint(client, "counting", scripted, environment_vars=variables)

    with post("counting", question("count 500", stream=True), stream=True) as response:
        next(response.iter_content(1))
    time.sleep(0.5)
    after_leaving = counted.stat().st_size
    time.sleep(0.5)

    assert counted.stat().st_size == after_leaving < 100


def test_first_chunk_comes_before_the_model_is_done(post, endpoint):
    """Chunks are sent as the model yields them."""
    started = time.monotonic()
    with post(endpoint, question("count 50", stream=True), stream=True) as response:
        next(response.iter_lines())
        first = time.monotonic() - started

    assert first < 0.5


def test_model_s_token_and_stack_stay_out_of_what_callers_are_told(post, client, endpoint):
    """An exception that quotes the version's token is blanked; its stack is in the logs only."""
    answer = post(endpoint, question("betray DATABRICKS_TOKEN")).json()
    stream = post(endpoint, question("betray DATABRICKS_TOKEN", stream=True)).text

    assert answer["message"] == "The model raised ValueError: betrayed [hidden]"
    assert "dapi" not in stream
    deadline = time.monotonic() + 5
    while "Traceback" not in client.serving_endpoints.logs(endpoint, "scripted-1").logs:
        assert time.monotonic() < deadline
        time.sleep(0.05)
