"""Cells as Databricks writes them: every one a string or null, complex ones as JSON text."""

import base64
import datetime
import json
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np

from local_workspace.sql.data_types import DataType
from local_workspace.sql.failure import StatementFailed

Formatter = Callable[[Any], str]
_LONGEST_LONG = 2**63


def formatter(kind: DataType) -> Formatter:
    """Return the function that writes values of this type, which are not None."""
    return _FORMATTERS.get(kind.name) or _complex(kind)


def java_double(value: float) -> str:
    """Write a number as Java's Double.toString does: `1.0`, `1.0E10`, `NaN`."""
    return _java_number(value, repr(value))


def java_float(value: float) -> str:
    """Write a FLOAT with the digits that single precision needs."""
    return _java_number(value, str(np.float32(value)))


def _java_number(value: float, shortest: str) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "-0.0" if math.copysign(1, value) < 0 else "0.0"
    sign, digits, exponent = Decimal(shortest).normalize().as_tuple()
    assert isinstance(exponent, int)
    minus, text = "-" if sign else "", "".join(map(str, digits))
    power = len(text) + exponent - 1
    if 1e-3 <= abs(value) < 1e7:
        plain = f"{Decimal(shortest).normalize():f}"
        return plain if "." in plain else f"{plain}.0"
    return f"{minus}{text[0]}.{text[1:] or '0'}E{power}"


def timestamp(value: datetime.datetime) -> str:
    """Write a moment in ISO 8601 with milliseconds, in UTC."""
    return f"{value.year:04}-{value:%m-%dT%H:%M:%S}.{value.microsecond // 1000:03}Z"


def _long(value: Any) -> str:
    if not -_LONGEST_LONG <= value < _LONGEST_LONG:
        raise StatementFailed("ARITHMETIC_OVERFLOW", "A BIGINT overflows.", "22003")
    return str(int(value))


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _decimal(value: Decimal) -> str:
    return f"{value:f}"


def _binary(value: bytes) -> str:
    return base64.b64encode(value).decode()


_FORMATTERS: dict[str, Formatter] = {
    "STRING": str,
    "BOOLEAN": _boolean,
    "BYTE": str,
    "SHORT": str,
    "INT": str,
    "LONG": _long,
    "FLOAT": java_float,
    "DOUBLE": java_double,
    "DECIMAL": _decimal,
    "DATE": str,
    "TIMESTAMP": timestamp,
    "BINARY": _binary,
    "NULL": str,
}
# Written without quotation marks inside JSON text.
_BARE = {"BOOLEAN", "BYTE", "SHORT", "INT", "LONG", "FLOAT", "DOUBLE", "DECIMAL"}


def _complex(kind: DataType) -> Formatter:
    write = _json_writer(kind)
    return write


def _json_writer(kind: DataType) -> Formatter:
    """Return the function that writes values of this type inside JSON text, None included."""
    if kind.name == "ARRAY":
        element = _json_writer(kind.children[0][1])
        return lambda value: _null(value) or f"[{','.join(map(element, value))}]"
    if kind.name == "STRUCT":
        fields = [(name, f"{_quoted(name)}:", _json_writer(child)) for name, child in kind.children]
        return lambda value: (
            _null(value)
            or "{" + ",".join(label + write(value[name]) for name, label, write in fields) + "}"
        )
    if kind.name == "MAP":
        key, item = formatter(kind.children[0][1]), _json_writer(kind.children[1][1])
        return lambda value: (
            _null(value)
            or "{" + ",".join(f"{_quoted(key(name))}:{item(each)}" for name, each in value) + "}"
        )
    return _json_scalar(kind)


def _json_scalar(kind: DataType) -> Formatter:
    write, bare = _FORMATTERS[kind.name], kind.name in _BARE

    def in_json(value: Any) -> str:
        text = _null(value) or write(value)
        # JSON has no word for these.
        return text if value is None or (bare and text[-1] not in "Ny") else _quoted(text)

    return in_json


def _null(value: Any) -> str:
    return "null" if value is None else ""


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
