"""The names of databricks.agents beside deploy(): list, remove, permissions, instructions."""

import warnings

import mlflow
import pytest
from databricks.sdk.errors import ResourceDoesNotExist
from mlflow.genai import review_queues

from backend.agents import (
    Instructions,
    PermissionLevel,
    delete_deployment,
    deploy,
    enable_trace_reviews,
    get_deployments,
    get_permissions,
    get_review_instructions,
    list_deployments,
    set_permissions,
    set_review_instructions,
)
from backend.errors import NotAllowed, NotFound
from backend.releases.ledger import Releases
from backend.releases.record import Kind, Outcome
from tests.contract.conftest import ask
from tests.registered_models import question, register, register_again

MODEL = "main.contract.kept"
ENDPOINT = "agents_main-contract-kept"
LONG = "\n\n".join(f"{number}. Look at the sources before you judge." for number in range(60))


@pytest.fixture(scope="module")
def deployed(workspace, client) -> str:
    """Three versions on one endpoint, the third one live."""
    with warnings.catch_warnings():
        # The clients' own deprecation warnings are theirs to mend.
        warnings.simplefilter("ignore")
        register(MODEL, "chat_model", input_example=question("hello"))
        for version in (1, register_again(MODEL), register_again(MODEL)):
            deploy(MODEL, version)
            settle(client)
    return MODEL


def settle(client):
    return client.serving_endpoints.wait_get_serving_endpoint_not_updating(ENDPOINT)


def traffic(client) -> dict[str, int]:
    routes = settle(client).config.traffic_config.routes
    return {each.served_model_name: each.traffic_percentage for each in routes}


def test_what_is_deployed_is_listed_with_its_addresses(deployed, host, endpoint):
    """Of one model, of one version, and of all; an endpoint made otherwise is not among them."""
    versions = {each.model_version: each for each in get_deployments(deployed)}

    assert sorted(versions) == ["1", "2", "3"]
    second = get_deployments(deployed, 2)
    assert second == [versions["2"]]
    assert second[0].endpoint_name == ENDPOINT
    served = f"{host}/serving-endpoints/{ENDPOINT}/served-models/main-contract-kept_2/invocations"
    assert second[0].query_endpoint.startswith(served)
    assert set(versions.values()) <= set(list_deployments())
    assert endpoint not in {each.endpoint_name for each in list_deployments()}
    assert get_deployments("main.contract.never") == []


def test_instructions_are_kept_whatever_their_length(deployed, client):
    """A text too long for one tag is in several, and leaves none behind when it gets shorter."""
    set_review_instructions(deployed, f"  {LONG}\n")
    assert get_review_instructions(deployed) == Instructions(LONG)
    tags = {each.key: each.value for each in client.serving_endpoints.get(ENDPOINT).tags}
    assert len([key for key in tags if key.startswith("reviewapp.instructions")]) > 1
    assert max(len(value) for value in tags.values()) <= 250

    set_review_instructions(deployed, "Ask it anything.")

    assert get_review_instructions(deployed).instructions == "Ask it anything."
    tags = [each.key for each in client.serving_endpoints.get(ENDPOINT).tags]
    assert [key for key in tags if "instructions" in key] == ["reviewapp.instructions"]
    with pytest.raises(NotFound, match="not deployed"):
        set_review_instructions("main.contract.never", "Hello")


def test_permissions_are_given_and_taken_away_by_the_model_s_name(deployed, client, as_person):
    """With an @ a person, otherwise a group; reviewing takes what querying takes."""
    reviewer = as_person("reviewers")
    set_permissions(deployed, ["reviewers@example.com"], PermissionLevel.CAN_REVIEW)
    set_permissions(deployed, ["analysts"], PermissionLevel.CAN_VIEW)

    found = dict(get_permissions(deployed))
    assert found["reviewers@example.com"] is PermissionLevel.CAN_QUERY
    assert found["analysts"] is PermissionLevel.CAN_VIEW
    assert found["admins"] is PermissionLevel.CAN_MANAGE
    assert ask(reviewer, ENDPOINT, "hello") == "hello"

    set_permissions(deployed, ["reviewers@example.com"], PermissionLevel.NO_PERMISSIONS)

    assert "reviewers@example.com" not in dict(get_permissions(deployed))
    assert dict(get_permissions(deployed))["analysts"] is PermissionLevel.CAN_VIEW
    with pytest.raises(NotFound, match="nobody called"):
        set_permissions(deployed, ["stranger@example.com"], PermissionLevel.CAN_QUERY)


def test_who_may_not_manage_it_changes_nothing(deployed, as_person, monkeypatch):
    """The workspace decides, by the caller's token."""
    set_permissions(deployed, ["analysts"], PermissionLevel.CAN_VIEW)
    monkeypatch.setenv("DATABRICKS_TOKEN", as_person("analysts").config.token)

    with pytest.raises(NotAllowed, match="CAN_MANAGE"):
        set_permissions(deployed, ["analysts"], PermissionLevel.CAN_MANAGE)
    with pytest.raises(NotAllowed):
        set_review_instructions(deployed, "Mine now")
    with pytest.raises(NotAllowed):
        delete_deployment(deployed, 1)


def test_answers_without_a_verdict_wait_in_a_queue_of_mlflow(deployed, client):
    """Each once, however often one asks; named requests are added whatever was said of them."""
    path = f"/serving-endpoints/{ENDPOINT}/invocations"
    ids = [
        client.api_client.do("POST", path, body=question("hello"))["databricks_output"][
            "databricks_request_id"
        ]
        for _ in range(3)
    ]
    tags = {each.key: each.value for each in client.serving_endpoints.get(ENDPOINT).tags}
    experiment = tags["MONITOR_EXPERIMENT_ID"]

    feedback = f"/serving-endpoints/{ENDPOINT}/served-models/feedback/invocations"
    ratings = [{"ratings": {"answer_correct": {"value": "positive"}}}]
    record = {"request_id": ids[2], "text_assessments": ratings}
    client.api_client.do("POST", feedback, body={"dataframe_records": [record]})

    # MLflow has them, with the verdict, when it is asked for them by their ids.
    listed = ", ".join(f"'{each}'" for each in ids)
    asked_for = f"attributes.client_request_id IN ({listed})"
    found = mlflow.search_traces(
        locations=[experiment], filter_string=asked_for, return_type="list", include_spans=False
    )
    assert len(found) == 3

    for _ in range(2):
        address = enable_trace_reviews(deployed)

    (queue,) = review_queues.list_review_queues(experiment_id=experiment)
    traces = mlflow.search_traces(locations=[experiment], return_type="list")
    by_trace = {each.info.trace_id: each.info.client_request_id for each in traces}

    def waiting():
        items = review_queues.list_review_queue_items(queue.queue_id)
        return sorted(by_trace[each.item_id] for each in items if by_trace[each.item_id] in ids)

    assert waiting() == sorted(ids[:2])
    assert ENDPOINT in address
    enable_trace_reviews(deployed, request_ids=[ids[2], "unknown"])
    assert waiting() == sorted(ids)


def test_an_idle_version_goes_and_the_traffic_stays(deployed, client):
    """Taking away what nobody is answered by changes nothing for anybody."""
    delete_deployment(deployed, 2, reason="Nobody returns to it")

    assert traffic(client)["main-contract-kept_3"] == 100
    assert [each.model_version for each in get_deployments(deployed)] == ["3", "1"]


def test_the_highest_version_that_remains_takes_over(deployed, client):
    """Its name is the platform's rule; the ledger says who did it and why."""
    delete_deployment(deployed, 3, reason="It invents prices")

    assert traffic(client)["main-contract-kept_1"] == 100
    Releases().catch_up(settle(client))
    removed = Releases().page(ENDPOINT).releases[0]
    assert (removed.kind, removed.reason) == (Kind.REMOVE, "It invents prices")
    assert removed.outcome is Outcome.LIVE
    assert [each.version for each in removed.live_after] == ["1"]
    assert ask(client, ENDPOINT, "hello") == "hello"


def test_with_its_last_version_the_endpoint_goes(deployed, client):
    """What is on record stays, the ledger among it."""
    delete_deployment(deployed, reason="The project is over")

    with pytest.raises(ResourceDoesNotExist):
        client.serving_endpoints.get(ENDPOINT)
    assert get_deployments(deployed) == []
    last = Releases().page(ENDPOINT).releases[0]
    assert (last.kind, last.outcome, last.after) == (Kind.DELETE, Outcome.LIVE, ())
    assert last.reason == "The project is over"
    with pytest.raises(NotFound, match="not deployed"):
        delete_deployment(deployed)
