"""Statements through the official client, at the shapes recorded from it."""

import pytest

from backend.connection import open_workspace
from backend.errors import NotAllowed, NotFound, NotOffered, Refused, TookTooLong, Unavailable
from backend.tables import sql

SUBMIT = "POST /api/2.0/sql/statements"
WAREHOUSES = "GET /api/2.0/sql/warehouses"


def succeeded(columns, rows, **result):
    """Return what the platform answers to a statement with rows."""
    schema = {"columns": [{"name": name, "type_name": "STRING"} for name in columns]}
    return {
        "statement_id": "s1",
        "status": {"state": "SUCCEEDED"},
        "manifest": {"schema": schema | {"column_count": len(columns)}},
        "result": {"data_array": rows, **result},
    }


def failed(state, message=None):
    """Return what the platform answers to one that failed: with status 200."""
    error = {"error": {"error_code": "BAD_REQUEST", "message": message}} if message else {}
    return {"statement_id": "s1", "status": {"state": state, **error}}


@pytest.fixture
def client(workspace):
    running = {"warehouses": [{"id": "w0", "state": "STOPPED"}, {"id": "w1", "state": "RUNNING"}]}
    workspace.answers[WAREHOUSES] = (200, running)
    return open_workspace(workspace.address, "token")


def test_rows_come_by_column_and_values_as_parameters(workspace, client):
    """The statement's text never holds a value; the warehouse that runs is asked."""
    workspace.answers[SUBMIT] = (200, succeeded(["a", "b"], [["1", None], ["2", "x"]]))

    found = sql.rows(client, "SELECT :who", {"who": "O'Hara'; DROP TABLE x"})

    assert found == [{"a": "1", "b": None}, {"a": "2", "b": "x"}]
    sent = workspace.sent(SUBMIT)
    assert sent["statement"] == "SELECT :who"
    assert sent["parameters"] == [{"name": "who", "value": "O'Hara'; DROP TABLE x"}]
    assert (sent["warehouse_id"], sent["on_wait_timeout"]) == ("w1", "CANCEL")


def test_further_chunks_are_fetched(workspace, client):
    """A long result comes in pieces, each of which names the next."""
    workspace.answers[SUBMIT] = (200, succeeded(["a"], [["1"]], next_chunk_index=1))
    path = "GET /api/2.0/sql/statements/s1/result/chunks/"
    workspace.answers[f"{path}1"] = (200, {"data_array": [["2"]], "next_chunk_index": 2})
    workspace.answers[f"{path}2"] = (200, {"data_array": [["3"]]})

    assert sql.rows(client, "SELECT 1", {}) == [{"a": "1"}, {"a": "2"}, {"a": "3"}]


def test_no_rows_are_an_empty_list(workspace, client):
    """The platform leaves out the list when there is none."""
    answer = succeeded(["a"], [])
    workspace.answers[SUBMIT] = (200, answer | {"result": {"row_count": 0}})

    assert sql.rows(client, "SELECT 1", {}) == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (failed("FAILED", "[TABLE_OR_VIEW_NOT_FOUND] no `t`"), NotFound),
        (failed("FAILED", "[INSUFFICIENT_PERMISSIONS] no SELECT"), NotAllowed),
        (failed("FAILED", "[PARSE_SYNTAX_ERROR] near x"), Refused),
        (failed("CANCELED"), TookTooLong),
    ],
    ids=["table", "right", "syntax", "time"],
)
def test_statement_that_failed_is_an_error_although_the_client_is_silent(
    workspace, client, answer, kind
):
    """The client returns a failed statement like any other."""
    workspace.answers[SUBMIT] = (200, answer)

    with pytest.raises(kind):
        sql.rows(client, "SELECT 1", {})


@pytest.mark.parametrize("state", ["STARTING", "STOPPED"])
def test_warehouse_that_is_starting_is_told_from_one_that_is_slow(workspace, client, state):
    """The first who comes in the morning is to know that waiting helps."""
    workspace.answers[SUBMIT] = (200, failed("CANCELED"))
    workspace.answers[f"{WAREHOUSES}/w1"] = (200, {"id": "w1", "state": state})

    with pytest.raises(Unavailable, match="starting"):
        sql.rows(client, "SELECT 1", {})

    workspace.answers[f"{WAREHOUSES}/w1"] = (200, {"id": "w1", "state": "RUNNING"})
    with pytest.raises(TookTooLong):
        sql.rows(client, "SELECT 1", {})


def test_workspace_without_a_warehouse_says_so(workspace, client):
    """Nobody can ask what is not there."""
    workspace.answers[WAREHOUSES] = (200, {})

    with pytest.raises(NotOffered, match="no SQL warehouse"):
        sql.rows(client, "SELECT 1", {})


def test_warehouse_can_be_chosen_where_the_app_is_started(workspace, monkeypatch):
    """Databricks Apps name theirs in the environment."""
    monkeypatch.setenv("DATABRICKS_WAREHOUSE_ID", "mine")
    workspace.answers[SUBMIT] = (200, succeeded(["a"], [["1"]]))

    sql.rows(open_workspace(workspace.address, "token"), "SELECT 1", {})

    assert workspace.sent(SUBMIT)["warehouse_id"] == "mine"


def test_names_cannot_leave_their_quotes():
    """A catalog may be called anything."""
    assert sql.quoted("main", "my schema", "a`; DROP") == "`main`.`my schema`.`a``; DROP`"


def test_who_calls_it_off_ends_the_statement_too(workspace, client):
    """Nobody waits for what it would find, so the warehouse does not go on."""
    cancel = "POST /api/2.0/sql/statements/s1/cancel"
    workspace.answers[SUBMIT] = (200, failed("RUNNING"))
    workspace.answers[cancel] = (200, {})

    with pytest.raises(TookTooLong):
        sql.rows(client, "SELECT 1", {}, patient=True, is_stopped=lambda: True)

    assert cancel in [request for request, _ in workspace.received]
    sent = workspace.sent(SUBMIT)
    assert (sent["wait_timeout"], sent["on_wait_timeout"]) == ("5s", "CONTINUE")


def test_warehouse_is_not_looked_for_again_before_each_statement(workspace, client):
    """A page is several statements, and asking for the warehouses takes as long as one of them."""
    workspace.answers[SUBMIT] = (200, succeeded(["a"], [["1"]]))

    for _ in range(3):
        sql.rows(client, "SELECT 1 AS a", {})

    assert [request for request, _ in workspace.received].count(WAREHOUSES) == 1
