"""Every request to an endpoint with inference tables is on record when its answer is there."""

import json
import shutil

import requests

from local_workspace import running_workspace
from local_workspace.inference_tables.table_layout import TableKind
from tests.processes.conftest import MODEL, api, ask, state, wait_for
from tests.processes.recorded import delta_rows, rows
from tests.processes.recording import older_endpoint, recorded_endpoint
from tests.registered_models import question


def test_answer_is_on_record_as_soon_as_it_is_there(running):
    """The row is readable when the caller has the answer, with who, what, when and how long."""
    connection, folder = running
    recorded_endpoint(connection, "plain")

    answer = ask(connection, "plain", "hello", client_request_id="mine")

    (row,) = rows(folder, "plain")
    request_id = answer.json()["databricks_output"]["databricks_request_id"]
    assert row["databricks_request_id"] == request_id
    assert row["client_request_id"] == "mine"
    assert row["status_code"] == 200
    assert row["requester"]
    assert json.loads(row["request"])["messages"][0]["content"] == "hello"
    assert json.loads(row["response"]) == answer.json()
    assert row["request_time"].date() == row["request_date"]
    assert (row["sampling_fraction"], row["logging_error_codes"]) == (1.0, [])
    assert len(row["served_entity_id"]) == 32


def test_request_log_holds_what_a_person_reads(running):
    """Question, answer text, conversation, version and trace are columns of their own."""
    connection, folder = running
    recorded_endpoint(connection, "readable")

    options = {"conversation_id": "c1"}
    answer = ask(connection, "readable", "hello", databricks_options=options)

    (row,) = rows(folder, "readable", TableKind.REQUEST_LOGS)
    assert row["request"] == "hello"
    assert row["response"] == answer.json()["choices"][0]["message"]["content"]
    assert row["conversation_id"] == "c1"
    assert row["request_metadata"]["model_name"] == MODEL
    assert row["request_metadata"]["model_version"] == "1"
    trace = json.loads(row["trace"])
    assert trace["info"]["client_request_id"] == row["databricks_request_id"]


def test_rows_are_in_delta_moments_later_and_are_counted_once(running):
    """The flusher takes the rows into Delta; whoever reads both sees each of them once."""
    connection, folder = running
    recorded_endpoint(connection, "flushed")
    for number in range(5):
        ask(connection, "flushed", f"hello {number}")

    wait_for(lambda: len(delta_rows(folder, "flushed", TableKind.PAYLOAD)) == 5)

    assert len(rows(folder, "flushed")) == 5
    assert len(rows(folder, "flushed", TableKind.REQUEST_LOGS)) == 5


def test_failures_and_refusals_are_on_record_with_their_status(running):
    """A model's exception, a body that is no JSON and a version nobody serves leave rows."""
    connection, folder = running
    recorded_endpoint(connection, "failing")
    path = "/serving-endpoints/failing/invocations"

    ask(connection, "failing", "raise")
    api(connection, "POST", path, data="{")
    api(
        connection,
        "POST",
        "/serving-endpoints/failing/served-models/nobody/invocations",
        json=question("hello"),
    )

    recorded = rows(folder, "failing")
    assert [row["status_code"] for row in recorded] == [400, 400, 404]
    codes = [json.loads(row["response"])["error_code"] for row in recorded]
    assert codes == ["BAD_REQUEST", "MALFORMED_REQUEST", "RESOURCE_DOES_NOT_EXIST"]


def test_stranger_who_may_not_ask_is_on_record(running):
    """A refusal after authentication is a row too, with whom it was refused to."""
    connection, folder = running
    recorded_endpoint(connection, "guarded")
    name, token = _stranger(connection)
    headers = {"Authorization": f"Bearer {token}"}

    url = f"{connection.host}/serving-endpoints/guarded/invocations"
    answer = requests.post(url, json=question("hello"), headers=headers, timeout=30)

    (row,) = rows(folder, "guarded")
    assert (answer.status_code, row["status_code"]) == (403, 403)
    assert row["requester"] == name


def test_refusals_on_openai_s_routes_are_on_record(running):
    """A stranger, and an endpoint that does not speak the interface, leave rows there too."""
    connection, folder = running
    recorded_endpoint(connection, "openai")
    _, token = _stranger(connection)

    requests.post(
        f"{connection.host}/serving-endpoints/chat/completions",
        json=question("hello", model="openai"),
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    )
    api(
        connection,
        "POST",
        "/serving-endpoints/responses",
        json={"model": "openai", "input": "hello"},
    )

    assert [row["status_code"] for row in rows(folder, "openai")] == [403, 400]


def test_stream_is_on_record_whole(running):
    """A stream's row holds the aggregated answer, and is there before the last chunk."""
    connection, folder = running
    recorded_endpoint(connection, "streamed")

    answer = ask(connection, "streamed", "hello", stream=True)

    (row,) = rows(folder, "streamed")
    assert "[DONE]" in answer.text
    message = json.loads(row["response"])["choices"][0]["message"]
    assert message["content"]


def test_stream_whose_caller_leaves_is_on_record(running):
    """What had come until the caller left is kept, with a status of its own."""
    connection, folder = running
    recorded_endpoint(connection, "left")
    url = f"{connection.host}/serving-endpoints/left/invocations"
    headers = {"Authorization": f"Bearer {connection.token}"}
    body = question("count 200", stream=True)

    with requests.post(url, json=body, headers=headers, stream=True, timeout=30) as answer:
        next(answer.iter_lines())

    wait_for(lambda: [row["status_code"] for row in rows(folder, "left")] == [499])


def test_body_over_the_limit_is_null_with_its_error_code(running):
    """12 MB are echoed; their row says why the bodies are missing."""
    connection, folder = running
    recorded_endpoint(connection, "large")

    ask(connection, "large", "x" * 12_000_000)

    (row,) = rows(folder, "large")
    assert (row["request"], row["response"]) == (None, None)
    codes = ["MAX_REQUEST_SIZE_EXCEEDED", "MAX_RESPONSE_SIZE_EXCEEDED"]
    assert row["logging_error_codes"] == codes


def test_older_way_of_asking_for_a_table_gives_the_older_columns(running):
    """`auto_capture_config` makes a payload table with `timestamp`, by which seed 2 orders."""
    connection, folder = running
    older_endpoint(connection, "older")

    ask(connection, "older", "hello")

    (row,) = rows(folder, "older", TableKind.LEGACY_PAYLOAD, is_legacy=True)
    assert row["timestamp"].date() == row["date"]
    assert row["request_metadata"]["endpoint_name"] == "older"


def test_tables_go_on_when_the_spool_was_deleted(seeded, tmp_path):
    """What was in Delta is there, what comes is added, and ids that begin anew hide nothing."""
    folder = tmp_path / "data"
    shutil.copytree(seeded, folder)
    with running_workspace(folder) as connection:
        recorded_endpoint(connection, "again")
        ask(connection, "again", "before")
    shutil.rmtree(folder / "inference_tables")

    with running_workspace(folder, "--mlflow-tracking-uri", "http://127.0.0.1:9") as connection:
        wait_for(lambda: state(connection, "again")["ready"] == "READY")
        ask(connection, "again", "after")
        wait_for(lambda: len(delta_rows(folder, "again", TableKind.REQUEST_LOGS)) == 2)

    asked = [row["request"] for row in rows(folder, "again", TableKind.REQUEST_LOGS)]
    assert sorted(asked) == ["after", "before"]


def test_tables_in_another_shape_are_not_mixed(running):
    """A prefix whose payload has the older columns is refused for the newer ones."""
    connection, _ = running
    taken = {"enabled": True, "catalog_name": "main", "schema_name": "records"}
    served = {"entity_name": MODEL, "entity_version": "1", "name": "v1"}
    old = {"served_entities": [served], "auto_capture_config": taken | {"table_name_prefix": "mix"}}
    recorded_endpoint(connection, "mixed-old", config=old, ai_gateway={})

    body = {
        "name": "mixed-new",
        "config": {"served_entities": [served]},
        "ai_gateway": {"inference_table_config": taken | {"table_name_prefix": "mix"}},
    }
    answer = api(connection, "POST", "/api/2.0/serving-endpoints", json=body)

    assert answer.json()["error_code"] == "RESOURCE_ALREADY_EXISTS"


def _stranger(connection) -> tuple[str, str]:
    """Return a service principal's name and its token; it has no right to anything."""
    made = api(
        connection,
        "POST",
        "/api/2.0/preview/scim/v2/ServicePrincipals",
        json={"displayName": "stranger"},
    ).json()
    name = made["applicationId"]
    path = "/api/2.0/token-management/on-behalf-of/tokens"
    token = api(connection, "POST", path, json={"application_id": name}).json()
    return name, token["token_value"]
