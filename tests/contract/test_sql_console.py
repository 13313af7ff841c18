"""The SQL console's service against the workspace: places of errors, results, cancel, history."""

import time

import pytest
from databricks.sdk.errors import InvalidParameterValue, PermissionDenied
from databricks.sdk.service.sql import QueryFilter, QueryStatus, QueryTag

from backend.errors import NotAllowed, NotFound
from backend.identity import Identity
from backend.sql_console.console import SqlConsole
from backend.sql_console.problems import marked
from backend.sql_console.record import State
from tests.contract.test_sql import SLOW


@pytest.fixture(scope="module")
def analyst(as_person):
    return as_person("analysts")


@pytest.fixture(scope="module")
def console(analyst) -> SqlConsole:
    return SqlConsole(analyst)


def finished(console, statement):
    """Run a statement to its end."""
    run_id = console.submit(statement)
    look = console.look(run_id, patience=20)
    assert look.state.is_over
    return run_id, look


@pytest.mark.parametrize(
    ("statement", "code", "drawn"),
    [
        (
            "SELECT *\nFORM main.x.y WHERE",
            "PARSE_SYNTAX_ERROR",
            "2 | FORM main.x.y WHERE\n         ^",
        ),
        (
            "SELECT 1,\n  nothing FROM VALUES (1) AS t(a)",
            "UNRESOLVED_COLUMN",
            "2 |   nothing FROM VALUES …\n      ^",
        ),
        (
            "SELECT a FROM main.no.place",
            "TABLE_OR_VIEW_NOT_FOUND",
            "1 | SELECT a FROM main.no.place\n                  ^",
        ),
    ],
)
def test_error_comes_with_the_place_it_is_at(console, statement, code, drawn):
    """The arrow stands below the word that is wrong."""
    _, look = finished(console, statement)

    assert look.state is State.FAILED
    assert look.problem
    assert look.problem.code.startswith(code)
    assert look.problem.sql_state
    assert marked(statement, look.problem) == drawn


def test_result_is_read_in_parts(console):
    """More than a chunk, cut where the console ends, and as a file."""
    run_id, look = finished(
        console,
        "SELECT n, repeat('x', 500) AS `=x` FROM (SELECT explode(sequence(1, 12000)) AS n)",
    )
    result = look.result
    assert result
    assert (result.row_count, result.is_cut) == (10_000, True)
    assert len(result.chunks) > 1

    page = console.page(run_id, result, 9_500)
    assert (len(page.rows), page.has_cut_cells) == (500, True)
    assert page.rows[0][0] == "9501"
    assert console.row(run_id, result, 9_999) == ("10000", "x" * 500)
    written = b"".join(console.csv(run_id, result))
    assert written.startswith(b"n,'=x\r\n")
    assert written.count(b"\r\n") == 10_001


def test_long_statement_is_cancelled(console):
    """It says that it runs, and stops when it is told to."""
    run_id = console.submit(SLOW)
    deadline = time.monotonic() + 20
    while console.look(run_id).state is not State.RUNNING:
        assert time.monotonic() < deadline
    console.cancel(run_id)
    assert console.look(run_id, patience=10).state is State.STOPPED


def test_history_lists_what_people_submitted(console, analyst, client, as_person):
    """One's own, the latest first; an admin's list has everybody's; tags tell whose program."""
    run_id, _ = finished(console, "SELECT 'for the history' AS a")
    failed_id, _ = finished(console, "SELECT nothing")
    viewer = Identity(analyst).viewer()
    names = {each.run_id: each for each in console.mine(viewer)}
    assert [*names][:2] == [failed_id, run_id]
    assert (names[run_id].rows, names[run_id].state) == (1, State.DONE)
    assert "UNRESOLVED_COLUMN" in names[failed_id].error

    page = analyst.query_history.list(max_results=1, include_metrics=True)
    assert page.res[0].query_id == failed_id
    assert page.res[0].query_tags == [QueryTag(key="review_app", value="sql_console")]
    assert page.has_next_page
    rest = analyst.query_history.list(max_results=1, page_token=page.next_page_token)
    assert rest.res[0].query_text == "SELECT 'for the history' AS a"
    wanted = QueryFilter(statement_ids=[run_id, failed_id], statuses=[QueryStatus.FINISHED])
    assert [each.query_id for each in client.query_history.list(filter_by=wanted).res] == [run_id]
    with pytest.raises(InvalidParameterValue):
        analyst.query_history.list(max_results=5000)
    with pytest.raises(PermissionDenied):
        as_person("reviewers").query_history.list()


def test_names_are_read_and_others_keep_theirs(console, client, as_person):
    """Everything an analyst may see can be found; a result belongs to who asked for it."""
    assert "main" in console.catalogs()
    assert "information_schema" in console.schemas("main")
    assert "tables" in console.tables("main", "information_schema")
    columns = console.columns("main", "information_schema", "schemata")
    assert [each.name for each in columns][:2] == ["catalog_name", "schema_name"]
    theirs, _ = finished(SqlConsole(client), "SELECT 1")
    with pytest.raises(NotFound, match="somebody else's"):
        console.look(theirs)
    with pytest.raises(NotAllowed):
        SqlConsole(as_person("reviewers")).submit("SELECT 1")
