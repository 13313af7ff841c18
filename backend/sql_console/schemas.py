"""What a person may name in a statement: catalogs, schemas, tables and their columns, by SQL."""

from collections.abc import Iterable

from databricks.sdk import WorkspaceClient

from backend.sql_console.record import TableColumn
from backend.tables import sql


def catalogs(workspace: WorkspaceClient) -> list[str]:
    """Return every catalog the person may see."""
    return _named(sql.rows(workspace, "SHOW CATALOGS", {}), "catalog")


def schemas(workspace: WorkspaceClient, catalog: str) -> list[str]:
    """Return the schemas of a catalog."""
    rows = sql.rows(workspace, f"SHOW SCHEMAS IN {sql.quoted(catalog)}", {})
    return _named(rows, "databaseName")


def tables(workspace: WorkspaceClient, catalog: str, schema: str) -> list[str]:
    """Return the tables and views of a schema."""
    rows = sql.rows(workspace, f"SHOW TABLES IN {sql.quoted(catalog, schema)}", {})
    # Those without a schema live in somebody's session only.
    return _named([row for row in rows if row.get("isTemporary") != "true"], "tableName")


def columns(workspace: WorkspaceClient, *name: str) -> list[TableColumn]:
    """Return the columns of a table in their order."""
    found = []
    for row in sql.rows(workspace, f"DESCRIBE TABLE {sql.quoted(*name)}", {}):
        column = row.get("col_name") or ""
        if not column or column.startswith("#"):
            break  # What follows is about partitions and the like.
        found.append(TableColumn(column, row.get("data_type") or ""))
    return found


def _named(rows: Iterable[sql.Row], column: str) -> list[str]:
    """Return the names in a column; releases differ in what they call it, not where it is."""
    return [name for row in rows if (name := row.get(column) or next(iter(row.values()), None))]
