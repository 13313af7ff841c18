"""Where in a statement an error is: a line counted from 1 and a position in it counted from 0.

Databricks writes them behind the message; clients mark the place with them.
"""

import re

from sqlglot import exp
from sqlglot.errors import SqlglotError

from local_workspace.sql.failure import StatementFailed

# What the tokenizer says of a string or a name that does not end; the offset is from the start.
_MISSING = re.compile(r"Missing (.) from \d+:(\d+)")


def locate_node(failure: StatementFailed, node: exp.Expr) -> None:
    """Say that the error is in this part; a whole query is no place."""
    if failure.is_located or isinstance(node, exp.Query | exp.From | exp.With):
        return
    found = [each for each in node.walk() if "start" in each.meta]
    if found:
        failure.locate(*_start_of(min(found, key=lambda each: int(each.meta["start"]))))


def locate_table(failure: StatementFailed, tree: exp.Expr) -> None:
    """Say that the error is in the first table a statement names."""
    if (table := tree.find(exp.Table)) is not None:
        locate_node(failure, table)


def locate_column(failure: StatementFailed, tree: exp.Expr) -> None:
    """Say where the column or alias stands which the error is about, in the outermost query."""
    wanted = failure.subject.lower()
    for column in tree.find_all(exp.Column) if wanted else ():
        if wanted in (column.name.lower(), column.table.lower()):
            locate_node(failure, column)
            return


def locate_syntax(failure: StatementFailed, error: SqlglotError, statement: str) -> None:
    """Say where reading stopped, if the parser knows."""
    details = getattr(error, "errors", None)
    if details and details[0].get("line"):
        first = details[0]
        # The parser counts to the end of what it could not read.
        failure.locate(first["line"], max(0, first["col"] - len(first.get("highlight") or "")))
    elif missing := _MISSING.search(str(error.__cause__)):
        before = statement[: int(missing[2])]
        failure.locate(before.count("\n") + 1, len(before) - before.rfind("\n") - 1)


def unended(error: SqlglotError) -> str:
    """Return the quote that begins what does not end; empty if that is not what is wrong."""
    missing = _MISSING.search(str(error.__cause__))
    return missing[1] if missing else ""


def _start_of(node: exp.Expr) -> tuple[int, int]:
    meta = node.meta
    length = int(meta["end"]) - int(meta["start"]) + 1
    return int(meta["line"]), max(0, int(meta["col"]) - length)
