"""Naming the version that competes: what is written to the endpoint, and what is refused."""

import pytest
from databricks.sdk.service.serving import ServingEndpointDetailed

from backend import errors
from backend.agents import compare, stop_comparing
from backend.connection import open_workspace
from backend.conversations.comparisons import Comparisons
from backend.serving.comparison_setting import ComparisonSetting, setting_from
from backend.serving.endpoints import endpoint_from

NAME = "agents_main-rag-chain"
GET = f"GET /api/2.0/serving-endpoints/{NAME}"
PATCH = f"PATCH /api/2.0/serving-endpoints/{NAME}/tags"
LIVE, IDLE = "chain_3", "chain_2"


def _entity(name, version, deployment="DEPLOYMENT_READY"):
    state = {"deployment": deployment, "deployment_state_message": "No module named 'faiss'."}
    return {
        "name": name,
        "entity_name": "main.rag.chain",
        "entity_version": version,
        "state": state,
    }


def _detail(idle="DEPLOYMENT_READY", **tags):
    entities = [_entity(LIVE, "3"), _entity(IDLE, "2", idle), _entity("feedback", "1")]
    routes = [
        {"served_model_name": name, "traffic_percentage": share}
        for name, share in ((LIVE, 100), (IDLE, 0), ("feedback", 0))
    ]
    return {
        "name": NAME,
        "state": {"ready": "READY", "config_update": "NOT_UPDATING"},
        "config": {"served_entities": entities, "traffic_config": {"routes": routes}},
        "tags": [{"key": f"reviewapp.{key}", "value": value} for key, value in tags.items()],
    }


def _challenger(**parts):
    return endpoint_from(ServingEndpointDetailed.from_dict(_detail(**parts))).challenger


@pytest.fixture
def served(workspace, monkeypatch):
    """An endpoint with one live and one idle version, reached also without the app."""
    workspace.answers[GET] = (200, _detail())
    workspace.answers[PATCH] = (200, {"tags": []})
    monkeypatch.setenv("DATABRICKS_HOST", workspace.address)
    monkeypatch.setenv("DATABRICKS_TOKEN", "dapi-driver")
    return workspace


@pytest.fixture
def comparisons(served):
    return Comparisons(open_workspace(served.address, "token"))


def test_an_idle_version_is_named_on_the_endpoint(served, comparisons):
    """One tag says which; what was said of telling before is taken away."""
    comparisons.turn_on(NAME, IDLE)

    assert served.sent(PATCH) == {
        "add_tags": [{"key": "reviewapp.compare_with", "value": IDLE}],
        "delete_tags": ["reviewapp.compare_tells"],
    }


def test_people_may_be_told_afterwards(served, comparisons):
    """Not telling is the rule, so telling has the tag."""
    comparisons.turn_on(NAME, IDLE, tells_afterwards=True)

    tags = {each["key"]: each["value"] for each in served.sent(PATCH)["add_tags"]}
    assert setting_from(tags) == ComparisonSetting(IDLE, tells_afterwards=True)


def test_turning_off_removes_both_tags(served, comparisons):
    """Nothing of the setting stays behind."""
    comparisons.turn_off(NAME)

    assert served.sent(PATCH) == {
        "delete_tags": ["reviewapp.compare_with", "reviewapp.compare_tells"]
    }


@pytest.mark.parametrize("name", ["chain_9", "feedback"])
def test_a_version_that_is_not_served_cannot_compete(served, comparisons, name):
    """A slip of the pen is told at once, not when the first question is asked."""
    with pytest.raises(errors.NotFound, match=name):
        comparisons.turn_on(NAME, name)

    assert PATCH not in [request for request, _ in served.received]


def test_the_live_version_cannot_compete_with_itself(served, comparisons):
    """It answers every question anyway."""
    with pytest.raises(errors.Refused, match="has traffic"):
        comparisons.turn_on(NAME, LIVE)


def test_the_workspace_decides_who_may_change_it(served, comparisons):
    """The app asks with the visitor's own token and has no rule of its own."""
    served.answers[PATCH] = (403, {"error_code": "PERMISSION_DENIED", "message": "No."})

    with pytest.raises(errors.NotAllowed):
        comparisons.turn_on(NAME, IDLE)


def test_a_notebook_names_the_version_by_its_number(served):
    """Under which name it is served is looked up: deploys keep the names they find."""
    compare("main.rag.chain", 2, tell_afterwards=True)

    tags = {each["key"]: each["value"] for each in served.sent(PATCH)["add_tags"]}
    assert setting_from(tags) == ComparisonSetting(IDLE, tells_afterwards=True)


def test_a_notebook_is_told_of_a_version_that_is_not_served(served):
    """The sentence names the version."""
    with pytest.raises(errors.NotFound, match=r"version 7 of main\.rag\.chain"):
        compare("main.rag.chain", 7)


def test_a_notebook_ends_the_comparison(served):
    """What was compared stays on record; only the tags go."""
    stop_comparing("main.rag.chain")

    assert "add_tags" not in served.sent(PATCH)


def test_the_named_version_is_the_challenger():
    """The page knows it from the endpoint, without another call."""
    challenger = _challenger(compare_with=IDLE)

    assert challenger is not None
    assert challenger.version == "2"


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"compare_with": "chain_1"},
        {"compare_with": LIVE},
        {"compare_with": "feedback"},
        {"compare_with": IDLE, "idle": "DEPLOYMENT_FAILED"},
    ],
    ids=["none named", "gone", "live by now", "no version", "broken"],
)
def test_there_is_no_challenger_without_an_idle_version_that_runs(parts):
    """Then every question is answered once, as usual."""
    assert _challenger(**parts) is None
