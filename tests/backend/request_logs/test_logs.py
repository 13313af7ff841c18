"""The log of one visitor: which endpoints keep one, and whose words stand beside a request."""

from datetime import UTC, datetime

import pytest

from backend.connection import open_workspace
from backend.feedback.feedback import RecordedVerdicts
from backend.feedback.verdicts import Thumb, Verdict
from backend.request_logs import logs
from backend.request_logs.log_tables import LogTables
from backend.request_logs.logs import RequestLogs
from backend.request_logs.record import LogDetail, LogRow
from backend.turns.answers import Answer
from backend.turns.recorded_turns import Asked, RecordedTurn
from tests.backend.judged import ANALYST

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
LIST = "GET /api/2.0/serving-endpoints"
TABLE = {"enabled": True, "catalog_name": "m", "schema_name": "s"}


def test_only_endpoints_the_list_says_nothing_of_are_asked_one_by_one(workspace):
    """A workspace has dozens of models of the platform's own."""
    gateway = {"ai_gateway": {"inference_table_config": TABLE}}
    older = {"config": {"auto_capture_config": TABLE}}
    models = {"config": {"served_entities": [{"foundation_model": {"name": "big"}}]}}
    listed = [
        {"name": "with-table", **gateway},
        {"name": "platform", **models},
        {"name": "older"},
        {"name": "without"},
    ]
    workspace.answers[LIST] = (200, {"endpoints": listed})
    workspace.answers[f"{LIST}/older"] = (200, {"name": "older", **older})
    workspace.answers[f"{LIST}/without"] = (200, {"name": "without"})

    found = RequestLogs(open_workspace(workspace.address, "token"), None).endpoints(ANALYST)

    assert found == ["older", "with-table"]
    asked = {request for request, _ in workspace.received if request.startswith(f"{LIST}/")}
    assert asked == {f"{LIST}/older", f"{LIST}/without"}


class InMlflow:
    """What MLflow knows of everybody's words."""

    def read(self, _viewer, _endpoint, request_ids):
        (request_id,) = request_ids
        verdict = Verdict(request_id, "rita", thumb=Thumb.NEGATIVE, given_at=NOON)
        return RecordedVerdicts({request_id: [verdict]})


@pytest.mark.parametrize(("is_given_up", "down"), [(True, 1), (False, 0)])
def test_words_come_from_mlflow_where_the_table_of_words_is_given_up(
    monkeypatch, is_given_up, down
):
    """What people say today is nowhere else; a table that is filled has the last word."""
    row = LogRow("r-1", NOON, 200, 5, "1", "rita", "c", "", "How many?")
    asked = Asked("c", "chain", "rita", NOON, "How many?")
    detail = LogDetail(row, "chain", "m", RecordedTurn(asked, Answer("Five.", "r-1")))
    tables = LogTables("chain", "t", "words", {}, is_given_up=is_given_up)
    monkeypatch.setattr(logs, "tables_of", lambda *_: tables)
    monkeypatch.setattr(logs.log_details, "read", lambda *_: detail)

    found = RequestLogs(None, InMlflow()).open(ANALYST, "chain", "r-1")

    assert found.row.down == down
