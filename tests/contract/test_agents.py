"""deploy(), our counterpart of databricks.agents.deploy, against a running workspace."""

import pytest
from databricks.sdk.service.serving import Route, ServedEntityInput, TrafficConfig

from backend.agents import deploy
from backend.errors import BeingChanged, ModelRefused, NotFound
from tests.registered_models import question, register, register_again

MODEL = "main.contract.deployed"
PREFIX = "main-contract-deployed"
ENDPOINT = f"agents_{PREFIX}"


@pytest.fixture(scope="module")
def model(workspace) -> str:
    register(MODEL, "chat_model", input_example=question("hello"))
    return MODEL


def settle(client) -> list:
    """Wait for the endpoint and return what it serves."""
    endpoint = client.serving_endpoints.wait_get_serving_endpoint_not_updating(ENDPOINT)
    return endpoint.config.served_entities


def traffic(client) -> dict[str, int]:
    routes = client.serving_endpoints.get(ENDPOINT).config.traffic_config.routes
    return {each.served_model_name: each.traffic_percentage for each in routes}


def fill(client, model: str, versions: list[int]) -> None:
    """Put versions on the endpoint all at once, in the order deploys would leave them in."""
    kept = client.serving_endpoints.get(ENDPOINT).config.served_entities
    entities = [
        *(_entity(f"{PREFIX}_{each}", model, str(each)) for each in versions[::-1]),
        *(_entity(each.name, each.entity_name, each.entity_version) for each in kept),
    ]
    shares = [100] + [0] * (len(entities) - 1)
    routes = [
        Route(traffic_percentage=share, served_model_name=each.name)
        for share, each in zip(shares, entities, strict=True)
    ]
    traffic = TrafficConfig(routes=routes)
    client.serving_endpoints.update_config(
        ENDPOINT, served_entities=entities, traffic_config=traffic
    )


def _entity(name: str, model: str, version: str) -> ServedEntityInput:
    return ServedEntityInput(
        entity_name=model,
        entity_version=version,
        name=name,
        workload_size="Small",
        scale_to_zero_enabled=False,
    )


def test_deployment_has_the_names_and_addresses_of_the_platform(client, model, host):
    """The fields and URL shapes are those of databricks.agents, the old name included."""
    deployment = deploy(model, 1)

    served = settle(client)
    part = f"{host}/serving-endpoints/{ENDPOINT}/served-models/main-contract-deployed_1"
    assert deployment.endpoint_name == ENDPOINT
    assert deployment.served_entity_name == "main-contract-deployed_1"
    assert deployment.query_endpoint.startswith(f"{part}/invocations")
    assert deployment.endpoint_url.startswith(f"{host}/ml/endpoints/{ENDPOINT}/")
    assert deployment.review_app_url == deployment.rag_app_url
    assert deployment.review_app_url.startswith(f"{host}/ml/review-v2/chat?endpoint={ENDPOINT}")
    assert [each.name for each in served] == ["main-contract-deployed_1", "feedback"]
    gateway = client.serving_endpoints.get(ENDPOINT).ai_gateway
    assert gateway.inference_table_config.table_name_prefix == "deployed"


def test_second_version_takes_the_traffic_and_the_first_stays_ready_to_return(client, model):
    """Deploying keeps earlier versions at 0 %, each addressable by name."""
    deploy(model, register_again(model))

    served = settle(client)
    shares = traffic(client)
    assert shares["main-contract-deployed_2"] == 100
    assert shares["main-contract-deployed_1"] == 0
    answer = client.api_client.do(
        "POST",
        f"/serving-endpoints/{ENDPOINT}/served-models/main-contract-deployed_1/invocations",
        body=question("hello"),
    )
    assert answer["choices"][0]["message"]["content"] == "hello"
    assert len(served) == 3


def test_deploying_an_earlier_version_again_moves_the_traffic_back(client, model):
    """A roll back is a deploy of a kept version: no second entity, one switch."""
    deploy(model, 1)
    served = settle(client)

    assert traffic(client)["main-contract-deployed_1"] == 100
    assert len(served) == 3


def test_fifteenth_version_drops_the_oldest_idle_one_and_says_so(client, model):
    """Fourteen versions and feedback fill the endpoint; the next deploy makes room."""
    fill(client, model, [register_again(model) for _ in range(12)])
    assert len(settle(client)) == 15

    with pytest.warns(UserWarning, match="no longer serves main.contract.deployed version 2"):
        deploy(model, register_again(model))

    names = [each.name for each in settle(client)]
    assert len(names) == 15
    assert "feedback" in names
    assert names[0] == "main-contract-deployed_15"
    assert "main-contract-deployed_2" not in names


def test_endpoint_that_is_updating_is_refused_with_a_sentence(client, model):
    """A deploy during an update says that one is under way."""
    deploy(model, register_again(model), environment_vars={"PYTHONHASHSEED": "3"})

    with pytest.raises(BeingChanged):
        deploy(model, register_again(model))
    settle(client)


def test_model_a_review_app_cannot_use_is_refused_and_told_why(workspace):
    """A model whose input no reviewer could type is not deployed."""
    register("main.contract.numbers", "numbers", input_example={"inputs": [[1.0, 2.0]]})

    with pytest.raises(ModelRefused) as refusal:
        deploy("main.contract.numbers", 1)

    assert refusal.value.sentence


def test_version_that_does_not_exist_is_refused(model):
    """An unknown version is a sentence, not a stack trace."""
    with pytest.raises(NotFound):
        deploy(model, 4711)
