"""The types of a result as Databricks names them, from DuckDB's and from Arrow's."""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from local_workspace.sql.failure import unsupported


@dataclass(frozen=True)
class DataType:
    """A type: the name clients match on, the text people read, and what it is made of."""

    name: str
    text: str
    precision: int | None = None
    scale: int | None = None
    # ARRAY: the element; MAP: key and value; STRUCT: its fields, by name.
    children: tuple[tuple[str, "DataType"], ...] = ()


def _plain(name: str, text: str = "") -> DataType:
    return DataType(name, text or name)


STRING = _plain("STRING")
BOOLEAN = _plain("BOOLEAN")
TIMESTAMP = _plain("TIMESTAMP")
_LONG = _plain("LONG", "BIGINT")
_DUCKDB = {
    "varchar": STRING,
    "json": STRING,
    "bigint": _LONG,
    # Only sums and counts come as these; a value beyond BIGINT is an overflow on Databricks.
    "hugeint": _LONG,
    "ubigint": _LONG,
    "integer": _plain("INT"),
    "smallint": _plain("SHORT", "SMALLINT"),
    "tinyint": _plain("BYTE", "TINYINT"),
    "boolean": BOOLEAN,
    "double": _plain("DOUBLE"),
    "float": _plain("FLOAT"),
    "date": _plain("DATE"),
    "timestamp with time zone": TIMESTAMP,
    "timestamp": TIMESTAMP,
    "blob": _plain("BINARY"),
    '"null"': _plain("NULL", "VOID"),
    "null": _plain("NULL", "VOID"),
}


def from_duckdb(duck: Any) -> DataType:
    """Return the type of a column DuckDB answers with."""
    match duck.id:
        case "list" | "array":
            element = from_duckdb(duck.children[0][1])
            return array_of(element)
        case "map":
            (_, key), (_, value) = duck.children
            return map_of(from_duckdb(key), from_duckdb(value))
        case "struct":
            return struct_of([(name, from_duckdb(child)) for name, child in duck.children])
        case "decimal":
            (_, precision), (_, scale) = duck.children
            return decimal(precision, scale)
    known = _DUCKDB.get(str(duck).lower())
    if known is None:
        raise unsupported(f"A column of the type {duck} cannot be returned: cast it to another one")
    return known


_ARROW = [
    (pa.types.is_boolean, BOOLEAN),
    (pa.types.is_int8, _DUCKDB["tinyint"]),
    (pa.types.is_int16, _DUCKDB["smallint"]),
    (pa.types.is_int32, _DUCKDB["integer"]),
    (pa.types.is_int64, _LONG),
    (pa.types.is_float32, _DUCKDB["float"]),
    (pa.types.is_float64, _DUCKDB["double"]),
    (pa.types.is_date, _DUCKDB["date"]),
    (pa.types.is_timestamp, TIMESTAMP),
    (pa.types.is_string, STRING),
    (pa.types.is_large_string, STRING),
    (pa.types.is_string_view, STRING),
    (pa.types.is_binary, _DUCKDB["blob"]),
    (pa.types.is_large_binary, _DUCKDB["blob"]),
    (pa.types.is_binary_view, _DUCKDB["blob"]),
    (pa.types.is_null, _DUCKDB["null"]),
]


def from_arrow(arrow: pa.DataType) -> DataType:
    """Return the type of a table's column."""
    if pa.types.is_decimal(arrow):
        return decimal(arrow.precision, arrow.scale)
    if pa.types.is_map(arrow):
        return map_of(from_arrow(arrow.key_type), from_arrow(arrow.item_type))
    if pa.types.is_struct(arrow):
        return struct_of([(field.name, from_arrow(field.type)) for field in arrow])
    if pa.types.is_list(arrow) or pa.types.is_large_list(arrow) or pa.types.is_list_view(arrow):
        return array_of(from_arrow(arrow.value_type))
    for test, known in _ARROW:
        if test(arrow):
            return known
    raise unsupported(f"A column of the type {arrow} cannot be read")


def decimal(precision: int, scale: int) -> DataType:
    """Return DECIMAL with its precision and scale."""
    return DataType("DECIMAL", f"DECIMAL({precision},{scale})", precision, scale)


def array_of(element: DataType) -> DataType:
    """Return ARRAY."""
    return DataType("ARRAY", f"ARRAY<{element.text}>", children=(("element", element),))


def map_of(key: DataType, value: DataType) -> DataType:
    """Return MAP."""
    text = f"MAP<{key.text}, {value.text}>"
    return DataType("MAP", text, children=(("key", key), ("value", value)))


def struct_of(fields: list[tuple[str, DataType]]) -> DataType:
    """Return STRUCT."""
    text = ", ".join(f"{name}: {field.text}" for name, field in fields)
    return DataType("STRUCT", f"STRUCT<{text}>", children=tuple(fields))
