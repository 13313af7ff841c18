"""Beside the statement: what there is to name, what was run of late, what has a name."""

from backend.errors import NotFound, NotOffered
from tests.pages.queried import SELECT, button, opened


def test_names_are_found_level_by_level_and_put_into_the_statement(analyst, console):
    """A level is asked for when it is needed, once; odd names are quoted."""
    at = opened(analyst)
    assert console.asked_names == [(), ("main",), ("main", "rag")]
    next(each for each in at.selectbox if each.label == "Table").set_value("chain_payload").run()
    button(at, "Start a SELECT").click().run()
    assert at.text_area[0].value == "SELECT *\nFROM `main`.`rag`.`chain_payload`\nLIMIT 100"

    at.text_area[0].set_value("SELECT ").run()
    button(at, "request").click().run()
    assert at.text_area[0].value == "SELECT request"
    button(at, "odd name").click().run()
    assert at.text_area[0].value == "SELECT request `odd name`"
    levels = [(), ("main",), ("main", "rag"), ("main", "rag", "chain_payload")]
    assert console.asked_names == levels

    button(at, "Look again").click().run()
    assert console.asked_names == levels * 2


def test_statement_has_a_name_for_the_team(analyst, shown):
    """Also where a link cannot hold it."""
    at = opened(analyst, q=SELECT)
    next(each for each in at.segmented_control if each.key == "sql_side").set_value("saved").run()

    assert not at.exception
    assert "saved a statement" in shown(at)


def test_empty_catalog_and_a_refusal_leave_the_page_usable(analyst, console, shown):
    """The statement does not need the list of names."""
    at = opened(analyst)
    at.selectbox[0].set_value("odd`one").run()
    assert not at.exception
    console.error = NotOffered("No warehouse.")
    button(at, "Look again").click().run()
    assert "No warehouse." in shown(at)
    assert at.text_area


def test_own_statements_can_be_put_back_and_their_results_seen_again(analyst, console, shown):
    """When, how long and how many rows; text that others may have written is only text."""
    at = opened(analyst)
    next(each for each in at.segmented_control if each.key == "sql_side").set_value("mine").run()

    assert "1.2 s · 5 rows" in shown(at)
    button(at, "SELECT * FROM <b>t</b>").click().run()
    assert at.text_area[0].value == "SELECT *\nFROM <b>t</b>"
    assert len(at.dataframe) == 0
    button(at, "Its result").click().run()
    assert len(at.dataframe) == 1
    assert at.query_params["run"] == "run-7"
    assert console.submitted == []


def test_workspace_without_a_history_says_so(analyst, console, shown):
    """Everything else works."""
    console.past = NotFound()
    at = opened(analyst)
    next(each for each in at.segmented_control if each.key == "sql_side").set_value("mine").run()

    assert "keeps no list of your statements" in shown(at)


def test_schema_that_is_looked_at_first_is_one_with_something_of_ones_own(analyst, console):
    """Each catalog has a schema called default, and mostly there is nothing in it."""
    console.names |= {("main",): ["default", "information_schema", "rag"]}

    opened(analyst)

    assert console.asked_names == [(), ("main",), ("main", "rag")]
