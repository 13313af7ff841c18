"""Managing endpoints through databricks-sdk and mlflow.deployments."""

import pytest
from databricks.sdk.errors import (
    InvalidParameterValue,
    ResourceAlreadyExists,
    ResourceDoesNotExist,
)
from databricks.sdk.service.serving import (
    EndpointCoreConfigInput,
    EndpointStateConfigUpdate,
    EndpointStateReady,
)
from mlflow.deployments import get_deploy_client

from tests.contract.conftest import ask, create_endpoint, entity


def test_created_endpoint_becomes_ready_and_answers(client, scripted):
    """create_and_wait returns an endpoint that is READY and serves what was asked for."""
    created = create_endpoint(client, "created", scripted)

    assert created.state.ready is EndpointStateReady.READY
    assert created.config.config_version == 1
    assert created.pending_config is None
    assert [each.entity_version for each in created.config.served_entities] == ["1"]
    assert created.config.served_models[0].model_name == scripted
    assert created.config.traffic_config.routes[0].traffic_percentage == 100
    assert created.task == "agent/v1/chat"
    assert ask(client, "created", "hello") == "hello"


def test_list_shows_a_summary_without_states(client, endpoint):
    """A list names what each endpoint serves, without traffic or deployment states."""
    listed = {each.name: each for each in client.serving_endpoints.list()}[endpoint]

    assert listed.config.served_entities[0].entity_name == "main.contract.scripted"
    assert listed.state.config_update is EndpointStateConfigUpdate.NOT_UPDATING


def test_mlflow_lists_and_gets_with_its_trailing_slash(endpoint):
    """MLflow's deployment client finds the endpoint by its own form of the routes."""
    deployments = get_deploy_client("databricks")

    assert endpoint in [each["name"] for each in deployments.list_endpoints()]
    assert deployments.get_endpoint(endpoint)["endpoint_type"] == "UNITY_CATALOG_MODEL"


def test_mlflow_creates_and_deletes(client, scripted):
    """MLflow's deployment client creates and deletes an endpoint."""
    deployments = get_deploy_client("databricks")
    config = {"served_entities": [{"entity_name": scripted, "entity_version": "1"}]}

    deployments.create_endpoint(name="by-mlflow", config=config)
    client.serving_endpoints.wait_get_serving_endpoint_not_updating("by-mlflow")
    deployments.delete_endpoint("by-mlflow")

    with pytest.raises(ResourceDoesNotExist):
        client.serving_endpoints.get("by-mlflow")


def test_sixteenth_entity_is_refused(client, scripted):
    """An endpoint serves at most fifteen entities, in the words deploy() looks for."""
    served = [entity(scripted, each, name=f"v{each}") for each in range(16)]
    config = EndpointCoreConfigInput(name="crowded", served_entities=served)

    with pytest.raises(InvalidParameterValue, match="cannot contain more than 15 elements"):
        client.serving_endpoints.create("crowded", config=config)


def test_unknown_version_is_refused_at_once(client, scripted):
    """A version that is not in the registry is a 404 when it is asked for, not a failed update."""
    config = EndpointCoreConfigInput(name="nowhere", served_entities=[entity(scripted, 4711)])

    with pytest.raises(ResourceDoesNotExist, match="4711"):
        client.serving_endpoints.create("nowhere", config=config)


def test_taken_name_is_refused(client, endpoint, scripted):
    """Creating an endpoint whose name is taken is RESOURCE_ALREADY_EXISTS."""
    config = EndpointCoreConfigInput(name=endpoint, served_entities=[entity(scripted, 1)])

    with pytest.raises(ResourceAlreadyExists):
        client.serving_endpoints.create(endpoint, config=config)


def test_deleted_endpoint_is_gone(client, scripted):
    """After delete the endpoint is neither found nor listed, and its name is free."""
    create_endpoint(client, "short-lived", scripted)

    client.serving_endpoints.delete("short-lived")

    with pytest.raises(ResourceDoesNotExist):
        client.serving_endpoints.get("short-lived")
    create_endpoint(client, "short-lived", scripted)
