"""Statements through the official client, at the shapes the platform answers with."""

import pytest

from backend.connection import open_workspace
from backend.errors import NotAllowed, NotFound
from backend.identity import Role, Viewer
from backend.sql_console.console import SqlConsole
from backend.sql_console.record import Chunk, Column, Kind, Result, State, TableColumn

SUBMIT = "POST /api/2.0/sql/statements"
LOOK = "GET /api/2.0/sql/statements/s1"
HISTORY = "GET /api/2.0/sql/history/queries"
ANN = Viewer("ann@example.com", "Ann", frozenset({Role.ANALYST}))


@pytest.fixture
def console(workspace):
    running = {"warehouses": [{"id": "w1", "state": "RUNNING"}]}
    workspace.answers["GET /api/2.0/sql/warehouses"] = (200, running)
    workspace.answers[SUBMIT] = (200, {"statement_id": "s1", "status": {"state": "PENDING"}})
    return SqlConsole(open_workspace(workspace.address, "token"))


def described(name, kind, text=""):
    return {"name": name, "type_name": kind, "type_text": text or kind}


def done(columns, chunks, **more):
    """Return what the platform answers of a statement that is done."""
    manifest = {
        "schema": {"columns": columns},
        "total_row_count": sum(count for _, count in chunks),
        "chunks": [
            {"chunk_index": index, "row_offset": offset, "row_count": count}
            for index, (offset, count) in enumerate(chunks)
        ],
    }
    answer = {"statement_id": "s1", "status": {"state": "SUCCEEDED"}, "manifest": manifest | more}
    return 200, answer


def chunk(workspace, index, rows):
    path = f"GET /api/2.0/sql/statements/s1/result/chunks/{index}"
    workspace.answers[path] = (200, {"chunk_index": index, "data_array": rows})


def test_statement_is_submitted_within_limits_and_nobody_waits(workspace, console):
    """It is cut before the platform would refuse it, and tagged to be found again."""
    assert console.submit("SELECT 1") == "s1"

    sent = workspace.sent(SUBMIT)
    assert (sent["statement"], sent["warehouse_id"]) == ("SELECT 1", "w1")
    assert (sent["wait_timeout"], sent["row_limit"]) == ("0s", 10_000)
    assert sent["byte_limit"] < 25 * 1024 * 1024
    assert sent["query_tags"] == [{"key": "review_app", "value": "sql_console"}]


@pytest.mark.parametrize(
    ("state", "is_over"), [("PENDING", False), ("RUNNING", False), ("CANCELED", True)]
)
def test_state_is_told_in_our_words(workspace, console, state, is_over):
    """What is not over has no result yet."""
    workspace.answers[LOOK] = (200, {"statement_id": "s1", "status": {"state": state}})

    look = console.look("s1", patience=0.05)

    assert look.state.is_over is is_over
    assert look.result is None


def test_result_says_what_it_consists_of(workspace, console):
    """Columns of one name are told apart, and kinds are known by their types."""
    columns = [described("a", "INT"), described("a", "STRING"), described("t", "TIMESTAMP")]
    workspace.answers[LOOK] = done(columns, [(0, 2), (2, 1)], truncated=True)

    look = console.look("s1")

    assert look.state is State.DONE
    assert look.result == Result(
        (
            Column("a", "INT", Kind.WHOLE),
            Column("a (2)", "STRING", Kind.TEXT),
            Column("t", "TIMESTAMP", Kind.MOMENT),
        ),
        3,
        (Chunk(0, 0, 2), Chunk(1, 2, 1)),
        is_cut=True,
    )


def test_column_of_a_type_the_client_does_not_know_is_told_by_its_name(workspace, console):
    """A moment without a zone can be plotted, too."""
    columns = [{"name": "t", "type_text": "TIMESTAMP_NTZ"}, {"name": "v", "type_text": "VARIANT"}]
    columns[0]["type_name"] = "TIMESTAMP_NTZ"
    workspace.answers[LOOK] = done(columns, [])

    result = console.look("s1").result

    assert result
    assert [each.kind for each in result.columns] == [Kind.MOMENT, Kind.TEXT]


def test_failure_is_told_with_its_place(workspace, console):
    """The client does not raise when a statement fails."""
    error = {"message": "[PARSE_SYNTAX_ERROR] Near 'x'. SQLSTATE: 42601 (line 1, pos 3)"}
    status = {"state": "FAILED", "error": error, "sql_state": "42601"}
    workspace.answers[LOOK] = (200, {"statement_id": "s1", "status": status})

    look = console.look("s1")

    assert look.problem
    assert (look.state, look.problem.line, look.problem.position) == (State.FAILED, 1, 3)


@pytest.mark.parametrize("answer", [(404, {"error_code": "NOT_FOUND"}), None])
def test_result_that_is_gone_says_so(workspace, console, answer):
    """Kept no longer, closed, or somebody else's: it has to be run again."""
    closed = (200, {"statement_id": "s1", "status": {"state": "CLOSED"}})
    workspace.answers[LOOK] = answer or closed

    with pytest.raises(NotFound, match="Run the statement again"):
        console.look("s1")


def test_page_reads_only_the_chunks_it_needs_and_begins_long_cells(workspace, console):
    """A row further down is found in its chunk; one row is read whole."""
    result = Result((Column("a", "STRING", Kind.TEXT),), 3, (Chunk(0, 0, 2), Chunk(1, 2, 1)))
    long = "x" * 1000
    chunk(workspace, 1, [[long]])

    page = console.page("s1", result, 2)

    assert (page.first, page.has_cut_cells) == (2, True)
    assert page.rows == ((f"{'x' * 400}…",),)
    assert console.row("s1", result, 2) == (long,)
    chunk(workspace, 0, [["1"], [None]])
    assert console.page("s1", result, 0).rows[:2] == (("1",), (None,))


def test_file_has_every_chunk_and_no_formula(workspace, console):
    """What a spreadsheet would run is text."""
    columns = (Column("a", "STRING", Kind.TEXT), Column("a (2)", "STRING", Kind.TEXT))
    result = Result(columns, 2, (Chunk(0, 0, 1), Chunk(1, 1, 1)))
    chunk(workspace, 0, [["=1+1", "b"]])
    chunk(workspace, 1, [[None, ""]])

    written = b"".join(console.csv("s1", result)).decode()

    assert written.splitlines() == ["a,a (2)", "'=1+1,b", ","]


def test_statement_is_called_off(workspace, console):
    """By its id, with the person's token."""
    workspace.answers["POST /api/2.0/sql/statements/s1/cancel"] = (200, {})
    console.cancel("s1")
    assert workspace.received[-1][0] == "POST /api/2.0/sql/statements/s1/cancel"


def test_who_may_not_use_sql_is_told(workspace, console):
    """The workspace says no; the app adds nothing to it."""
    workspace.answers[SUBMIT] = (403, {"error_code": "PERMISSION_DENIED", "message": "No."})
    with pytest.raises(NotAllowed):
        console.submit("SELECT 1")


def query(number, tags=(), user="ann@example.com", **more):
    usual = {
        "query_id": f"q{number}",
        "query_text": f"SELECT {number}",
        "status": "FINISHED",
        "query_start_time_ms": 1_700_000_000_000,
        "duration": 120,
        "rows_produced": 1,
        "user_name": user,
        "query_tags": [{"key": key, "value": value} for key, value in tags],
    }
    return usual | more


def test_history_has_the_consoles_statements_of_this_person(workspace, console):
    """What pages asked for, and what others asked, is not among them unless it is wanted."""
    ours = (("review_app", "sql_console"),)
    workspace.answers["GET /api/2.0/preview/scim/v2/Me"] = (200, {"id": "77"})
    listed = [
        query(1, ours),
        query(2),
        query(3, ours, user="otto@example.com"),
        query(4, ours, status="FAILED", error_message="[X] It broke."),
    ]
    workspace.answers[HISTORY] = (200, {"res": listed, "has_next_page": False})

    found = console.mine(ANN)

    assert [each.run_id for each in found] == ["q1", "q4"]
    first, last = found
    assert (first.text, first.state, first.took_ms, first.rows) == ("SELECT 1", State.DONE, 120, 1)
    assert first.at
    assert (last.state, last.rows, last.error) == (State.FAILED, None, "[X] It broke.")
    every = console.mine(ANN, of_any_program=True)
    assert [each.run_id for each in every] == ["q1", "q2", "q4"]


def answer_to_statements(workspace, columns, rows):
    columns = [described(name, "STRING") for name in columns]
    manifest = {"schema": {"columns": columns}}
    status = {"state": "SUCCEEDED"}
    answer = {"statement_id": "s1", "status": status, "manifest": manifest}
    workspace.answers[SUBMIT] = (200, answer | {"result": {"data_array": rows}})


def test_what_there_is_to_name_is_read_level_by_level(workspace, console):
    """Names are quoted whatever is in them; what follows the columns is not one."""
    answer_to_statements(workspace, ["namespace"], [["a`b"], ["c"]])
    assert console.schemas("m`x") == ["a`b", "c"]
    assert workspace.received[-1][1]["statement"] == "SHOW SCHEMAS IN `m``x`"
    answer_to_statements(
        workspace,
        ["database", "tableName", "isTemporary"],
        [["s", "t", "false"], ["", "mine", "true"]],
    )
    assert console.tables("m", "s") == ["t"]
    answer_to_statements(
        workspace,
        ["col_name", "data_type", "comment"],
        [["a", "int", None], ["# Partition Information", "", ""], ["a", "int", ""]],
    )
    assert console.columns("m", "s", "t") == [TableColumn("a", "int")]
    answer_to_statements(workspace, ["catalog"], [["main"]])
    assert console.catalogs() == ["main"]
