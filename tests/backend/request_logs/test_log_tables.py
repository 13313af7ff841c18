"""Which tables are taken: what may not be read, or is of no known kind, is as good as absent."""

import pytest

from backend.connection import open_workspace
from backend.errors import NotAllowed, NotOffered
from backend.feedback.assessment_tables import AssessmentLog
from backend.request_logs.log_tables import NO_KNOWN_TABLES, tables_at
from tests.backend.judged import SUBMIT

LOG = AssessmentLog("m", "s", "chain")
REQUEST_LOG = ("databricks_request_id", "timestamp", "status_code", "request", "request_raw")
PAYLOAD = ("databricks_request_id", "request_time", "request", "logging_error_codes")
WORDS = ("request_id", "source", "timestamp", "text_assessment")
DENIED = "[INSUFFICIENT_PERMISSIONS] no SELECT"


class Catalog:
    """Answers what is asked of tables; `refused` are those that may be described at most."""

    def __init__(self):
        self.tables = {"_payload": PAYLOAD, "_request_logs": REQUEST_LOG, "_assessment_logs": WORDS}
        self.types = {}
        self.denied, self.refused = set(), set()
        self.newer_in_payload = False

    def answer(self, statement):
        """Return the columns and rows of a statement, or why there are none."""
        name = next(each for each in (*reversed(self.tables), "?") if each in statement)
        if name in self.denied:
            return DENIED
        if statement.startswith("DESCRIBE"):
            if name not in self.tables or "_view" in statement:
                return "[TABLE_OR_VIEW_NOT_FOUND] none"
            named = self.tables[name]
            rows = [[each, self.types.get((name, each), "string")] for each in named]
            return ["col_name", "data_type"], rows
        if name in self.refused:
            return DENIED
        if "max(" in statement:
            return ["newest"], [["1"]]
        return ["id"], [["r-1"]] if self.newer_in_payload else []


@pytest.fixture
def catalog(workspace, monkeypatch):
    found, usual = Catalog(), workspace.answer
    workspace.answers["GET /api/2.0/sql/warehouses"] = (200, {"warehouses": [{"id": "w"}]})

    def answer(request, body, is_json):
        if request != SUBMIT:
            return usual(request, body, is_json)
        usual(request, body, is_json)
        said = found.answer(workspace.received[-1][1]["statement"])
        if isinstance(said, str):
            return 200, {"statement_id": "s", "status": {"state": "FAILED", "error": _error(said)}}
        columns = [{"name": name, "type_name": "STRING"} for name in said[0]]
        answered = {"manifest": {"schema": {"columns": columns}}, "result": {"data_array": said[1]}}
        return 200, {"statement_id": "s", "status": {"state": "SUCCEEDED"}} | answered

    monkeypatch.setattr(workspace, "answer", answer)
    return found


@pytest.fixture
def look(workspace, catalog):
    client = open_workspace(workspace.address, "token")
    return lambda: tables_at(client, "chain", LOG)


def _error(message):
    return {"error_code": "BAD_REQUEST", "message": message}


def test_request_log_is_read_where_the_payload_may_not_be(look, catalog):
    """Bodies as they came may be for fewer people than questions and answers."""
    for catalog.denied, catalog.refused in (({"_payload`"}, set()), (set(), {"_payload`"})):
        catalog.tables = {
            "_payload`": PAYLOAD,
            "_request_logs": REQUEST_LOG,
            "_assessment_logs": WORDS,
        }
        found = look()

        assert found.requests == "`m`.`s`.`chain_payload_request_logs`"
        assert found.assessments == "`m`.`s`.`chain_payload_assessment_logs`"
        assert found.payload is None


def test_requests_are_shown_to_who_may_not_read_the_verdicts(look, catalog):
    """Only filters by what was said are missing then."""
    catalog.denied = {"_assessment_logs"}

    found = look()

    assert found.assessments is None
    assert found.payload == "`m`.`s`.`chain_payload`"


def test_who_may_read_none_is_told_whom_to_ask(look, catalog):
    """It is a matter of rights, and not of the workspace."""
    catalog.denied = set(catalog.tables)

    with pytest.raises(NotAllowed, match="right to select"):
        look()


def test_tables_of_no_known_kind_are_not_shown_as_empty(look, catalog):
    """Neither bodies that are no text, nor rows that cannot be told apart, can be listed."""
    catalog.tables = {"_payload": ("request_id", "request", "trace"), "_request_logs": ("x",)}
    with pytest.raises(NotOffered) as raised:
        look()
    assert raised.value.sentence == NO_KNOWN_TABLES

    catalog.tables = {"_payload": PAYLOAD}
    catalog.types = {("_payload", "request"): "struct<request_id:string>"}
    with pytest.raises(NotOffered):
        look()


def test_payload_is_taken_where_nobody_fills_the_log_any_more(look, catalog):
    """And it is known then that the latest words are not in the table of words either."""
    assert not look().is_given_up

    catalog.newer_in_payload = True
    found = look()

    assert found.is_given_up
    assert found.requests == "`m`.`s`.`chain_payload`"
    assert found.assessments is not None
