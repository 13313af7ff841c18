"""Asking models through databricks-sdk, mlflow.deployments, openai and ChatDatabricks."""

import json
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest
import requests
from databricks.sdk.errors import (
    BadRequest,
    NotFound,
    OperationFailed,
    ResourceDoesNotExist,
)
from databricks.sdk.errors import NotImplemented as NotImplementedBySdk
from databricks.sdk.service.serving import (
    ChatMessage,
    ChatMessageRole,
    EndpointCoreConfigInput,
    Route,
    ServedEntityInput,
    TrafficConfig,
)
from databricks_langchain import ChatDatabricks
from mlflow.deployments import get_deploy_client

from tests.contract.conftest import create_endpoint
from tests.registered_models import question, register_again


def events(response) -> list[dict]:
    """Return the JSON of each server-sent event."""
    lines = [line for line in response.text.split("\n") if line]
    assert all(line.startswith("data: ") for line in lines)
    return [json.loads(line[6:]) for line in lines if line != "data: [DONE]"]


def test_sdk_query_answers(client, endpoint):
    """databricks-sdk's query returns the choices and the served model's name."""
    message = ChatMessage(role=ChatMessageRole.USER, content="hello")

    answer = client.serving_endpoints.query(endpoint, messages=[message])

    assert answer.choices[0].message.content == "hello"
    assert answer.served_model_name == "scripted-1"


def test_mlflow_predict_keeps_the_platform_s_part(endpoint):
    """MLflow's deployment client gets the request's id beside the answer."""
    answer = get_deploy_client("databricks").predict(endpoint=endpoint, inputs=question("hello"))

    assert answer["choices"][0]["message"]["content"] == "hello"
    assert len(answer["databricks_output"]["databricks_request_id"]) == 36


def test_mlflow_streams_with_the_id_in_the_last_chunk(endpoint):
    """A stream is chunks of the model and, last, one with the request's id."""
    deployments = get_deploy_client("databricks")

    chunks = list(deployments.predict_stream(endpoint=endpoint, inputs=question("one two three")))

    words = [each["choices"][0]["delta"]["content"] for each in chunks[:-1]]
    assert words == ["one ", "two ", "three "]
    assert chunks[-1]["databricks_output"]["databricks_request_id"]


def test_openai_client_answers_and_streams(openai_client, endpoint):
    """OpenAI's client reads whole answers and streams; the model is the endpoint's name."""
    messages = [{"role": "user", "content": "one two"}]
    whole = openai_client.chat.completions.create(model=endpoint, messages=messages)
    stream = openai_client.chat.completions.create(model=endpoint, messages=messages, stream=True)
    chunks = list(stream)

    assert whole.choices[0].message.content == "one two"
    assert whole.model_extra["databricks_output"]["databricks_request_id"]
    assert [c.choices[0].delta.content for c in chunks if c.choices] == ["one ", "two "]
    assert chunks[-1].model_extra["databricks_output"]["databricks_request_id"]


def test_chat_databricks_answers_and_streams(endpoint):
    """LangChain's ChatDatabricks works unchanged."""
    chat = ChatDatabricks(endpoint=endpoint)

    assert chat.invoke("hello there").content == "hello there"
    assert "".join(each.content for each in chat.stream("one two")) == "one two "


def test_openai_errors_are_of_their_class(openai_client, endpoint):
    """A model's exception is a BadRequestError, an unknown endpoint a NotFoundError."""
    with pytest.raises(openai.BadRequestError, match="no such planet"):
        openai_client.chat.completions.create(
            model=endpoint, messages=[{"role": "user", "content": "raise no such planet"}]
        )
    with pytest.raises(openai.NotFoundError):
        openai_client.chat.completions.create(model="nobody", messages=[])


def test_openai_stream_raises_when_the_model_fails_in_the_middle(openai_client, endpoint):
    """The error event of a broken stream is an exception in OpenAI's client."""
    messages = [{"role": "user", "content": "break the wire is cut"}]
    stream = openai_client.chat.completions.create(model=endpoint, messages=messages, stream=True)

    with pytest.raises(openai.APIError, match="the wire is cut"):
        list(stream)


def test_model_exception_is_a_400_with_its_message(client, endpoint):
    """What a model raises reaches the caller as 400, which no client repeats."""
    with pytest.raises(BadRequest, match="ValueError: no such planet") as caught:
        client.api_client.do(
            "POST",
            f"/serving-endpoints/{endpoint}/invocations",
            body=question("raise no such planet"),
        )

    details = caught.value.get_error_details()
    assert details.error_info.reason == "MODEL_EXCEPTION"
    assert len(details.request_info.request_id) == 36


def test_invalid_input_gets_mlflow_s_own_message(client, endpoint):
    """MLflow's parser decides what is valid and its message reaches the caller."""
    with pytest.raises(BadRequest, match="Failed to enforce schema"):
        client.api_client.do(
            "POST", f"/serving-endpoints/{endpoint}/invocations", body={"messages": "hi"}
        )


def test_unknown_endpoint_and_unknown_served_model_are_404(client, endpoint):
    """404 carries RESOURCE_DOES_NOT_EXIST, which deploy() catches."""
    for path in ("nobody/invocations", f"{endpoint}/served-models/nobody/invocations"):
        with pytest.raises(ResourceDoesNotExist):
            client.api_client.do("POST", f"/serving-endpoints/{path}", body=question("hi"))


def test_broken_json_is_refused(host, token, endpoint):
    """A body that is not JSON is MALFORMED_REQUEST."""
    response = requests.post(
        f"{host}/serving-endpoints/{endpoint}/invocations",
        data="{",
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        timeout=30,
    )

    assert (response.status_code, response.json()["error_code"]) == (400, "MALFORMED_REQUEST")


def test_body_over_the_limit_is_refused(post, endpoint):
    """A body over 16 MB is refused with a sentence."""
    response = post(endpoint, question("x" * (16 * 1024 * 1024)))

    assert response.status_code == 413
    assert "16 MB" in response.json()["message"]


def test_conversation_stays_on_its_version_and_moves_when_that_has_no_share(post, client, scripted):
    """A conversation is answered by one version while it has a share, then by another."""
    second = register_again(scripted)
    served = [
        ServedEntityInput(entity_name=scripted, entity_version=str(version), name=f"v{version}")
        for version in (1, second)
    ]

    def split(first_share: int) -> TrafficConfig:
        shares = {"v1": first_share, f"v{second}": 100 - first_share}
        routes = [Route(served_model_name=n, traffic_percentage=s) for n, s in shares.items()]
        return TrafficConfig(routes=routes)

    def who(conversation: str) -> str:
        body = question("hi", databricks_options={"conversation_id": conversation})
        return post("sticky", body).headers["served-model-name"]

    config = EndpointCoreConfigInput(
        name="sticky", served_entities=served, traffic_config=split(50)
    )
    client.serving_endpoints.create_and_wait("sticky", config=config)
    conversations = [f"c{number}" for number in range(20)]
    before = {each: who(each) for each in conversations}
    assert set(before.values()) == {"v1", f"v{second}"}
    assert {each: who(each) for each in conversations} == before

    client.serving_endpoints.update_config_and_wait(
        "sticky", served_entities=served, traffic_config=split(1)
    )
    assert {each: who(each) for each in conversations} == before

    client.serving_endpoints.update_config_and_wait(
        "sticky", served_entities=served, traffic_config=split(0)
    )
    assert {who(each) for each in conversations} == {f"v{second}"}


def test_full_queue_is_429_with_retry_after(post, client, scripted):
    """Beyond the places and the queue a call is refused at once and told to come back."""
    variables = {"LOCAL_WORKSPACE_CONCURRENCY": "1"}
    create_endpoint(client, "narrow", scripted, environment_vars=variables)
    with ThreadPoolExecutor(10) as pool:
        responses = list(pool.map(lambda _: post("narrow", question("sleep 0.3")), range(10)))

    statuses = sorted(each.status_code for each in responses)
    assert statuses == [200] * 5 + [429] * 5
    assert {each.headers["Retry-After"] for each in responses if each.status_code == 429} == {"1"}


def test_missing_secret_fails_the_deployment_with_a_sentence(client, scripted):
    """A reference that leads nowhere is named, and the API shows the reference as it was."""
    variables = {"LLM_KEY": "{{secrets/scope/key}}"}
    served = ServedEntityInput(entity_name=scripted, entity_version="1", environment_vars=variables)
    config = EndpointCoreConfigInput(name="secretive", served_entities=[served])

    with pytest.raises(OperationFailed):
        client.serving_endpoints.create_and_wait("secretive", config=config)

    state = client.serving_endpoints.get("secretive").pending_config.served_entities[0]
    assert "scope/key" in state.state.deployment_state_message
    assert state.environment_vars == variables


def test_unknown_route_is_an_honest_501(client):
    """What the workspace does not implement is refused by name."""
    with pytest.raises(
        NotImplementedBySdk, match=r"does not implement GET /api/2\.0/clusters/list"
    ):
        client.api_client.do("GET", "/api/2.0/clusters/list")


def test_unknown_route_without_a_token_is_a_401(host):
    """Even the existence of a route is not told to strangers."""
    response = requests.get(f"{host}/api/2.0/clusters/list", timeout=30)

    assert (response.status_code, response.json()["error_code"]) == (401, "UNAUTHENTICATED")


def test_not_found_is_not_found(client):
    """The SDK maps an unknown endpoint to its own class."""
    with pytest.raises(NotFound):
        client.serving_endpoints.get("nobody")
