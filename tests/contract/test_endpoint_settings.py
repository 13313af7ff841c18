"""What endpoints have besides models: tags, limits, logs, counters, a description."""

import json
import time

import pytest
import requests
from databricks.sdk.errors import (
    NotImplemented as NotImplementedBySdk,
)
from databricks.sdk.service.serving import (
    AiGatewayRateLimit,
    AiGatewayRateLimitKey,
    AiGatewayRateLimitRenewalPeriod,
    EndpointTag,
    RateLimit,
    RateLimitKey,
    RateLimitRenewalPeriod,
)

from tests.contract.conftest import ask, create_endpoint
from tests.registered_models import question


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
