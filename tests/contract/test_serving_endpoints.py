"""Managing endpoints through databricks-sdk and mlflow.deployments."""

import json
import threading
import time

import pytest
import requests
from databricks.sdk.errors import (
    InvalidParameterValue,
    OperationFailed,
    ResourceAlreadyExists,
    ResourceConflict,
    ResourceDoesNotExist,
)
from databricks.sdk.errors import (
    NotImplemented as NotImplementedBySdk,
)
from databricks.sdk.service.serving import (
    AiGatewayRateLimit,
    AiGatewayRateLimitKey,
    AiGatewayRateLimitRenewalPeriod,
    EndpointCoreConfigInput,
    EndpointStateConfigUpdate,
    EndpointStateReady,
    EndpointTag,
    RateLimit,
    RateLimitKey,
    RateLimitRenewalPeriod,
    Route,
    ServedEntityInput,
    TrafficConfig,
)
from mlflow.deployments import get_deploy_client

from tests.contract.conftest import create_endpoint
from tests.registered_models import question, register, register_again


def entity(model: str, version: int | str, **more) -> ServedEntityInput:
    return ServedEntityInput(entity_name=model, entity_version=str(version), **more)


def ask(client, name: str, text: str, served: str | None = None) -> str:
    part = f"/served-models/{served}" if served else ""
    path = f"/serving-endpoints/{name}{part}/invocations"
    answer = client.api_client.do("POST", path, body=question(text))
    return answer["choices"][0]["message"]["content"]


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


def test_tags_are_added_changed_and_removed(client, endpoint):
    """Patching tags answers with all of them and they are seen on the endpoint."""
    tags = [EndpointTag(key="team", value="a"), EndpointTag(key="stage", value="test")]
    client.serving_endpoints.patch(endpoint, add_tags=tags)

    left = client.serving_endpoints.patch(endpoint, delete_tags=["team"])

    assert [(tag.key, tag.value) for tag in left.tags] == [("stage", "test")]
    assert client.serving_endpoints.get(endpoint).tags[0].key == "stage"


def test_description_is_changed(client, endpoint):
    """A patched description is seen on the endpoint."""
    path = f"/api/2.0/serving-endpoints/{endpoint}/description"
    client.api_client.do("PATCH", path, body={"name": endpoint, "description": "For tests"})

    assert client.serving_endpoints.get(endpoint).description == "For tests"


def test_rate_limit_answers_429_with_the_seconds_to_wait(client, scripted, host, token):
    """Calls beyond an endpoint's limit are 429 and say when to come back."""
    create_endpoint(client, "limited", scripted)
    limit = RateLimit(
        calls=1, key=RateLimitKey.ENDPOINT, renewal_period=RateLimitRenewalPeriod.MINUTE
    )
    client.serving_endpoints.put("limited", rate_limits=[limit])
    url = f"{host}/serving-endpoints/limited/invocations"
    headers = {"Authorization": f"Bearer {token}"}

    first = requests.post(url, json=question("one"), headers=headers, timeout=30)
    second = requests.post(url, json=question("two"), headers=headers, timeout=30)

    assert first.status_code == 200
    assert second.status_code == 429
    assert second.json()["error_code"] == "REQUEST_LIMIT_EXCEEDED"
    assert 0 < int(second.headers["Retry-After"]) <= 61


def test_ai_gateway_keeps_what_it_can_honour_and_refuses_the_rest(client, endpoint):
    """Rate limits and table settings are kept; guardrails, which do not exist here, are a 501."""
    limit = AiGatewayRateLimit(
        renewal_period=AiGatewayRateLimitRenewalPeriod.MINUTE,
        calls=100_000,
        key=AiGatewayRateLimitKey.USER,
    )
    kept = client.serving_endpoints.put_ai_gateway(endpoint, rate_limits=[limit])

    assert kept.rate_limits[0].calls == 100_000
    with pytest.raises(NotImplementedBySdk, match="guardrails"):
        client.api_client.do(
            "PUT",
            f"/api/2.0/serving-endpoints/{endpoint}/ai-gateway",
            body={"guardrails": {"input": {"safety": True}}},
        )
    client.serving_endpoints.put_ai_gateway(endpoint, rate_limits=[])


def test_logs_hold_what_the_model_prints(client, endpoint):
    """What the model writes to its output is in the served model's logs."""
    served = client.serving_endpoints.get(endpoint).config.served_entities[0].name
    ask(client, endpoint, "print a line of its own")

    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if "a line of its own" in client.serving_endpoints.logs(endpoint, served).logs:
            break
        time.sleep(0.05)
    assert "a line of its own" in client.serving_endpoints.logs(endpoint, served).logs


def test_build_logs_tell_how_the_version_came_up(client, endpoint):
    """Fetching and loading leave their lines in the build logs."""
    served = client.serving_endpoints.get(endpoint).config.served_entities[0].name

    assert "loaded" in client.serving_endpoints.build_logs(endpoint, served).logs


def test_metrics_count_requests_per_served_version(client, endpoint):
    """The endpoint's metrics are Prometheus text with requests, errors and latency."""
    ask(client, endpoint, "hello")

    text = client.serving_endpoints.export_metrics(endpoint).contents.read().decode()

    assert 'request_count_total{endpoint_name="contract"' in text
    assert "request_latency_seconds_bucket" in text
    assert "requests_in_flight" in text
    assert "requests_queued" in text
    assert "restart_count" in text


def test_openapi_describes_the_model_s_signature(client, endpoint):
    """The OpenAPI document has the invocation route with the fields of the signature."""
    document = json.loads(client.serving_endpoints.get_open_api(endpoint).contents.read())

    operation = document["paths"][f"/serving-endpoints/{endpoint}/invocations"]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    assert schema["properties"]["messages"]["type"] == "array"
    assert schema["properties"]["temperature"]["type"] == "number"


@pytest.mark.parametrize("field", ["external_model", "instance_profile_arn"])
def test_what_cannot_be_served_here_is_refused_by_name(client, field):
    """External models and cloud profiles are an honest 501."""
    served = {"entity_name": "a.b.c", "entity_version": "1", field: {"name": "x"}}
    body = {"name": "elsewhere", "config": {"served_entities": [served]}}

    with pytest.raises(NotImplementedBySdk, match=field):
        client.api_client.do("POST", "/api/2.0/serving-endpoints", body=body)
