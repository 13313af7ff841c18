"""What a workspace says of a failure becomes a sentence, a code and a place that can be marked."""

import pytest

from backend.sql_console.problems import marked, problem_of
from backend.sql_console.record import Problem

# As Databricks writes them: its parser, its analyser, and what fails at run time.
SYNTAX = (
    "[PARSE_SYNTAX_ERROR] Syntax error at or near 'x'. SQLSTATE: 42601 (line 2, pos 7)\n\n"
    "== SQL ==\nSELECT 1\nFROM t x x\n-------^^^\n"
)
COLUMN = (
    "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name `zz` "
    "cannot be resolved. Did you mean one of the following? [`a`, `b`]. SQLSTATE: 42703; "
    "line 1 pos 7;\n'Project ['zz]\n+- Relation"
)
TABLE = (
    "[TABLE_OR_VIEW_NOT_FOUND] The table or view `main`.`x`.`y` cannot be found. Verify the "
    "spelling. SQLSTATE: 42P01; line 3 pos 14"
)
ZERO = (
    "[DIVIDE_BY_ZERO] Division by zero. Use `try_divide`. SQLSTATE: 22012\n"
    "== SQL (line 1, position 8) ==\nSELECT 1/0\n       ^^^\n"
)


@pytest.mark.parametrize(
    ("message", "code", "state", "place", "sentence"),
    [
        (
            SYNTAX,
            "PARSE_SYNTAX_ERROR",
            "42601",
            (2, 7),
            "This cannot be read as SQL: something is wrong at 'x' or just before.",
        ),
        (
            COLUMN,
            "UNRESOLVED_COLUMN.WITH_SUGGESTION",
            "42703",
            (1, 7),
            "There is no column called zz here. There is a and b.",
        ),
        (
            TABLE,
            "TABLE_OR_VIEW_NOT_FOUND",
            "42P01",
            (3, 14),
            "There is no table called main.x.y, or you may not see it.",
        ),
        (
            ZERO,
            "DIVIDE_BY_ZERO",
            "22012",
            (1, 7),
            "Something is divided by zero. try_divide gives an empty result instead.",
        ),
        (
            "[PARSE_SYNTAX_ERROR] Syntax error at or near end of input. SQLSTATE: 42601 (line 1, "
            "pos 3)",
            "PARSE_SYNTAX_ERROR",
            "42601",
            (1, 3),
            "The statement ends too early: something is missing at its end.",
        ),
        (
            "[UNHEARD_OF] Something new. SQLSTATE: 42000; line 1 pos 0",
            "UNHEARD_OF",
            "42000",
            (1, 0),
            "Something new.",
        ),
        ("It broke.", "", "", (None, None), "It broke."),
        ("", "", "", (None, None), "The workspace did not say why the statement failed."),
    ],
)
def test_failure_has_a_sentence_a_code_and_a_place(message, code, state, place, sentence):
    """Whatever part is missing, the rest is there; what is unknown is said as it came."""
    found = problem_of(message)

    assert found.sentence == sentence
    assert (found.code, found.sql_state) == (code, state)
    assert (found.line, found.position) == place
    assert found.message == message


def test_place_is_the_one_the_workspace_adds_and_not_one_in_the_text():
    """A name somebody chose cannot lead the arrow astray."""
    found = problem_of(COLUMN.replace("`zz`", "`(line 9; line 8 pos 8)`"))

    assert (found.line, found.position) == (1, 7)


@pytest.mark.parametrize(
    ("statement", "line", "position", "drawn"),
    [
        ("SELECT zz FROM t", 1, 7, "1 | SELECT zz FROM t\n           ^"),
        ("SELECT 1\nFROM t x x", 2, 9, "2 | FROM t x x\n             ^"),
        (f"SELECT {'a' * 90}, zz", 1, 99, f"1 | …{'a' * 12}, zz\n{' ' * 19}^"),
        (f"zz{'b' * 90}", 1, 0, f"1 | zz{'b' * 18}…\n    ^"),
        ("\tzz\u202e\x1b[0m", 1, 1, "1 |  zz  [0m\n     ^"),
        ("SELECT", 1, 99, "1 | SELECT\n          ^"),
        ("SELECT", 7, 0, ""),
        ("SELECT", None, None, ""),
    ],
)
def test_place_is_marked_below_its_line(statement, line, position, drawn):
    """A long line is shown around the place; what turns text around or hides it is a blank."""
    assert marked(statement, Problem("It is wrong.", line=line, position=position)) == drawn
