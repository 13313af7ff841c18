"""Rules for + - * / div % and what else counts: Databricks' result types and errors."""

from typing import Any

from sqlglot import exp

from local_workspace.sql.dialect.sql_text import call, cast
from local_workspace.sql.dialect.translator import (
    Rule,
    Translator,
    check_arguments,
    integer_constant,
    shown,
)
from local_workspace.sql.dialect.type_oracle import INTEGERS
from local_workspace.sql.failure import unsupported

# Digits of the DECIMAL an integer becomes beside one.
_DIGITS = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 20, "hugeint": 20, "ubigint": 20}
_MOST_DIGITS = 38
_LEAST_SCALE = 6
_DAYS = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY")
_UNITS = (*_DAYS, "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND")

Decimal = tuple[int, int]


def _operation(operator: str) -> Rule:
    def rule(t: Translator, node: exp.Binary) -> str:
        check_arguments(node, "this", "expression", "typed", "safe")
        left, right = t.write(node.this), t.write(node.expression)
        if operator in "+-" and (_is_interval(node.this) or _is_interval(node.expression)):
            return _moved(operator, node, left, right)
        kinds = t.known_type(left, node.this), t.known_type(right, node.expression)
        if operator == "-" and {kind.id for kind in kinds} <= _MOMENTS:
            raise unsupported(
                f"{shown(node)} gives an INTERVAL; take datediff or timestampdiff: it"
            )
        result = _decimal_result(operator, (node.this, node.expression), kinds)
        if result is None:
            small = [kind.id in ("tinyint", "smallint") for kind in kinds]
            if any(small) and not all(small) and "integer" in {kind.id for kind in kinds}:
                # A literal is an INT, however small; DuckDB makes it as small as the other side.
                left, right = cast(left, "INTEGER"), cast(right, "INTEGER")
            return f"({left} {operator} {right})"
        left, right = _as_decimal(left, kinds[0]), _as_decimal(right, kinds[1])
        return cast(f"{left} {operator} {right}", f"DECIMAL({result[0]},{result[1]})")

    return rule


_MOMENTS = {"date", "timestamp", "timestamp with time zone"}


def _moved(operator: str, node: exp.Binary, left: str, right: str) -> str:
    """Write a date or a time and an interval."""
    if _is_interval(node.this) and _is_interval(node.expression):
        return f"({left} {operator} {right})"
    intervals = list(node.find_all(exp.Interval))
    days = all(_unit(each) in _DAYS for each in intervals)
    if _is_interval(node.this):
        if operator == "-":
            raise unsupported("An interval minus a date is not supported")
        left, right = right, left
    moved = right if operator == "+" else f"(- {right})"
    return call("dbx_plus_days" if days else "dbx_plus_time", left, moved)


def _is_interval(node: exp.Expr) -> bool:
    if isinstance(node, exp.Paren | exp.Neg):
        return _is_interval(node.this)
    if isinstance(node, exp.Add | exp.Sub):
        return _is_interval(node.this) and _is_interval(node.expression)
    if isinstance(node, exp.Mul):
        return _is_interval(node.this) or _is_interval(node.expression)
    return isinstance(node, exp.Interval)


def _interval(_: Translator, node: exp.Interval) -> str:
    check_arguments(node, "this", "unit")
    unit = _unit(node)
    value = node.this
    written = str(value.this) if isinstance(value, exp.Literal) else ""
    if isinstance(value, exp.Neg):
        written = f"-{value.this.name}"
    amount = written.strip()
    if unit not in _UNITS or not amount.lstrip("-").isdecimal():
        raise unsupported(f"The interval {shown(node)}")
    return f"INTERVAL '{int(amount)}' {unit}"


def _unit(node: exp.Interval) -> str:
    unit = node.args.get("unit")
    return unit.name.upper().removesuffix("S") if isinstance(unit, exp.Var) else ""


def _multiply(t: Translator, node: exp.Mul) -> str:
    if _is_interval(node):
        return f"({t.write(node.this)} * {t.write(node.expression)})"
    return _operation("*")(t, node)


def _divide(t: Translator, node: exp.Div) -> str:
    return divide(t, node.this, node.expression, "dbx_divide")


def divide(t: Translator, dividend: exp.Expr, divisor: exp.Expr, macro: str) -> str:
    """Write a division: of decimals it gives a DECIMAL, of anything else a DOUBLE."""
    left, right = t.write(dividend), t.write(divisor)
    kinds = t.known_type(left, dividend), t.known_type(right, divisor)
    result = _decimal_result("/", (dividend, divisor), kinds)
    if result is None:
        return call(macro, as_double(left, kinds[0]), as_double(right, kinds[1]))
    return decimal_quotient(left, right, result, macro)


def decimal_quotient(left: str, right: str, result: Decimal, macro: str = "dbx_divide") -> str:
    """Write an exact quotient, rounded half up to the scale of its type."""
    checked = f"CASE WHEN {call(macro, cast(left, 'DOUBLE'), cast(right, 'DOUBLE'))} IS NOT NULL "
    quotient = call(
        "dbx_decimal_quotient", cast(left, "VARCHAR"), cast(right, "VARCHAR"), str(result[1])
    )
    return f"{checked}THEN {cast(quotient, f'DECIMAL({result[0]},{result[1]})')} END"


def as_double(written: str, kind: Any) -> str:
    """Write a number or a string as a DOUBLE."""
    if kind.id == "varchar":
        return call("dbx_text_to_double", written)
    return written if kind.id == "double" else cast(written, "DOUBLE")


def _whole_division(t: Translator, node: exp.IntDiv) -> str:
    return call("dbx_div", *_numbers(t, node))


def _modulo(t: Translator, node: exp.Mod) -> str:
    check_arguments(node, "this", "expression")
    return modulo(t, node.this, node.expression)


def modulo(t: Translator, dividend: exp.Expr, divisor: exp.Expr) -> str:
    """Write a remainder, which has the sign of the dividend."""
    left, right = t.write(dividend), t.write(divisor)
    kinds = t.known_type(left, dividend), t.known_type(right, divisor)
    result = _decimal_result("%", (dividend, divisor), kinds)
    remainder = call("dbx_mod", left, right)
    return cast(remainder, f"DECIMAL({result[0]},{result[1]})") if result else remainder


def _numbers(t: Translator, node: exp.Binary) -> list[str]:
    check_arguments(node, "this", "expression")
    return t.write_all([node.this, node.expression])


def _negative(t: Translator, node: exp.Neg) -> str:
    constant = integer_constant(node)
    # The smallest integers have no positive counterpart.
    return f"({constant})" if constant is not None else f"(- {t.write(node.this)})"


def _decimal_result(
    operator: str, nodes: tuple[exp.Expr, exp.Expr], kinds: tuple[Any, Any]
) -> Decimal | None:
    """Return the DECIMAL that comes of two exact numbers, one of them a DECIMAL; else None."""
    if "decimal" not in {kind.id for kind in kinds}:
        return None
    left, right = (_shape(node, kind) for node, kind in zip(nodes, kinds, strict=True))
    if left is None or right is None:
        return None
    (p1, s1), (p2, s2) = left, right
    match operator:
        case "*":
            return bounded(p1 + p2 + 1, s1 + s2)
        case "/":
            scale = max(_LEAST_SCALE, s1 + p2 + 1)
            return bounded(p1 - s1 + s2 + scale, scale)
        case "%":
            scale = max(s1, s2)
            return bounded(min(p1 - s1, p2 - s2) + scale, scale)
        case _:
            scale = max(s1, s2)
            return bounded(max(p1 - s1, p2 - s2) + scale + 1, scale)


def _shape(node: exp.Expr, kind: Any) -> Decimal | None:
    """Return precision and scale of an exact number, None for any other value."""
    if kind.id == "decimal":
        return decimal_digits(kind)
    if kind.id not in INTEGERS:
        return None
    constant = integer_constant(node)
    return (len(str(abs(constant))) if constant is not None else _DIGITS[kind.id]), 0


def decimal_digits(kind: Any) -> Decimal:
    """Return precision and scale of DuckDB's DECIMAL."""
    (_, precision), (_, scale) = kind.children
    return precision, scale


def bounded(precision: int, scale: int) -> Decimal:
    """Return the type within 38 digits; the scale gives way first, down to six."""
    if precision <= _MOST_DIGITS:
        return precision, scale
    whole = precision - scale
    return _MOST_DIGITS, max(_MOST_DIGITS - whole, min(scale, _LEAST_SCALE))


def _as_decimal(written: str, kind: Any) -> str:
    if kind.id in _DIGITS:
        return cast(written, f"DECIMAL({_DIGITS[kind.id]},0)")
    return written


def _bits(operator: str) -> Rule:
    def rule(t: Translator, node: exp.Binary) -> str:
        left, right = _numbers(t, node)
        return call("xor", left, right) if operator == "^" else f"({left} {operator} {right})"

    return rule


def _bitwise_not(t: Translator, node: exp.BitwiseNot) -> str:
    return f"(~ {t.write(node.this)})"


ARITHMETIC_RULES: dict[type[exp.Expr], Rule] = {
    exp.Add: _operation("+"),
    exp.Sub: _operation("-"),
    exp.Mul: _multiply,
    exp.Div: _divide,
    exp.IntDiv: _whole_division,
    exp.Mod: _modulo,
    exp.Neg: _negative,
    exp.Interval: _interval,
    exp.BitwiseAnd: _bits("&"),
    exp.BitwiseOr: _bits("|"),
    exp.BitwiseXor: _bits("^"),
    exp.BitwiseNot: _bitwise_not,
}
