"""What `deploy` sends to the workspace, with a model that has passed its checks."""

import pytest

from backend.agents import Deployment, deploy
from backend.errors import AlreadyExists, BeingChanged, ModelRefused, NotAllowed, Refused
from backend.serving import model_versions
from backend.serving.model_environment import FORCED
from backend.serving.model_versions import ModelVersion

# MLflow's store on SQLAlchemy 2.1.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")
LIST = "/api/2.0/serving-endpoints"
NAME = "agents_main-rag-chain"
ENDPOINT = f"{LIST}/{NAME}"
CREATE, GET, CONFIG = f"POST {LIST}", f"GET {ENDPOINT}", f"PUT {ENDPOINT}/config"


@pytest.fixture(autouse=True)
def _registry_and_credentials(workspace, experiment, monkeypatch):
    """Every version is usable and was logged in experiment 7; the workspace is the loopback.

    The ledger is in a real MLflow store.
    """
    workspace.answers["GET /api/2.0/preview/scim/v2/Me"] = (200, {"userName": "me@example.com"})
    monkeypatch.setenv("DATABRICKS_HOST", workspace.address)
    monkeypatch.setenv("DATABRICKS_TOKEN", "dapi-driver")
    monkeypatch.setattr(
        model_versions, "read", lambda name, version: ModelVersion(name, version, None, "7")
    )
    monkeypatch.setattr(model_versions, "check", lambda model: None)
    for request in (CREATE, CONFIG, f"PATCH {ENDPOINT}/tags", f"PATCH {ENDPOINT}/description"):
        workspace.answers[request] = (200, {"name": NAME})


def _entity(version, name=None):
    return {
        "name": name or f"main-rag-chain_{version}",
        "entity_name": "main.rag.chain",
        "entity_version": str(version),
        "environment_vars": {**FORCED, "MLFLOW_EXPERIMENT_ID": "7"},
        "workload_size": "Small",
    }


def _serve(workspace, *versions, update="NOT_UPDATING", tags=()):
    route = {"served_model_name": f"main-rag-chain_{versions[0]}", "traffic_percentage": 100}
    config = {
        "served_entities": [_entity(version) for version in versions],
        "traffic_config": {"routes": [route]},
    }
    state = {"ready": "READY", "config_update": update}
    tags = [{"key": key, "value": value} for key, value in tags]
    answer = {"name": NAME, "state": state, "config": config, "tags": tags}
    workspace.answers[GET] = (200, answer)


def test_a_first_deploy_creates_the_endpoint(workspace):
    """The body is the one `databricks.agents` sends."""
    deploy("main.rag.chain", 1, tags={"team": "hr"}, scale_to_zero=True, description="Handbook")

    sent = workspace.sent(CREATE)
    version, feedback = sent["config"]["served_entities"]
    assert version == {
        "name": "main-rag-chain_1",
        "entity_name": "main.rag.chain",
        "entity_version": "1",
        "environment_vars": {**FORCED, "MLFLOW_EXPERIMENT_ID": "7"},
        "scale_to_zero_enabled": True,
        "workload_size": "Small",
    }
    assert (feedback["name"], feedback["entity_name"]) == ("feedback", "main.rag.feedback")
    assert feedback["entity_version"] == "1"
    assert sent["config"]["traffic_config"]["routes"] == [
        {"served_model_name": "main-rag-chain_1", "traffic_percentage": 100},
        {"served_model_name": "feedback", "traffic_percentage": 0},
    ]
    assert sent["ai_gateway"]["inference_table_config"] == {
        "enabled": True,
        "catalog_name": "main",
        "schema_name": "rag",
        "table_name_prefix": "chain",
    }
    assert {tag["key"]: tag["value"] for tag in sent["tags"]} == {
        "MONITOR_EXPERIMENT_ID": "7",
        "team": "hr",
    }
    assert sent["description"] == "Handbook"


def test_the_deployment_tells_where_everything_is(workspace):
    """Fields and addresses are those of `databricks.agents`, with the old name as an alias."""
    host = workspace.address

    deployment = deploy("main.rag.chain", "1")

    assert deployment == Deployment(
        model_name="main.rag.chain",
        model_version="1",
        endpoint_name=NAME,
        served_entity_name="main-rag-chain_1",
        query_endpoint=(
            f"{host}/serving-endpoints/{NAME}/served-models/main-rag-chain_1/invocations?o=42"
        ),
        endpoint_url=f"{host}/ml/endpoints/{NAME}/?o=42",
        review_app_url=f"{host}/ml/review-v2/chat?endpoint={NAME}&o=42",
    )
    assert deployment.rag_app_url == deployment.review_app_url


def test_a_second_deploy_changes_what_is_served_and_leaves_the_gateway(workspace):
    """Switching the inference table on a second time is an error on the platform."""
    _serve(workspace, 1, tags=[("MONITOR_EXPERIMENT_ID", "5")])

    deploy("main.rag.chain", 2, tags={"team": "hr"}, description="New")

    sent = workspace.sent(CONFIG)
    names = [entity["name"] for entity in sent["served_entities"]]
    assert names == ["main-rag-chain_2", "main-rag-chain_1", "feedback"]
    # All versions of an endpoint trace into the experiment it was first given.
    assert sent["served_entities"][0]["environment_vars"]["MLFLOW_EXPERIMENT_ID"] == "5"
    tags = workspace.sent(f"PATCH {ENDPOINT}/tags")
    assert tags == {"add_tags": [{"key": "team", "value": "hr"}]}
    description = workspace.sent(f"PATCH {ENDPOINT}/description")
    assert description == {"name": NAME, "description": "New"}
    assert not [request for request, _ in workspace.received if "ai-gateway" in request]


def test_nothing_is_patched_that_stays_as_it_is(workspace):
    """A plain deploy of a new version is one request beside reading the endpoint."""
    _serve(workspace, 1, tags=[("MONITOR_EXPERIMENT_ID", "7")])

    deploy("main.rag.chain", 2)

    assert not [request for request, _ in workspace.received if request.startswith("PATCH")]


def test_the_callers_experiment_wins(workspace):
    """Whoever names an experiment gets the traces there."""
    deploy("main.rag.chain", 1, environment_vars={"MLFLOW_EXPERIMENT_ID": "99"})

    sent = workspace.sent(CREATE)
    variables = sent["config"]["served_entities"][0]["environment_vars"]
    assert variables["MLFLOW_EXPERIMENT_ID"] == "99"
    assert sent["tags"] == [{"key": "MONITOR_EXPERIMENT_ID", "value": "99"}]


def test_no_feedback_entity_if_it_is_not_wanted(workspace):
    """On Databricks the feedback model is deprecated, so it can be left out."""
    deploy("main.rag.chain", 1, deploy_feedback_model=False)

    names = [entity["name"] for entity in workspace.sent(CREATE)["config"]["served_entities"]]
    assert names == ["main-rag-chain_1"]


def test_a_version_already_served_gets_the_traffic_and_says_what_it_kept(workspace):
    """Settings that are not applied must not be ignored in silence."""
    _serve(workspace, 2, 1)

    with pytest.warns(UserWarning, match="workload_size"):
        deploy("main.rag.chain", 1, workload_size="Large")

    sent = workspace.sent(CONFIG)
    assert len(sent["served_entities"]) == 3
    assert sent["traffic_config"]["routes"][0]["served_model_name"] == "main-rag-chain_1"


def test_a_full_endpoint_says_which_version_it_drops(workspace):
    """A version that is gone cannot be rolled back to, so the caller is told."""
    _serve(workspace, *range(14, 0, -1))

    with pytest.warns(UserWarning, match=r"main\.rag\.chain version 1\b"):
        deploy("main.rag.chain", 15)

    assert len(workspace.sent(CONFIG)["served_entities"]) == 15


def test_an_endpoint_that_is_updating_is_left_alone(workspace):
    """Neither tags nor description change when the deploy itself cannot happen."""
    _serve(workspace, 1, update="IN_PROGRESS")

    with pytest.raises(BeingChanged, match="currently updating"):
        deploy("main.rag.chain", 2, tags={"team": "hr"}, description="New")

    assert not [request for request, _ in workspace.received if not request.startswith("GET")]


@pytest.mark.parametrize(
    ("status", "code", "error", "sentence"),
    [
        (409, "RESOURCE_CONFLICT", BeingChanged, "currently updating"),
        (409, "RESOURCE_ALREADY_EXISTS", AlreadyExists, "another endpoint_name"),
        (403, "PERMISSION_DENIED", NotAllowed, "CAN_MANAGE"),
        (400, "INVALID_PARAMETER_VALUE", Refused, "said so"),
    ],
)
def test_a_refusal_of_the_workspace_is_a_sentence(workspace, status, code, error, sentence):
    """The sentence says what it means for a deploy."""
    workspace.answers[CREATE] = (status, {"error_code": code, "message": "The workspace said so."})

    with pytest.raises(error, match=sentence):
        deploy("main.rag.chain", 1)


def test_an_unusable_model_never_reaches_the_workspace(workspace, monkeypatch):
    """Nothing is created for a model nobody could chat with."""

    def refuse(model):
        raise ModelRefused

    monkeypatch.setattr(model_versions, "check", refuse)

    with pytest.raises(ModelRefused):
        deploy("main.rag.chain", 1)

    assert workspace.received == []


def test_one_policy_under_two_names_is_refused_if_they_differ():
    """`budget_policy_id` is the old name of `usage_policy_id`."""
    with pytest.raises(Refused, match="usage_policy_id"):
        deploy("main.rag.chain", 1, budget_policy_id="a", usage_policy_id="b")


def test_a_policy_reaches_a_new_and_an_old_endpoint(workspace):
    """On an update it has its own address."""
    deploy("main.rag.chain", 1, usage_policy_id="p")
    _serve(workspace, 1)
    workspace.answers[f"PATCH {ENDPOINT}/budget-policy"] = (200, {})
    deploy("main.rag.chain", 2, usage_policy_id="p")

    assert workspace.sent(CREATE)["budget_policy_id"] == "p"
    assert workspace.sent(f"PATCH {ENDPOINT}/budget-policy")["budget_policy_id"] == "p"
