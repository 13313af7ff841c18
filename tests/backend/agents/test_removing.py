"""What `delete_deployment` and `get_permissions` do where a model shares its endpoints."""

import pytest

from backend.agents import PermissionLevel, delete_deployment, get_deployments, get_permissions
from backend.errors import Refused
from backend.releases.ledger import Releases
from backend.releases.record import Kind, Outcome

# MLflow's store on SQLAlchemy 2.1.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")
API = "/api/2.0/serving-endpoints"
CHAIN, OTHER = "main.rag.chain", "main.rag.other"


@pytest.fixture(autouse=True)
def _credentials(workspace, experiment, monkeypatch):
    """Who calls is known; the ledger is in a real MLflow store."""
    workspace.answers["GET /api/2.0/preview/scim/v2/Me"] = (200, {"userName": "me@example.com"})
    monkeypatch.setenv("DATABRICKS_HOST", workspace.address)
    monkeypatch.setenv("DATABRICKS_TOKEN", "dapi-driver")


def entity(model, version):
    name = f"{model.replace('.', '-')}_{version}"
    return {"name": name, "entity_name": model, "entity_version": str(version)}


def serve(workspace, endpoints):
    """Say what each endpoint serves: {name: [(model, version, share)]}."""
    listed = []
    for name, served in endpoints.items():
        entities = [entity(model, version) for model, version, _ in served]
        routes = [
            {"served_model_name": each["name"], "traffic_percentage": share}
            for each, (_, _, share) in zip(entities, served, strict=True)
        ]
        feedback = {"name": "feedback", "entity_name": "main.rag.feedback", "entity_version": "1"}
        config = {
            "served_entities": [*entities, feedback],
            "traffic_config": {"routes": routes},
            "config_version": 3,
        }
        detail = {"name": name, "id": f"id-{name}", "permission_level": "CAN_MANAGE"}
        state = {"ready": "READY", "config_update": "NOT_UPDATING"}
        workspace.answers[f"GET {API}/{name}"] = (
            200,
            detail | {"config": config, "state": state},
        )
        workspace.answers[f"PUT {API}/{name}/config"] = (200, {"name": name})
        listed.append({"name": name, "config": {"served_entities": config["served_entities"]}})
    workspace.answers[f"GET {API}"] = (200, {"endpoints": listed})


def test_only_what_deploy_names_is_a_deployment(workspace):
    """An endpoint somebody made otherwise serves the model, too, and is left alone."""
    serve(workspace, {"ours": [(CHAIN, 1, 100)], "plain": [(CHAIN, 2, 100)]})
    listed = workspace.answers[f"GET {API}"][1]["endpoints"]
    listed[1]["config"]["served_entities"][0]["name"] = "chain-2"

    assert [each.endpoint_name for each in get_deployments(CHAIN)] == ["ours"]
    assert get_deployments(CHAIN, 2) == []


def test_a_shared_endpoint_loses_only_this_model(workspace):
    """The other model keeps its traffic, and the feedback entity stays."""
    serve(workspace, {"shared-1": [(OTHER, 4, 100), (CHAIN, 1, 0), (CHAIN, 2, 0)]})

    delete_deployment(CHAIN, reason="Moved")

    sent = workspace.sent(f"PUT {API}/shared-1/config")
    names = [each["name"] for each in sent["served_entities"]]
    assert names == ["main-rag-other_4", "feedback"]
    routes = sent["traffic_config"]["routes"]
    assert [each["traffic_percentage"] for each in routes] == [100, 0]


def test_highest_is_told_by_number_and_not_by_letters(workspace):
    """Version 10 comes after version 9."""
    serve(workspace, {"shared-2": [(CHAIN, 11, 90), (CHAIN, 9, 10), (CHAIN, 10, 0)]})

    delete_deployment(CHAIN, 11)

    routes = workspace.sent(f"PUT {API}/shared-2/config")["traffic_config"]["routes"]
    shares = {each["served_model_name"]: each["traffic_percentage"] for each in routes}
    assert shares == {"main-rag-chain_10": 100, "main-rag-chain_9": 0, "feedback": 0}


def test_a_refusal_is_in_the_ledger(workspace):
    """What was asked for and not done is not told as done."""
    serve(workspace, {"shared-3": [(CHAIN, 2, 100), (CHAIN, 1, 0)]})
    refusal = {"error_code": "INVALID_PARAMETER_VALUE", "message": "Not like this."}
    workspace.answers[f"PUT {API}/shared-3/config"] = (400, refusal)

    with pytest.raises(Refused, match="Not like this"):
        delete_deployment(CHAIN, 2, reason="It invents prices")

    removed = Releases().page("shared-3").releases[0]
    assert (removed.kind, removed.outcome) == (Kind.REMOVE, Outcome.FAILED)
    assert (removed.by, removed.reason) == ("me@example.com", "It invents prices")


def test_the_lowest_level_over_all_endpoints_counts(workspace):
    """Whoever may ask the model on one endpoint only may not ask "the model"."""
    serve(workspace, {"one": [(CHAIN, 1, 100)], "two": [(CHAIN, 2, 100)]})
    lists = {
        "one": {"ann@example.com": "CAN_MANAGE", "bob@example.com": "CAN_QUERY"},
        "two": {"ann@example.com": "CAN_VIEW"},
    }
    for name, given in lists.items():
        entries = [
            {"user_name": who, "all_permissions": [{"permission_level": level}]}
            for who, level in given.items()
        ]
        path = f"GET /api/2.0/permissions/serving-endpoints/id-{name}"
        workspace.answers[path] = (200, {"access_control_list": entries})

    assert get_permissions(CHAIN) == [("ann@example.com", PermissionLevel.CAN_VIEW)]
