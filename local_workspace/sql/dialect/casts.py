"""Rules for casts: what Databricks' ANSI mode accepts, rounds and refuses, by source and target."""

import datetime
import re
from typing import Any

from sqlglot import exp

from local_workspace.sql.dialect.sql_text import call, cast
from local_workspace.sql.dialect.translator import (
    Rule,
    Translator,
    check_arguments,
    shown,
    string_constant,
)
from local_workspace.sql.dialect.type_oracle import FLOATS, INTEGERS
from local_workspace.sql.failure import StatementFailed, unsupported

_TIMESTAMPTZ = "TIMESTAMPTZ"
_TARGETS = {
    exp.DType.TINYINT: "TINYINT",
    exp.DType.SMALLINT: "SMALLINT",
    exp.DType.INT: "INTEGER",
    exp.DType.BIGINT: "BIGINT",
    exp.DType.FLOAT: "FLOAT",
    exp.DType.DOUBLE: "DOUBLE",
    exp.DType.BOOLEAN: "BOOLEAN",
    exp.DType.TEXT: "VARCHAR",
    exp.DType.DATE: "DATE",
    exp.DType.TIMESTAMP: _TIMESTAMPTZ,
    exp.DType.TIMESTAMPTZ: _TIMESTAMPTZ,
    exp.DType.TIMESTAMPLTZ: _TIMESTAMPTZ,
    exp.DType.BINARY: "BLOB",
}
_PLAIN_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_PLAIN_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}")


def duckdb_type(kind: exp.DataType) -> str:
    """Return DuckDB's name of a Databricks type, complex ones included."""
    if kind.this in (exp.DType.DECIMAL, exp.DType.DECIMAL128):
        precision, scale = decimal_shape(kind)
        return f"DECIMAL({precision},{scale})"
    if kind.this in _TARGETS and not kind.expressions:
        return _TARGETS[kind.this]
    raise unsupported(f"The type {kind.sql(dialect='databricks')}")


def decimal_shape(kind: exp.DataType) -> tuple[int, int]:
    """Return precision and scale; DECIMAL alone has ten digits."""
    digits = [int(each.name) for each in kind.expressions]
    precision, scale = [*digits, *([10, 0][len(digits) :])][:2]
    if not 1 <= precision <= 38 or not 0 <= scale <= precision:
        raise unsupported(f"The type {kind.sql(dialect='databricks')}")
    return precision, scale


def _cast(t: Translator, node: exp.Cast) -> str:
    check_arguments(node, "this", "to", "_type")
    return converted(t, node.this, duckdb_type(node.to), "")


def _try_cast(t: Translator, node: exp.TryCast) -> str:
    check_arguments(node, "this", "to", "_type", "safe")
    return converted(t, node.this, duckdb_type(node.to), "try_")


def converted(t: Translator, node: exp.Expr, target: str, attempt: str) -> str:
    """Write a value as another type; `attempt` is "try_" where failing means NULL."""
    constant = string_constant(node)
    if constant is not None and (moment := moment_literal(constant, target)):
        return moment
    written = t.write(node)
    kind = t.known_type(written, node)
    rule = _SOURCES.get(kind.id) or (_from_number if kind.id in _NUMBERS else None)
    result = rule(written, kind, target, attempt) if rule else None
    if result is None:
        raise StatementFailed(
            "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION",
            f"{shown(node)}, a {kind}, cannot be cast to {_named(target)} here.",
            "42K09",
        )
    return result


def moment_literal(value: str, target: str) -> str | None:
    """Write a plain date or time as a literal, which DuckDB can compare with files' statistics."""
    try:
        if target == "DATE" and _PLAIN_DATE.fullmatch(value.strip()):
            return f"DATE '{datetime.date.fromisoformat(value.strip())}'"
        if target == _TIMESTAMPTZ and _PLAIN_TIMESTAMP.match(value.strip()):
            moment = datetime.datetime.fromisoformat(value.strip())
            zone = moment.tzinfo or datetime.UTC
            return f"TIMESTAMPTZ '{moment.replace(tzinfo=zone).astimezone(datetime.UTC)}'"
    except (ValueError, OverflowError):
        return None
    return None


def as_text(t: Translator, node: exp.Expr) -> str:
    """Write a value as the STRING Databricks makes of it where it needs one."""
    return converted(t, node, "VARCHAR", "")


def _from_text(written: str, _: Any, target: str, attempt: str) -> str | None:
    prefix = f"dbx_{attempt}text_"
    if target == "VARCHAR":
        return written
    if target == "BLOB":
        return call("encode", written)
    if target.startswith("DECIMAL"):
        digits = call(f"{prefix}is_number", written)
        # DuckDB reads an exponent only by way of a DOUBLE.
        return f"{_CAST[attempt]}({digits} AS {target})"
    if target == "FLOAT":
        return f"{_CAST[attempt]}({call(f'{prefix}to_double', written)} AS FLOAT)"
    name = {_TIMESTAMPTZ: "timestamp"}.get(target, target.lower())
    return call(f"{prefix}to_{name}", written)


_CAST = {"": "CAST", "try_": "TRY_CAST"}


def _from_number(written: str, kind: Any, target: str, attempt: str) -> str | None:
    take = _CAST[attempt]
    if target == "VARCHAR":
        if kind.id == "float":
            raise unsupported("A FLOAT as a STRING: cast it to DOUBLE first; this")
        return call("dbx_double_to_text", written) if kind.id == "double" else cast(written, target)
    if target == _TIMESTAMPTZ:
        if kind.id in INTEGERS:
            return call("make_timestamptz", f"{cast(written, 'BIGINT')} * 1000000")
        return None
    if target == "BOOLEAN":
        return f"({written} <> 0)"
    if target in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT") and kind.id not in INTEGERS:
        # Databricks cuts the fraction off, DuckDB rounds.
        return f"{take}(trunc({written}) AS {target})"
    if target in ("DATE", "BLOB"):
        return None
    if target.startswith("DECIMAL") and kind.id in FLOATS:
        # Rounded as it is written, half up; DuckDB multiplies first and so rounds another number.
        written = call("dbx_plain_double", cast(written, "DOUBLE"))
    return f"{take}({written} AS {target})"


def _from_boolean(written: str, _: Any, target: str, attempt: str) -> str | None:
    if target in ("DATE", _TIMESTAMPTZ, "BLOB"):
        return None
    return written if target == "BOOLEAN" else f"{_CAST[attempt]}({written} AS {target})"


def _from_moment(written: str, kind: Any, target: str, _: str) -> str | None:
    if target in ("DATE", _TIMESTAMPTZ):
        return cast(written, target)
    if kind.id == "date":
        return cast(written, target) if target == "VARCHAR" else None
    if target == "VARCHAR":
        return call("dbx_timestamp_to_text", written)
    if target in ("BIGINT", "DOUBLE"):
        seconds = f"{call('epoch_us', written)} / 1000000"
        return cast(f"floor({seconds})" if target == "BIGINT" else seconds, target)
    return None


def _from_null(_: str, __: Any, target: str, ___: str) -> str:
    return cast("NULL", target)


def _from_blob(written: str, _: Any, target: str, __: str) -> str | None:
    return {"BLOB": written, "VARCHAR": call("decode", written)}.get(target)


_NUMBERS = (*INTEGERS, *FLOATS, "decimal")
_SOURCES = {
    "varchar": _from_text,
    "json": _from_text,
    "boolean": _from_boolean,
    "date": _from_moment,
    "timestamp": _from_moment,
    "timestamp with time zone": _from_moment,
    "blob": _from_blob,
    "null": _from_null,
    '"null"': _from_null,
}
# `int(x)`, `string(x)` and their like are casts.
CAST_FUNCTIONS = {
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "string": "VARCHAR",
    "date": "DATE",
    "timestamp": _TIMESTAMPTZ,
}


def _named(target: str) -> str:
    return {"VARCHAR": "STRING", _TIMESTAMPTZ: "TIMESTAMP", "BLOB": "BINARY"}.get(target, target)


CAST_RULES: dict[type[exp.Expr], Rule] = {exp.Cast: _cast, exp.TryCast: _try_cast}
