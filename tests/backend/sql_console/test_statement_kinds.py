"""What changes something is asked about first; what only reads never is."""

import pytest

from backend.sql_console.statement_kinds import change_in


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 'DROP TABLE x'",
        "  -- DELETE everything\nselect 1",
        "/* DROP */ (SELECT 1) UNION (SELECT 2);",
        'WITH x AS (SELECT `delete` FROM t) SELECT "update" FROM x',
        "show tables in main.x",
        "DESC t",
        "EXPLAIN DELETE FROM t",
        "",
        "SELECT 'it\\'s; DROP TABLE x'",
        r"SELECT r'\d; DROP' /* DROP */",
    ],
)
def test_what_only_reads_is_not_asked_about(statement):
    """Words in strings, comments and names do nothing."""
    assert change_in(statement) == ""


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("drop table x", "DROP"),
        ("-- only a look\nDELETE FROM x", "DELETE"),
        ("WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x", "INSERT"),
        ("FROM x INSERT INTO t SELECT *", "INSERT"),
        ("SELECT 1; DROP TABLE x", "DROP"),
        ("VACUUM x", "VACUUM"),
        ("nobody knows", "NOBODY"),
        # A raw string ends behind its backslash.
        (r"WITH a AS (SELECT r'\') INSERT INTO t SELECT * FROM a WHERE b <> ''", "INSERT"),
        # What ends where, nobody can tell at a glance.
        ("/* SELECT /* only */ a look */ DROP TABLE x", "ONLY"),
    ],
)
def test_what_changes_something_is_named(statement, word):
    """Wherever it stands, and also what is not known to read."""
    assert change_in(statement) == word
