"""Named parameters: each value becomes a literal of the type it was declared with."""

import re

from local_workspace.sql.dialect.casts import duckdb_type, moment_literal
from local_workspace.sql.dialect.parsing import parse_type
from local_workspace.sql.dialect.sql_text import call, cast, text
from local_workspace.sql.failure import StatementFailed, bad_parameter
from local_workspace.sql.statement_request import Parameter

_WHOLE = re.compile(r"[+-]?\d+")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_BOOLEANS = {"true": "true", "false": "false"}
_MOMENTS = {"DATE": "date", "TIMESTAMPTZ": "timestamp"}
_RANGES = {"TINYINT": 8, "SMALLINT": 16, "INTEGER": 32, "BIGINT": 64}


class NamedParameters:
    """The parameters of one statement."""

    def __init__(self, parameters: tuple[Parameter, ...]) -> None:
        self._parameters = {each.name.lower(): each for each in parameters}

    def value(self, name: str) -> str:
        """Return the value of a marker as a literal."""
        parameter = self._parameters.get(name.lower())
        if parameter is None:
            raise StatementFailed(
                "UNBOUND_SQL_PARAMETER", f"Found the unbound parameter: {name}.", "42P02"
            )
        return _literal(parameter)


def _literal(parameter: Parameter) -> str:
    if parameter.type.upper() in ("VOID", "NULL"):
        return "NULL"
    target = duckdb_type(parse_type(parameter.type))
    if parameter.value is None:
        return cast("NULL", target)
    if target == "VARCHAR":
        return text(parameter.value)
    value = parameter.value.strip()
    written = moment_literal(value, target) or _number(value, target) or _other(value, target)
    if written is None:
        raise bad_parameter(
            f"The value {parameter.value!r} of the parameter {parameter.name} is not a "
            f"{parameter.type.upper()}."
        )
    return written


def _number(value: str, target: str) -> str | None:
    if target in _RANGES and _WHOLE.fullmatch(value) and _fits(int(value), _RANGES[target]):
        return cast(str(int(value)), target)
    fraction = target in ("DOUBLE", "FLOAT") or target.startswith("DECIMAL")
    return cast(text(value), target) if fraction and _NUMBER.fullmatch(value) else None


def _other(value: str, target: str) -> str | None:
    if target in _MOMENTS:
        return call(f"dbx_text_to_{_MOMENTS[target]}", text(value))
    return _BOOLEANS.get(value.lower()) if target == "BOOLEAN" else None


def _fits(value: int, bits: int) -> bool:
    limit: int = 2 ** (bits - 1)
    return -limit <= value < limit
