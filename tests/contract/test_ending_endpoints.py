"""Calling an update off, stopping an endpoint and starting it again, as any client may."""

from pathlib import Path

import psutil
import pytest
from databricks.sdk.errors import BadRequest, PermissionDenied
from databricks.sdk.service.serving import EndpointCoreConfigInput, EndpointStateConfigUpdate

from tests.contract.conftest import ask, create_endpoint, entity
from tests.processes.conftest import wait_for
from tests.registered_models import question, register

SLOW = "main.contract.slow_to_load"


@pytest.fixture(scope="module")
def slow(workspace) -> str:
    """The name of a registered model that takes as long to load as its environment says."""
    register(SLOW, "slow_to_load", input_example=question("hello"))
    return SLOW


@pytest.fixture
def loading(tmp_path):
    """The environment of a version that never gets ready, and the file with its process."""
    file = tmp_path / "pid"
    return {"LOAD_SECONDS": "600", "PID_FILE": str(file)}, file


def cancel(client, name: str) -> dict:
    return client.api_client.do("POST", f"/__local__/serving-endpoints/{name}/cancel-update")


def process_in(file: Path) -> psutil.Process:
    wait_for(lambda: file.exists() and file.read_text())
    return psutil.Process(int(file.read_text()))


def is_gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_cancelled_update_ends_its_processes_and_the_old_version_serves(
    client, scripted, slow, loading
):
    """Nothing of it goes on in the background, and another update can follow at once."""
    variables, file = loading
    create_endpoint(client, "cancelled", scripted)
    client.serving_endpoints.update_config(
        "cancelled", served_entities=[entity(slow, 1, name="slow", environment_vars=variables)]
    )
    process = process_in(file)

    cancel(client, "cancelled")

    wait_for(lambda: is_gone(process), 5)
    found = client.serving_endpoints.get("cancelled")
    assert found.state.config_update is EndpointStateConfigUpdate.UPDATE_CANCELED
    (state,) = [each.state for each in found.pending_config.served_entities]
    assert state.deployment_state_message == "Not deployed, because the update was cancelled."
    assert ask(client, "cancelled", "still here") == "still here"
    client.serving_endpoints.update_config_and_wait(
        "cancelled", served_entities=[entity(slow, 1, name="slow")]
    )
    assert ask(client, "cancelled", "hello") == "at last"


def test_first_deployment_that_was_cancelled_says_so(client, slow, loading):
    """Asking it is a 400, as nothing will come of it by itself."""
    variables, file = loading
    served = [entity(slow, 1, environment_vars=variables)]
    client.serving_endpoints.create(
        "unborn", config=EndpointCoreConfigInput(name="unborn", served_entities=served)
    )
    process_in(file)

    cancel(client, "unborn")

    with pytest.raises(BadRequest, match="cancelled"):
        ask(client, "unborn", "hello")


def test_nothing_to_cancel_is_refused(client, endpoint):
    """With a sentence, not as if something had been done."""
    with pytest.raises(BadRequest, match="is being changed"):
        cancel(client, endpoint)


def test_who_may_only_ask_cannot_cancel_or_stop(client, endpoint, as_person):
    """All of it takes CAN_MANAGE."""
    detail = client.serving_endpoints.get(endpoint)
    entry = {"group_name": "reviewers", "permission_level": "CAN_QUERY"}
    path = f"/api/2.0/permissions/serving-endpoints/{detail.id}"
    client.api_client.do("PATCH", path, body={"access_control_list": [entry]})
    theirs = as_person("reviewers")

    for call in (
        f"/__local__/serving-endpoints/{endpoint}/cancel-update",
        f"/api/2.0/serving-endpoints/{endpoint}/config:stop",
        f"/api/2.0/serving-endpoints/{endpoint}/config:start",
    ):
        with pytest.raises(PermissionDenied):
            theirs.api_client.do("POST", call)


def test_stopped_endpoint_refuses_questions_until_it_is_started(client, scripted):
    """Its process ends; it comes back with what it served, as a new version of that."""
    create_endpoint(client, "stopped", scripted)
    process = psutil.Process(int(ask(client, "stopped", "pid")))
    path = "/api/2.0/serving-endpoints/stopped/config"

    answer = client.api_client.do("POST", f"{path}:stop")

    assert answer["state"] == {
        "ready": "NOT_READY",
        "config_update": "NOT_UPDATING",
        "suspend": "SUSPENDED",
    }
    with pytest.raises(BadRequest, match="is stopped"):
        ask(client, "stopped", "hello")
    wait_for(lambda: is_gone(process))

    client.api_client.do("POST", f"{path}:start")
    started = client.serving_endpoints.wait_get_serving_endpoint_not_updating("stopped")

    assert started.config.config_version == 2
    assert ask(client, "stopped", "hello") == "hello"


def test_endpoint_that_runs_cannot_be_started(client, endpoint):
    """There is nothing to do, and it says so."""
    with pytest.raises(BadRequest, match="not stopped"):
        client.api_client.do("POST", f"/api/2.0/serving-endpoints/{endpoint}/config:start")
