"""Who may do what, asked through the official client with each role's own token."""

import pytest
import requests
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config
from databricks.sdk.errors import PermissionDenied, Unauthenticated
from databricks.sdk.service.serving import (
    ServedEntityInput,
    ServingEndpointAccessControlRequest,
    ServingEndpointPermissionLevel,
)

from tests.contract.conftest import create_endpoint
from tests.registered_models import question

LEVELS = ServingEndpointPermissionLevel


@pytest.fixture(scope="module")
def guarded(client, scripted):
    """An endpoint that reviewers may query and analysts may see."""
    created = create_endpoint(client, "guarded", scripted)
    client.serving_endpoints.update_permissions(
        created.id,
        access_control_list=[
            ServingEndpointAccessControlRequest(
                group_name="reviewers", permission_level=LEVELS.CAN_QUERY
            ),
            ServingEndpointAccessControlRequest(
                group_name="analysts", permission_level=LEVELS.CAN_VIEW
            ),
        ],
    )
    return created


def ask(client: WorkspaceClient, name: str) -> dict:
    return client.api_client.do(
        "POST", f"/serving-endpoints/{name}/invocations", body=question("hello")
    )


def test_reviewer_may_see_and_query_but_not_change(as_person, guarded):
    """CAN_QUERY is enough to find and ask an endpoint and for nothing else."""
    reviewer = as_person("reviewers")

    assert "guarded" in [each.name for each in reviewer.serving_endpoints.list()]
    assert reviewer.serving_endpoints.get("guarded").permission_level.value == "CAN_QUERY"
    assert ask(reviewer, "guarded")["choices"]
    served = [ServedEntityInput(entity_name="a", entity_version="1")]
    forbidden = (
        lambda: reviewer.serving_endpoints.delete("guarded"),
        lambda: reviewer.serving_endpoints.update_config("guarded", served_entities=served),
        lambda: reviewer.serving_endpoints.patch("guarded", delete_tags=["x"]),
        lambda: reviewer.serving_endpoints.put("guarded", rate_limits=[]),
        lambda: reviewer.serving_endpoints.put_ai_gateway("guarded"),
        lambda: reviewer.serving_endpoints.logs("guarded", "scripted-1"),
        lambda: reviewer.serving_endpoints.build_logs("guarded", "scripted-1"),
        lambda: reviewer.serving_endpoints.set_permissions(guarded.id, access_control_list=[]),
        lambda: reviewer.serving_endpoints.create("another", config=None),
        lambda: reviewer.users.create(user_name="x@example.com"),
    )
    for act in forbidden:
        with pytest.raises(PermissionDenied):
            act()


def test_analyst_may_see_but_not_query(as_person, guarded):
    """CAN_VIEW shows an endpoint and its counters and refuses its model."""
    analyst = as_person("analysts")

    assert analyst.serving_endpoints.get("guarded").permission_level.value == "CAN_VIEW"
    assert analyst.serving_endpoints.export_metrics("guarded").contents.read()
    with pytest.raises(PermissionDenied, match="may not query"):
        ask(analyst, "guarded")


def test_endpoint_without_permission_is_neither_listed_nor_readable(as_person, client, scripted):
    """Without a level an endpoint is not in the list and reading it is a 403."""
    create_endpoint(client, "private", scripted)
    reviewer = as_person("reviewers")

    assert "private" not in [each.name for each in reviewer.serving_endpoints.list()]
    with pytest.raises(PermissionDenied):
        reviewer.serving_endpoints.get("private")
    with pytest.raises(PermissionDenied):
        ask(reviewer, "private")


def test_permissions_are_read_and_levels_explained(client, guarded):
    """The access control list holds direct and inherited entries; levels have descriptions."""
    acl = client.serving_endpoints.get_permissions(guarded.id).access_control_list
    levels = client.serving_endpoints.get_permission_levels(guarded.id).permission_levels

    by_group = {each.group_name: each.all_permissions[0] for each in acl if each.group_name}
    assert by_group["reviewers"].permission_level.value == "CAN_QUERY"
    assert by_group["admins"].inherited
    assert {each.permission_level for each in levels} >= {LEVELS.CAN_QUERY, LEVELS.CAN_MANAGE}


def test_wrong_and_missing_tokens_are_401(host, endpoint):
    """Without a valid token nothing is told, on every kind of route."""
    stranger = WorkspaceClient(config=Config(host=host, token="dapi0", auth_type="pat"))
    with pytest.raises(Unauthenticated):
        stranger.serving_endpoints.get(endpoint)
    with pytest.raises(Unauthenticated):
        ask(stranger, endpoint)
    for path in (
        f"/api/2.0/serving-endpoints/{endpoint}",
        "/api/2.0/preview/scim/v2/Me",
        "/api/2.0/mlflow/experiments/search",
        "/",
    ):
        assert requests.get(host + path, timeout=30).status_code == 401


def test_reviewers_may_not_use_mlflow(as_person, host):
    """MLflow is for admins, analysts and service principals; a reviewer's token gets a 403."""
    search = "/api/2.0/mlflow/experiments/search"
    body = {"max_results": 1}

    assert as_person("analysts").api_client.do("POST", search, body=body)
    with pytest.raises(PermissionDenied, match="may not use MLflow"):
        as_person("reviewers").api_client.do("POST", search, body=body)


def test_model_s_own_token_opens_only_what_the_model_declared(client, endpoint, host):
    """A served version can query the endpoints it declared and do nothing else."""
    shown = client.api_client.do(
        "POST",
        f"/serving-endpoints/{endpoint}/invocations",
        body=question("env DATABRICKS_TOKEN"),
    )
    model_token = shown["choices"][0]["message"]["content"]
    model = WorkspaceClient(config=Config(host=host, token=model_token, auth_type="pat"))

    with pytest.raises(PermissionDenied):
        ask(model, endpoint)
    with pytest.raises(PermissionDenied):
        list(model.serving_endpoints.list())
    with pytest.raises(PermissionDenied):
        model.api_client.do("POST", "/api/2.0/mlflow/experiments/search", body={})
