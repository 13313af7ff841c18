"""Functions of numbers, and those that choose among values."""

from sqlglot import exp

from local_workspace.sql.dialect.arithmetic import decimal_digits, divide, modulo
from local_workspace.sql.dialect.functions import Function, built, template
from local_workspace.sql.dialect.sql_text import call, cast
from local_workspace.sql.dialect.translator import (
    Translator,
    integer_constant,
    needs_constant,
)
from local_workspace.sql.dialect.type_oracle import FLOATS, INTEGERS
from local_workspace.sql.failure import unsupported

Arguments = list[exp.Expr]


def _round(t: Translator, arguments: Arguments) -> str:
    value = t.write(arguments[0])
    kind = t.known_type(value, arguments[0])
    places = integer_constant(arguments[1]) if len(arguments) > 1 else 0
    if places is None:
        raise needs_constant("The number of places", arguments[1])
    if kind.id in FLOATS:
        return call("dbx_round_double", cast(value, "DOUBLE"), str(places))
    if kind.id == "decimal":
        precision, scale = decimal_digits(kind)
        left = max(0, min(scale, places))
        digits = min(38, precision - scale + left + 1)
        return cast(call("round", value, str(places)), f"DECIMAL({digits},{left})")
    if kind.id in INTEGERS:
        return value if places >= 0 else call("round", value, str(places))
    raise unsupported(f"round of a {kind}")


def _whole(name: str) -> Function:
    def build(t: Translator, arguments: Arguments) -> str:
        value = t.write(arguments[0])
        kind = t.known_type(value, arguments[0])
        if kind.id == "decimal":
            precision, scale = decimal_digits(kind)
            return cast(call(name, value), f"DECIMAL({precision - scale + 1},0)")
        if kind.id in INTEGERS:
            return cast(value, "BIGINT")
        return cast(call(name, cast(value, "DOUBLE")), "BIGINT")

    return built(1, 1, build)


def _double(written: str) -> Function:
    return template(written.replace("{0}", "CAST({0} AS DOUBLE)"))


def _try_divide(t: Translator, arguments: Arguments) -> str:
    return divide(t, arguments[0], arguments[1], "dbx_try_divide")


def _pmod(t: Translator, arguments: Arguments) -> str:
    written = t.write_all(arguments)
    for value, node in zip(written, arguments, strict=True):
        if t.known_type(value, node).id not in INTEGERS:
            raise unsupported("pmod of anything but integers")
    return call("dbx_pmod", *written)


def _coalesce(t: Translator, arguments: Arguments) -> str:
    return call("coalesce", *_alike(t, arguments))


def _nvl2(t: Translator, arguments: Arguments) -> str:
    chosen = _alike(t, arguments[1:])
    return f"CASE WHEN {t.write(arguments[0])} IS NOT NULL THEN {chosen[0]} ELSE {chosen[1]} END"


def _if(t: Translator, arguments: Arguments) -> str:
    chosen = _alike(t, arguments[1:])
    return f"CASE WHEN {t.write(arguments[0])} THEN {chosen[0]} ELSE {chosen[1]} END"


def _nullif(t: Translator, arguments: Arguments) -> str:
    return call("nullif", *_alike(t, arguments))


def _alike(t: Translator, arguments: Arguments) -> list[str]:
    written = t.write_all(arguments)
    t.check_mixture(arguments, written)
    return written


def _extreme(name: str) -> Function:
    return built(2, 100, lambda t, arguments: call(name, *_alike(t, arguments)))


_CEIL, _FLOOR = _whole("ceil"), _whole("floor")
NUMBER_FUNCTIONS: dict[str, Function] = {
    "abs": template("abs({0})"),
    "ceil": _CEIL,
    "ceiling": _CEIL,
    "floor": _FLOOR,
    "round": built(1, 2, _round),
    "sign": _double("CAST(sign({0}) AS DOUBLE)"),
    "signum": _double("CAST(sign({0}) AS DOUBLE)"),
    "sqrt": _double("dbx_sqrt({0})"),
    "exp": _double("exp({0})"),
    "ln": _double("dbx_ln({0})"),
    "log10": _double("dbx_log10({0})"),
    "log2": _double("dbx_log2({0})"),
    "power": template("power(CAST({0} AS DOUBLE), CAST({1} AS DOUBLE))"),
    "pow": template("power(CAST({0} AS DOUBLE), CAST({1} AS DOUBLE))"),
    "mod": built(2, 2, lambda t, arguments: modulo(t, arguments[0], arguments[1])),
    "pmod": built(2, 2, _pmod),
    "try_divide": built(2, 2, _try_divide),
    "greatest": _extreme("greatest"),
    "least": _extreme("least"),
    "isnan": template("coalesce(isnan({0}), false)"),
    "nanvl": template("CASE WHEN isnan({0}) THEN {1} ELSE {0} END"),
    "coalesce": built(1, 100, _coalesce),
    "nvl": built(2, 2, _coalesce),
    "ifnull": built(2, 2, _coalesce),
    "nvl2": built(3, 3, _nvl2),
    "nullif": built(2, 2, _nullif),
    "isnull": template("({0} IS NULL)"),
    "isnotnull": template("({0} IS NOT NULL)"),
    "iff": built(3, 3, _if),
    "if": built(3, 3, _if),
}
