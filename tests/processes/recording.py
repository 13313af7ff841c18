"""Endpoints whose requests are put on record."""

from local_workspace import WorkspaceConnection
from tests.processes.conftest import MODEL, api, state, wait_for


def older_endpoint(connection: WorkspaceConnection, name: str) -> None:
    """Create one that asks for its table in the older way, and wait for it."""
    capture = _table(name)
    served = {"entity_name": MODEL, "entity_version": "1", "name": "v1"}
    config = {"served_entities": [served], "auto_capture_config": capture}
    recorded_endpoint(connection, name, config=config, ai_gateway={})


def judged_endpoint(connection: WorkspaceConnection, name: str) -> None:
    """Create one with tables that takes verdicts, too, and wait for it."""
    entities = [
        {"entity_name": MODEL, "entity_version": "1", "name": "v1"},
        {"entity_name": "main.records.feedback", "entity_version": "1", "name": "feedback"},
    ]
    routes = [{"served_entity_name": "v1", "traffic_percentage": 100}]
    config = {"served_entities": entities, "traffic_config": {"routes": routes}}
    recorded_endpoint(connection, name, config=config)


def recorded_endpoint(connection: WorkspaceConnection, name: str, **more) -> None:
    """Create an endpoint with tables `main.records.NAME_payload…` and wait for it."""
    served = {"entity_name": MODEL, "entity_version": "1", "name": "v1"}
    body = {
        "name": name,
        "config": {"served_entities": [served]},
        "ai_gateway": {"inference_table_config": _table(name)},
    } | more
    answer = api(connection, "POST", "/api/2.0/serving-endpoints", json=body)
    assert answer.status_code == 200, answer.text
    wait_for(lambda: state(connection, name)["ready"] == "READY")


def _table(name: str) -> dict[str, object]:
    return {
        "enabled": True,
        "catalog_name": "main",
        "schema_name": "records",
        "table_name_prefix": name,
    }
