"""Every expression has the type and the cell that Databricks documents, or is refused."""

import re

import pytest

from local_workspace.sql.dialect.rules import allowed_functions
from tests.house.repository import ROOT
from tests.local_workspace.sql.statements import collections, numbers, queries, text, times

EXPRESSIONS = [*text.ROWS, *numbers.ROWS, *times.ROWS, *collections.ROWS]


@pytest.mark.parametrize(("expression", "kind", "cell"), EXPRESSIONS)
def test_expression_gives_what_databricks_documents(sql, expression, kind, cell):
    """The translation means the same; where it would not, the statement is refused."""
    if cell is ...:
        assert sql.failure(f"SELECT {expression}").message.startswith(f"[{kind}]")
        return
    answer = sql(f"SELECT {expression} AS x")
    assert (answer.types, answer.rows) == ([kind], [[cell]])


def test_every_allowed_function_has_an_expected_result():
    """A function is allowed only once its meaning has been written down here."""
    written = " ".join(row[0] for row in (*EXPRESSIONS, *queries.ROWS)).lower()
    called = set(re.findall(r"([a-z_0-9]+)\s*\(", written))
    assert set(allowed_functions()) - called == set()


@pytest.mark.parametrize(("statement", "types", "rows"), queries.ROWS)
def test_query_gives_what_databricks_documents(sql, statement, types, rows):
    """Clauses mean the same; those that would not are refused."""
    if rows == []:
        assert sql.failure(statement).message.startswith(f"[{types[0]}]")
        return
    answer = sql(statement)
    assert (answer.types, answer.rows) == (types, rows)


def test_document_lists_the_functions_there_are():
    """docs/sql.md names every allowed function and no other."""
    section = (ROOT / "docs" / "sql.md").read_text().split("## Functions")[1]
    listed = re.findall(r"`([a-z_0-9]+)`", section)
    assert listed == allowed_functions()
