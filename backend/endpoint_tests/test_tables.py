"""Writes rows into tables by SQL, whoever has made the table; values travel as a parameter.

A table that is there already may have other columns, such as one that a notebook has made: what
has no column there is left out and named.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from databricks.sdk import WorkspaceClient

from backend.errors import NotFound
from backend.tables import sql

ROWS_PER_STATEMENT = 100
# A column of any other type is somebody else's idea of it.
_PLAIN_TYPE = re.compile(r"[a-zA-Z]+(\(\d+(, ?\d+)?\))?")


@dataclass(frozen=True)
class Table:
    """A table's name, and its columns with their types."""

    name: str
    columns: Mapping[str, str]
    # What makes a row; rows that are there already are not written again.
    key: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """The catalog and the schema it lies in."""

    catalog: str
    schema: str


Row = Mapping[str, object]


def write(workspace: WorkspaceClient, place: Place, table: Table, rows: Sequence[Row]) -> list[str]:
    """Add rows to a table, which is made if there is none; return the columns it does not have."""
    name = sql.quoted(place.catalog, place.schema, table.name)
    there = _columns(workspace, place, table, name)
    known = [column for column in table.columns if _PLAIN_TYPE.fullmatch(there.get(column, ""))]
    left_out = [column for column in table.columns if column not in known]
    if set(table.key) & set(left_out):
        # Nobody could tell which rows are there already.
        return left_out
    new = [row for row in rows if not _is_there(workspace, name, table, row)]
    for start in range(0, len(new) if known else 0, ROWS_PER_STATEMENT):
        part = new[start : start + ROWS_PER_STATEMENT]
        statement = _insertion(name, table, {column: there[column] for column in known})
        sql.rows(workspace, statement, {"rows": _written(part, known)}, patient=True)
    return left_out


def _columns(workspace: WorkspaceClient, place: Place, table: Table, name: str) -> dict[str, str]:
    """Return the table's columns with their types, after making it if need be."""
    try:
        return _described(workspace, name)
    except NotFound:
        _make(workspace, place, table, name)
        return _described(workspace, name)


def _described(workspace: WorkspaceClient, name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in sql.rows(workspace, f"DESCRIBE TABLE {name}", {}, patient=True):
        column = row.get("col_name") or ""
        if not column or column.startswith("#"):
            # What follows tells of the table as a whole.
            break
        found[column.lower()] = row.get("data_type") or ""
    return found


def _make(workspace: WorkspaceClient, place: Place, table: Table, name: str) -> None:
    columns = ", ".join(f"`{column}` {kind}" for column, kind in table.columns.items())
    statement = f"CREATE TABLE IF NOT EXISTS {name} ({columns})"
    try:
        sql.rows(workspace, statement, {}, patient=True)
    except NotFound:
        # The model's own schema is one of the registry, and need not be one of tables yet.
        catalog = sql.quoted(place.catalog)
        schema = sql.quoted(place.catalog, place.schema)
        for before in (
            f"CREATE CATALOG IF NOT EXISTS {catalog}",
            f"CREATE SCHEMA IF NOT EXISTS {schema}",
        ):
            sql.rows(workspace, before, {}, patient=True)
        sql.rows(workspace, statement, {}, patient=True)


def _is_there(workspace: WorkspaceClient, name: str, table: Table, row: Row) -> bool:
    if not table.key:
        return False
    conditions = " AND ".join(f"CAST(`{column}` AS STRING) = :{column}" for column in table.key)
    values = {column: _text(row[column]) or "" for column in table.key}
    found = sql.rows(
        workspace, f"SELECT 1 FROM {name} WHERE {conditions} LIMIT 1", values, patient=True
    )
    return bool(found)


def _insertion(name: str, table: Table, there: Mapping[str, str]) -> str:
    """Return a statement whose one parameter is all the rows, so that they are one commit."""
    fields = ", ".join(f"`{column}`: STRING" for column in there)
    values = ", ".join(_cast(column, table.columns[column], kind) for column, kind in there.items())
    columns = ", ".join(f"`{column}`" for column in there)
    return (
        f"INSERT INTO {name} ({columns}) SELECT {values} "
        f"FROM (SELECT explode(from_json(:rows, 'ARRAY<STRUCT<{fields}>>')) AS given)"
    )


def _cast(column: str, ours: str, theirs: str) -> str:
    value = f"given.`{column}`"
    if theirs.upper() not in (ours, "STRING"):
        # A number with a point in it is none to a column of whole numbers.
        value = f"CAST({value} AS {ours})"
    return f"CAST({value} AS {theirs.upper()})"


def _written(rows: Sequence[Row], columns: Sequence[str]) -> str:
    return json.dumps(
        [{column: _text(row.get(column)) for column in columns} for row in rows],
        ensure_ascii=False,
    )


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime) else str(value)
