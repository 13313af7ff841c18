"""A warehouse with requests, and what an analyst may do with it."""

import pytest

from backend.connection import open_workspace
from backend.log_export.exports import LogExport
from backend.log_export.under_way import UnderWay
from backend.tables.table_pages import PAGE_ROWS
from tests.backend.judged import DETAIL, SUBMIT
from tests.backend.log_export.warehoused import ENDPOINT, Warehouse, cells


@pytest.fixture
def warehouse(workspace, monkeypatch):
    """Answer statements from a list of requests."""
    found = Warehouse()
    table = {"catalog_name": "main", "schema_name": "rag", "table_name_prefix": "chain"}
    gateway = {"inference_table_config": table | {"enabled": True}}
    workspace.answers[DETAIL] = (200, {"name": ENDPOINT, "ai_gateway": gateway})
    workspace.answers["GET /api/2.0/sql/warehouses"] = (200, {"warehouses": [{"id": "w"}]})
    usual = workspace.answer

    def answer(request, body, is_json):
        status, said = usual(request, body, is_json)
        if request != SUBMIT:
            return status, said
        asked = workspace.received[-1][1]
        given = {each["name"]: each["value"] for each in asked.get("parameters", [])}
        return 200, found.answer(asked["statement"], given)

    monkeypatch.setattr(workspace, "answer", answer)
    return found


@pytest.fixture
def exports(workspace, warehouse):
    return LogExport(open_workspace(workspace.address, "visitor-token"), UnderWay())


@pytest.fixture
def filled(warehouse):
    """Two and a half pages."""
    warehouse.requests = [cells(number) for number in range(PAGE_ROWS * 2 + 500)]
    return warehouse
