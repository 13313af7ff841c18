"""The SQL console: nothing runs by itself, results as they are, errors with their place."""

from datetime import date

import pandas as pd
import pytest

from backend.errors import NotFound, NotOffered, TooManyRequests
from backend.sql_console.record import Chunk, Look, Problem, Result, State
from components.sql_console import state
from tests.pages.queried import COLUMNS, ROWS, SELECT, button, opened, ran

BROKEN = Look(
    State.FAILED,
    problem=Problem("It is *wrong*.", "PARSE_SYNTAX_ERROR", "42601", 1, 7, "[PARSE_SYNTAX_ERROR]"),
)


def test_who_is_no_analyst_has_no_console(visit, shown):
    """A reviewer has no such page, and whoever has no role yet is told what is missing."""
    at = visit.open()
    with pytest.raises(ValueError, match=r"sql_console\.py"):
        at.switch_page("../pages/sql_console.py")
    visit.identity.roles = set()
    assert "You have no role here yet" in shown(visit.open("sql_console.py"))


def test_link_shows_the_statement_and_runs_nothing(analyst, console):
    """Somebody else's statement may do what one does not want."""
    at = opened(analyst, q="DROP TABLE x")

    assert at.text_area[0].value == "DROP TABLE x"
    assert console.submitted == []


def test_statement_runs_and_its_result_is_a_table_of_what_it_is(analyst, console, shown):
    """Numbers are numbers and days are days; null is not an empty text."""
    at = ran(analyst)

    assert console.submitted == [SELECT]
    assert "3 rows in" in shown(at)
    table = at.dataframe[0].value
    assert table["version"].tolist()[:2] == ["1", ""]
    assert pd.isna(table["version"][2])
    assert table["asked"].tolist()[:2] == [12, 7]
    assert table["day"].tolist()[:2] == [date(2026, 3, 1), date(2026, 3, 2)]
    assert at.query_params["q"] == SELECT
    assert at.query_params["run"] == "run-1"


def test_run_in_the_address_is_looked_at_again(analyst, console, shown):
    """A tab that was closed has lost nothing; nothing is submitted for it."""
    at = opened(analyst, q=SELECT, run="run-9")

    assert "3 rows" in shown(at)
    assert console.submitted == []


def test_result_that_is_gone_is_said_and_the_statement_stays(analyst, console, shown):
    """It is kept for an hour, for who ran it."""
    console.looks = [NotFound("The result is not kept any more. Run the statement again.")]
    at = opened(analyst, q=SELECT, run="run-9")

    assert "Run the statement again" in shown(at)
    assert at.text_area[0].value == SELECT


def test_edited_statement_is_no_longer_that_of_the_run(analyst):
    """A link never shows a result beside a statement that did not find it."""
    at = ran(analyst)
    at.text_area[0].set_value("SELECT 2").run()

    assert at.query_params["q"] == "SELECT 2"
    assert "run" not in at.query_params


def test_statement_that_is_too_long_for_a_link_says_so(analyst, shown):
    """The address is not cut: it holds the statement or nothing of it."""
    at = opened(analyst)
    at.text_area[0].set_value(f"SELECT '{'ä' * state.LONGEST_LINK}'").run()

    assert "too long for a link" in shown(at)
    assert "q" not in at.query_params


def test_statement_stays_when_one_comes_back_from_another_page(analyst):
    """What was written is not lost by a look at something else."""
    at = ran(analyst)
    at.switch_page("../pages/home.py").run()
    at.query_params.clear()
    at.switch_page("../pages/sql_console.py").run()

    assert at.text_area[0].value == SELECT
    assert len(at.dataframe) == 1


def test_change_is_asked_about_first(analyst, console, shown):
    """The first click runs nothing; the question names what it is."""
    at = ran(analyst, "DELETE FROM x")

    assert console.submitted == []
    assert "It begins with **DELETE**" in shown(at)
    at.button(key="sql_run_change").click().run()
    assert console.submitted == ["DELETE FROM x"]


def test_statement_that_takes_long_is_followed_and_can_be_cancelled(analyst, console, shown):
    """How long it takes is told; nothing can be run meanwhile."""
    console.looks = [Look(State.RUNNING)]
    at = ran(analyst)

    assert "It has been running for" in shown(at)
    at = at.run()
    assert button(at, "Run").disabled
    button(at, "Cancel").click().run()
    at.run()
    assert console.canceled == ["run-1"]
    assert "The statement was stopped" in shown(at)


def test_statement_that_waits_says_for_what(analyst, console, shown):
    """A warehouse may have to start first."""
    console.looks = [Look(State.WAITING)]
    at = opened(analyst, q=SELECT, run="run-9")

    assert "the SQL warehouse is busy or starting" in shown(at)


def test_failure_is_a_sentence_with_its_place_marked(analyst, console, shown):
    """Line and arrow, the stable code, and what the workspace said for who wants it."""
    console.looks = [BROKEN]
    at = ran(analyst, "SELECT zz FROM t")

    text = shown(at)
    assert "It is *wrong*." in text
    assert "Line 1, character 8 · PARSE_SYNTAX_ERROR · SQLSTATE 42601" in text.replace("\u2060", "")
    assert at.code[0].value == "1 | SELECT zz FROM t\n           ^"
    assert at.text[0].value == "[PARSE_SYNTAX_ERROR]"


@pytest.mark.parametrize("problem", [TooManyRequests(retry_after=5), NotOffered("No warehouse.")])
def test_refused_statement_says_why(analyst, console, shown, problem):
    """What was written stays."""
    console.error = problem
    at = ran(analyst)

    assert problem.sentence in shown(at)
    assert at.text_area[0].value == SELECT


def test_long_result_is_shown_in_parts_and_says_where_it_ends(analyst, console, shown):
    """A thousand rows at a time, and what was cut off is not passed over in silence."""
    result = Result(COLUMNS, 2_500, (Chunk(0, 0, 2_500),), is_cut=True)
    console.looks = [Look(State.DONE, result)]
    console.rows = ROWS[:1] * 1000
    at = ran(analyst)

    assert "Rows 1 to 1,000 are shown" in shown(at)
    assert "There was more" in shown(at)
    button(at, "Later rows").click().run()
    assert "Rows 1,001 to 2,000 are shown" in shown(at)
    assert console.pages == [0, 1000]


def test_chosen_row_is_read_in_full(analyst, console, shown):
    """Also what the table only begins; nothing and an empty text are told apart."""
    console.whole = ("<b>x</b>" * 10, "", None)
    at = ran(analyst)
    at.session_state["sql_rows_run-1_0"] = {"selection": {"rows": [1], "columns": []}}
    at.run()

    assert "Row 2" in shown(at)
    assert at.code[0].value == "<b>x</b>" * 10
    assert "NULL: there is no value." in shown(at)
    assert "An empty text." in shown(at)


def test_nothing_found_is_said(analyst, console, shown):
    """No empty table stands there."""
    console.looks = [Look(State.DONE, Result(COLUMNS, 0))]
    at = ran(analyst)

    assert "Nothing was found" in shown(at)
    assert len(at.dataframe) == 0


def test_result_can_be_taken_along(analyst):
    """As a file, which is made when it is wanted."""
    at = ran(analyst)

    assert any(each.label == "Download as CSV" for each in at.get("download_button"))
