"""Changing what an endpoint serves: replacing, failing, competing, moving traffic."""

import threading

import pytest
from databricks.sdk.errors import (
    OperationFailed,
    ResourceConflict,
)
from databricks.sdk.service.serving import (
    EndpointCoreConfigInput,
    EndpointStateConfigUpdate,
    EndpointStateReady,
    Route,
    ServedEntityInput,
    TrafficConfig,
)

from tests.contract.conftest import ask, create_endpoint, entity
from tests.registered_models import register, register_again


def test_update_replaces_exactly_what_is_served(client, scripted):
    """Seed 2's update_config with one entity leaves one, and it answers."""
    create_endpoint(client, "replaced", scripted)
    second = register_again(scripted)

    updated = client.serving_endpoints.update_config_and_wait(
        "replaced",
        served_entities=[entity(scripted, second, environment_vars={"VERSION_NAME": "second: "})],
    )

    assert [each.entity_version for each in updated.config.served_entities] == [str(second)]
    assert updated.config.config_version == 2
    assert ask(client, "replaced", "hello") == "second: hello"


@pytest.fixture(scope="module")
def broken(workspace) -> ServedEntityInput:
    """A served entity whose model raises while it loads."""
    version = register("main.contract.broken", "failing")
    return entity("main.contract.broken", version, environment_vars={"SERVED": "1"})


def test_failed_update_names_the_exception_and_the_old_version_serves(client, scripted, broken):
    """A version that cannot be loaded fails the update with its own words; nothing else changes."""
    create_endpoint(client, "failing", scripted)

    with pytest.raises(OperationFailed):
        client.serving_endpoints.update_config_and_wait("failing", served_entities=[broken])

    state = client.serving_endpoints.get("failing")
    message = state.pending_config.served_entities[0].state.deployment_state_message
    assert state.state.config_update is EndpointStateConfigUpdate.UPDATE_FAILED
    assert state.state.ready is EndpointStateReady.READY
    assert "RuntimeError: the index is missing" in message
    assert "failing.py" in message or "line" in message
    assert ask(client, "failing", "still here") == "still here"


def test_endpoint_that_never_came_up_says_why(client, broken):
    """Asking an endpoint whose first deployment failed is a 400 with the reason, never a 503."""
    config = EndpointCoreConfigInput(name="stillborn", served_entities=[broken])

    with pytest.raises(OperationFailed):
        client.serving_endpoints.create_and_wait("stillborn", config=config)

    created = client.serving_endpoints.get("stillborn")
    assert created.config is None
    assert created.state.ready is EndpointStateReady.NOT_READY
    with pytest.raises(Exception, match="the index is missing"):
        ask(client, "stillborn", "hello")


def test_two_clients_updating_at_once_one_is_refused(client, scripted):
    """Of two updates at the same time one is applied and the other gets a 409."""
    create_endpoint(client, "contested", scripted)
    second = register_again(scripted)
    outcomes: list[object] = []

    def update() -> None:
        try:
            client.serving_endpoints.update_config(
                "contested",
                served_entities=[entity(scripted, second)],
            )
            outcomes.append("accepted")
        except ResourceConflict as error:
            outcomes.append(error)

    threads = [threading.Thread(target=update) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes.count("accepted") == 1
    (refusal,) = [each for each in outcomes if each != "accepted"]
    assert "currently updating" in str(refusal)
    client.serving_endpoints.wait_get_serving_endpoint_not_updating("contested")


def test_idle_versions_stay_addressable_and_traffic_moves_at_once(client, scripted):
    """Versions at 0 % answer by name; moving traffic to a warm one needs no loading."""
    versions = [1, register_again(scripted)]
    served = [
        entity(scripted, each, name=f"v{each}", environment_vars={"VERSION_NAME": f"{each}: "})
        for each in versions
    ]

    def traffic(live: int) -> TrafficConfig:
        return TrafficConfig(
            routes=[
                Route(served_model_name=f"v{each}", traffic_percentage=100 if each == live else 0)
                for each in versions
            ]
        )

    config = EndpointCoreConfigInput(
        name="idle", served_entities=served, traffic_config=traffic(versions[1])
    )
    client.serving_endpoints.create_and_wait("idle", config=config)
    assert ask(client, "idle", "x") == f"{versions[1]}: x"
    assert ask(client, "idle", "x", served="v1") == "1: x"

    client.serving_endpoints.update_config_and_wait(
        "idle", served_entities=served, traffic_config=traffic(1)
    )

    assert ask(client, "idle", "x") == "1: x"


def test_versions_beyond_the_warm_ones_load_at_their_first_request(client, scripted):
    """The first two idle versions are kept in memory; older ones answer after loading."""
    versions = [1] + [register_again(scripted) for _ in range(3)]
    served = [entity(scripted, each, name=f"v{each}") for each in versions]
    routes = [
        Route(served_model_name=f"v{each}", traffic_percentage=100 if each == 1 else 0)
        for each in versions
    ]
    config = EndpointCoreConfigInput(
        name="reservoir", served_entities=served, traffic_config=TrafficConfig(routes=routes)
    )
    client.serving_endpoints.create_and_wait("reservoir", config=config)

    assert ask(client, "reservoir", "late", served=f"v{versions[-1]}") == "late"
