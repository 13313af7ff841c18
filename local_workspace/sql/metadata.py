"""SHOW, DESCRIBE and information_schema: what there is, as rows."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa

from local_workspace.sql.data_types import from_arrow
from local_workspace.sql.failure import syntax_error, unsupported
from local_workspace.sql.known_tables import (
    INFORMATION_SCHEMA,
    INFORMATION_TABLES,
    KnownTables,
    Name,
    matching,
)
from local_workspace.sql.statement_words import Words, words_of

SchemaReader = Callable[[Name], pa.Schema]
_TEXT = pa.string()


def metadata(statement: str, known: KnownTables, read_schema: SchemaReader) -> pa.Table | None:
    """Answer a SHOW or DESCRIBE statement; None if it is neither."""
    words = words_of(statement)
    if words is None:
        return None
    match words.take("SHOW", "DESCRIBE", "DESC"):
        case None:
            return None
        case "SHOW":
            return _show(words, known, read_schema)
        case _:
            return _describe(words, known, read_schema)


def _show(words: Words, known: KnownTables, read_schema: SchemaReader) -> pa.Table:
    match words.take("CATALOGS", "SCHEMAS", "DATABASES", "TABLES", "COLUMNS"):
        case "CATALOGS":
            return _named("catalog", matching(known.catalogs(), _pattern(words)))
        case "SCHEMAS" | "DATABASES":
            catalog = known.catalog
            if words.take("IN", "FROM"):
                (catalog,) = _parts(words.name(), 1)
            return _named("databaseName", matching(known.schemas(catalog), _pattern(words)))
        case "TABLES":
            return _show_tables(words, known)
        case "COLUMNS":
            if not words.take("IN", "FROM"):
                raise syntax_error("SHOW COLUMNS needs IN and a table.")
            name = known.full_name(_parts(words.name(), 3))
            words.end()
            return _named("col_name", read_schema(name).names)
    raise unsupported("SHOW of anything but CATALOGS, SCHEMAS, TABLES and COLUMNS is not supported")


def _show_tables(words: Words, known: KnownTables) -> pa.Table:
    place = [known.catalog, known.schema]
    if words.take("IN", "FROM"):
        named = _parts(words.name(), 2)
        place[2 - len(named) :] = named
    names = matching(known.tables(*place), _pattern(words))
    columns = [("database", _TEXT), ("tableName", _TEXT), ("isTemporary", pa.bool_())]
    rows = [{"database": place[1], "tableName": each, "isTemporary": False} for each in names]
    return pa.Table.from_pylist(rows, pa.schema(columns))


def _pattern(words: Words) -> str | None:
    like = words.take("LIKE")
    pattern = words.string()
    if like and pattern is None:
        raise syntax_error("LIKE needs a pattern.")
    words.end()
    return pattern


def _describe(words: Words, known: KnownTables, read_schema: SchemaReader) -> pa.Table:
    if words.take("QUERY", "FUNCTION", "HISTORY", "DETAIL", "CATALOG", "SCHEMA", "DATABASE"):
        raise unsupported("DESCRIBE of anything but a table is not supported")
    words.take("TABLE")
    extended = words.take("EXTENDED", "FORMATTED")
    name = known.full_name(_parts(words.name(), 3))
    words.end()
    schema = read_schema(name)
    rows = [_described(field.name, _type_text(field)) for field in schema]
    if extended:
        kind = "MANAGED" if known.find(name) else "VIEW"
        rows += [
            _described("", ""),
            _described("# Detailed Table Information", ""),
            _described("Catalog", name.catalog),
            _described("Database", name.schema),
            _described("Table", name.table),
            _described("Type", kind),
            _described("Provider", "delta"),
        ]
    columns = [("col_name", _TEXT), ("data_type", _TEXT), ("comment", _TEXT)]
    return pa.Table.from_pylist(rows, pa.schema(columns))


def _described(name: str, kind: str) -> dict[str, str | None]:
    return {"col_name": name, "data_type": kind, "comment": None}


def _parts(name: list[str], most: int) -> list[str]:
    if len(name) > most:
        raise syntax_error(f"The name {'.'.join(name)} has too many parts.")
    return name


def _named(column: str, names: list[str]) -> pa.Table:
    return pa.table({column: pa.array(names, _TEXT)})


def _type_text(field: pa.Field) -> str:
    # Types are lower case in DESCRIBE, and have no spaces.
    return from_arrow(field.type).text.lower().replace(": ", ":").replace(", ", ",")


_COLUMN_FIELDS = (
    *("table_catalog", "table_schema", "table_name", "column_name"),
    *("ordinal_position", "is_nullable", "full_data_type", "data_type"),
)
_INFORMATION: dict[str, pa.Schema] = {
    "catalogs": pa.schema([("catalog_name", _TEXT), ("catalog_owner", _TEXT)]),
    "schemata": pa.schema(
        [("catalog_name", _TEXT), ("schema_name", _TEXT), ("schema_owner", _TEXT)]
    ),
    "tables": pa.schema(
        [
            *(("table_catalog", _TEXT), ("table_schema", _TEXT), ("table_name", _TEXT)),
            *(("table_type", _TEXT), ("data_source_format", _TEXT)),
        ]
    ),
    "columns": pa.schema(
        [(each, pa.int32() if each == "ordinal_position" else _TEXT) for each in _COLUMN_FIELDS]
    ),
}


def information_table(name: Name, known: KnownTables, read_schema: SchemaReader) -> pa.Table | None:
    """Return a table of information_schema; None if this is none."""
    if name.schema != INFORMATION_SCHEMA or name.table not in INFORMATION_TABLES:
        return None
    # `system` sees every catalog, as on Databricks; the others see themselves.
    catalogs = known.catalogs() if name.catalog == "system" else [name.catalog]
    rows = _ROWS[name.table](catalogs, known, read_schema)
    return pa.Table.from_pylist(rows, _INFORMATION[name.table])


def information_columns(name: Name) -> pa.Schema | None:
    """Return the columns of a table of information_schema; None if this is none."""
    return _INFORMATION.get(name.table) if name.schema == INFORMATION_SCHEMA else None


Rows = list[dict[str, Any]]


def _catalog_rows(catalogs: list[str], _: KnownTables, __: SchemaReader) -> Rows:
    return [{"catalog_name": each} for each in catalogs]


def _schema_rows(catalogs: list[str], known: KnownTables, _: SchemaReader) -> Rows:
    return [
        {"catalog_name": catalog, "schema_name": schema}
        for catalog in catalogs
        for schema in known.schemas(catalog)
    ]


def _table_rows(catalogs: list[str], known: KnownTables, _: SchemaReader) -> Rows:
    return [
        _place(name) | {"table_type": "MANAGED", "data_source_format": "DELTA"}
        for name, __ in known.all()
        if name.catalog in catalogs
    ]


def _column_rows(catalogs: list[str], known: KnownTables, read_schema: SchemaReader) -> Rows:
    rows: Rows = []
    for name, _ in known.all():
        if name.catalog in catalogs:
            for position, field in enumerate(read_schema(name)):
                kind = from_arrow(field.type)
                rows.append(
                    _place(name)
                    | {
                        "column_name": field.name,
                        "ordinal_position": position,
                        "is_nullable": "YES" if field.nullable else "NO",
                        "full_data_type": _type_text(field),
                        "data_type": kind.name,
                    }
                )
    return rows


def _place(name: Name) -> dict[str, str]:
    return {"table_catalog": name.catalog, "table_schema": name.schema, "table_name": name.table}


_ROWS: dict[str, Callable[[list[str], KnownTables, SchemaReader], Rows]] = {
    "catalogs": _catalog_rows,
    "schemata": _schema_rows,
    "tables": _table_rows,
    "columns": _column_rows,
}
