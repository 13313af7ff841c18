"""Which endpoints a person may use, and what is said of them."""

from datetime import UTC, datetime

import pytest
from databricks.sdk.service.serving import ServingEndpointDetailed

from backend.connection import open_workspace
from backend.serving.endpoints import Endpoints, Readiness, endpoint_from

LIST = "GET /api/2.0/serving-endpoints"


def _entity(version, deployment="DEPLOYMENT_READY", message="", name=None):
    return {
        "name": name or f"chain_{version}",
        "entity_name": "main.rag.chain",
        "entity_version": version,
        "state": {"deployment": deployment, "deployment_state_message": message},
    }


def _config(*shares):
    routes = [
        {"served_model_name": entity["name"], "traffic_percentage": share}
        for entity, share in shares
    ]
    entities = [entity for entity, _ in shares]
    return {"served_entities": entities, "traffic_config": {"routes": routes}}


def _endpoint(ready="READY", update="NOT_UPDATING", **parts):
    state = {"ready": ready, "config_update": update}
    return endpoint_from(ServingEndpointDetailed.from_dict({"name": "e", "state": state, **parts}))


def test_versions_with_traffic_are_live_and_feedback_is_no_version():
    """The largest share comes first; what is at 0 % and the feedback entity do not answer."""
    feedback = _entity("1", name="feedback")
    shares = ((_entity("2"), 10), (_entity("3"), 90), (_entity("1"), 0), (feedback, 0))

    endpoint = _endpoint(config=_config(*shares))

    assert [version.version for version in endpoint.live] == ["3", "2"]
    assert [version.version for version in endpoint.served] == ["2", "3", "1"]


FAILED = _config((_entity("1", "DEPLOYMENT_FAILED", "No module named 'faiss'."), 100))
STOPPED = _config((_entity("1", "DEPLOYMENT_ABORTED", "The endpoint is stopped."), 100))
STARTING = _config((_entity("1", "DEPLOYMENT_CREATING"), 100))
AT = datetime.fromtimestamp(1_700_000_000, UTC)
READY = _config((_entity("1"), 100))


@pytest.mark.parametrize(
    ("expected", "problem", "parts"),
    [
        (Readiness.READY, "", {"config": READY}),
        (Readiness.READY, "", {"config": READY, "update": "IN_PROGRESS"}),
        (
            Readiness.READY,
            "No module named 'faiss'.",
            {"config": READY, "pending_config": FAILED, "update": "UPDATE_FAILED"},
        ),
        (
            Readiness.STARTING,
            "",
            {"pending_config": STARTING, "ready": "NOT_READY", "update": "IN_PROGRESS"},
        ),
        (
            Readiness.FAILED,
            "No module named 'faiss'.",
            {"pending_config": FAILED, "ready": "NOT_READY", "update": "UPDATE_FAILED"},
        ),
        (Readiness.FAILED, "No module named 'faiss'.", {"config": FAILED, "ready": "NOT_READY"}),
        (Readiness.STOPPED, "", {"config": STOPPED, "ready": "NOT_READY"}),
        (
            Readiness.STARTING,
            "",
            {"config": STOPPED, "ready": "NOT_READY", "update": "IN_PROGRESS"},
        ),
        (Readiness.STARTING, "", {"config": STARTING, "ready": "NOT_READY"}),
        (
            Readiness.FAILED,
            "The last change could not be made.",
            {"ready": "NOT_READY", "update": "UPDATE_CANCELED"},
        ),
    ],
)
def test_readiness_and_problem_follow_the_state(expected, problem, parts):
    """An endpoint that answers is ready, whatever happened to its last change."""
    endpoint = _endpoint(**parts)

    assert (expected, problem) == (endpoint.readiness, endpoint.problem)


def test_change_that_was_called_off_is_neither_a_problem_nor_to_come():
    """What was served answers as before, and nobody waits for anything."""
    endpoint = _endpoint(config=READY, pending_config=STARTING, update="UPDATE_CANCELED")

    assert (endpoint.readiness, endpoint.problem, endpoint.coming) == (Readiness.READY, "", ())


def test_a_failed_version_without_traffic_is_no_problem():
    """What nobody is sent to does not worry a reviewer."""
    idle = _entity("1", "DEPLOYMENT_FAILED", "out of memory")

    assert _endpoint(config=_config((_entity("2"), 100), (idle, 0))).problem == ""


def test_a_change_tells_since_when_it_is_under_way():
    """Where the workspace does not say, it is the endpoint's last change."""
    started = STARTING | {"start_time": 1_700_000_000_000}

    assert _endpoint(pending_config=started).changing_since == AT
    assert _endpoint(last_updated_timestamp=1_700_000_000_000).changing_since == AT
    assert _endpoint().changing_since is None


def test_only_what_the_person_may_ask_is_listed(workspace):
    """The platform's own models, endpoints only to look at and those just deleted are left out."""
    names = ["b-chain", "a-chain", "look-only", "deleted"]
    listed = [{"name": name, "config": READY} for name in names]
    model = {"name": "system.ai.llm", "entity_name": "llm", "foundation_model": {"name": "llm"}}
    listed.append({"name": "databricks-llm", "config": {"served_entities": [model]}})
    workspace.answers[LIST] = (200, {"endpoints": listed})
    state = {"ready": "READY", "config_update": "NOT_UPDATING"}
    for name, level in [
        ("a-chain", "CAN_QUERY"),
        ("b-chain", "CAN_MANAGE"),
        ("look-only", "CAN_VIEW"),
    ]:
        detail = {"name": name, "state": state, "config": READY, "permission_level": level}
        workspace.answers[f"{LIST}/{name}"] = (200, detail)

    usable = Endpoints(open_workspace(workspace.address, "token")).usable()

    assert [endpoint.name for endpoint in usable] == ["a-chain", "b-chain"]
