"""An error says where in the statement it is, as Databricks does, so that clients can mark it."""

import pytest

PLACES = [
    ("SELECT a FORM t WHERE", "SQLSTATE: 42601 (line 1, pos 14)", "at or near 't'"),
    ("SELECT a\nFROM t\nWHERE a = = 2", "SQLSTATE: 42601 (line 3, pos 10)", "at or near '='"),
    ("SELECT a,\n 'never ends", "SQLSTATE: 42601 (line 2, pos 1)", "does not end"),
    ("SELECT zz FROM t", "SQLSTATE: 42703; line 1 pos 7", "`zz` cannot be resolved"),
    ("SELECT t.zz FROM t", "SQLSTATE: 42703; line 1 pos 7", "`zz` cannot be resolved"),
    ("SELECT a FROM t\n WHERE zz > 1", "SQLSTATE: 42703; line 2 pos 7", "following? [`a`]"),
    ("SELECT '😀' AS x, zz FROM t", "SQLSTATE: 42703; line 1 pos 17", "`zz`"),
    ("SELECT a, count(*) FROM t", "SQLSTATE: 42803; line 1 pos 7", "MISSING_AGGREGATION"),
    ("SELECT 1 FROM main.x.`y`", "SQLSTATE: 42P01; line 1 pos 14", "`main`.`x`.`y`"),
    ("SELECT 1,\n  nothing(a) FROM t", "SQLSTATE: 0A000; line 2 pos 2", "function nothing"),
    ("DROP TABLE nowhere", "SQLSTATE: 42P01; line 1 pos 11", "nowhere"),
    ("INSERT INTO nowhere VALUES (1)", "SQLSTATE: 42P01; line 1 pos 12", "nowhere"),
]


@pytest.fixture(scope="module")
def with_table(sql):
    sql("CREATE TABLE IF NOT EXISTS placed (a INT)", may_write=True)
    return sql


@pytest.mark.parametrize(("statement", "place", "said"), PLACES)
def test_error_says_its_line_and_position(with_table, statement, place, said):
    """Lines are counted from 1 and positions from 0, behind the SQLSTATE, at the end."""
    failure = with_table.failure(statement.replace("FROM t", "FROM placed t"), may_write=True)

    assert failure.message.endswith(place)
    assert said in failure.message


def test_what_is_nowhere_in_the_statement_has_no_place(sql):
    """An error in a value, or of a whole statement, is not pinned on some word of it."""
    for statement in ("SELECT 1 / 0", "SELECT 1; SELECT 2", "DESCRIBE nowhere"):
        assert "line" not in sql.failure(statement).message
