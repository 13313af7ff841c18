"""What takes how much of the disk, asked as the visitor."""

import pytest

from backend.connection import open_workspace
from backend.errors import NotAllowed
from backend.storage import CLEAN, USE, Storage, StoredItem
from tests.backend.judged import ENDPOINT, SUBMIT

FOUND = {
    "free_bytes": 7,
    "measured_at": 1_772_539_200_000,
    "parts": [
        {"name": "traces", "bytes": 5, "cleanable_bytes": 0, "items": []},
        {
            "name": "models",
            "bytes": 3,
            "cleanable_bytes": 2,
            "items": [{"name": "main.rag.chain 1", "bytes": 2, "is_used": False}],
        },
    ],
}


@pytest.fixture
def storage(workspace) -> Storage:
    return Storage(open_workspace(workspace.address, "token"))


def test_a_local_workspace_says_what_takes_how_much(workspace, storage):
    """Part by part, with what may be cleaned."""
    workspace.answers[f"GET {USE}"] = (200, FOUND)

    use = storage.use()

    assert use is not None
    assert (use.size, use.free) == (8, 7)
    assert [(part.name, part.cleanable) for part in use.parts] == [("traces", 0), ("models", 2)]
    assert use.parts[1].items == (StoredItem("main.rag.chain 1", 2, is_used=False),)


def test_a_workspace_without_such_a_route_has_no_disk_of_its_own(storage):
    """Databricks is asked the same, and does not know it."""
    assert storage.use() is None


def test_who_is_no_admin_is_refused(workspace, storage):
    """The workspace decides, and it is no sign of being somewhere else."""
    denied = {"error_code": "PERMISSION_DENIED", "message": "alice is not an admin."}
    workspace.answers[f"GET {USE}"] = (403, denied)

    with pytest.raises(NotAllowed):
        storage.use()


def test_cleaning_names_the_parts_and_says_what_came_free(workspace, storage):
    """Only what was chosen is cleaned."""
    workspace.answers[f"POST {CLEAN}"] = (200, {"freed_bytes": 2, "freed": {"models": 2}})

    assert storage.clean(["models"]) == 2
    assert workspace.sent(f"POST {CLEAN}") == {"parts": ["models"]}


def test_tables_are_as_large_as_delta_says(workspace, storage, endpoint):
    """All three of them, each by its own statement."""
    workspace.answers["GET /api/2.0/sql/warehouses"] = (200, {"warehouses": [{"id": "w"}]})
    columns = [{"name": name} for name in ("name", "sizeInBytes")]
    workspace.answers[SUBMIT] = (
        200,
        {
            "statement_id": "s",
            "status": {"state": "SUCCEEDED"},
            "manifest": {"schema": {"columns": columns}},
            "result": {"data_array": [["spark_catalog.x", "2048"]]},
        },
    )

    sizes = storage.tables(ENDPOINT)

    names = ["chain_payload", "chain_payload_request_logs", "chain_payload_assessment_logs"]
    assert sizes == tuple(StoredItem(f"main.rag.{name}", 2048) for name in names)
    asked = [body["statement"] for request, body in workspace.received if request == SUBMIT]
    assert asked[0] == "DESCRIBE DETAIL `main`.`rag`.`chain_payload`"


def test_endpoint_without_tables_has_none(storage, endpoint):
    """Nothing is asked of the warehouse."""
    endpoint(tables=False)

    assert storage.tables(ENDPOINT) == ()
