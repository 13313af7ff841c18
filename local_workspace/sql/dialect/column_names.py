"""What Databricks calls a column that was given no name."""

from collections.abc import Callable

from sqlglot import exp

_LONGEST = 200


def column_name(node: exp.Expr) -> str:
    """Return the name of an expression in a SELECT list."""
    if isinstance(node, exp.Cast) and isinstance(node.this, _NAMED):
        return column_name(node.this)
    if isinstance(node, exp.Column):
        return str(node.name)
    if isinstance(node, exp.Dot):
        return str(node.expression.name)
    if isinstance(node, exp.JSONExtract):
        return _path_name(node)
    if isinstance(node, exp.Anonymous) and node.name.lower() == "explode":
        return "col"
    return _pretty(node)[:_LONGEST]


_NAMED = (exp.Column, exp.Dot, exp.JSONExtract)


def _path_name(node: exp.JSONExtract) -> str:
    keys = [part for part in node.expression.expressions if isinstance(part, exp.JSONPathKey)]
    return str(keys[-1].this) if keys else _pretty(node)


def _pretty(node: exp.Expr) -> str:
    if (write := _WRITERS.get(type(node))) is not None:
        return write(node)
    if (operator := _OPERATORS.get(type(node))) is not None:
        return f"({_pretty(node.this)} {operator} {_pretty(node.expression)})"
    return str(node.sql(dialect="databricks", comments=False))


def _call(node: exp.Expr) -> str:
    name = "array" if isinstance(node, exp.Array) else node.name.lower()
    return f"{name}({', '.join(_argument(each) for each in node.expressions)})"


def _argument(node: exp.Expr) -> str:
    if isinstance(node, exp.Distinct):
        return f"DISTINCT {', '.join(_pretty(each) for each in node.expressions)}"
    return _pretty(node)


def _negative(node: exp.Expr) -> str:
    is_number = isinstance(node.this, exp.Literal) and not node.this.is_string
    return f"{'-' if is_number else '- '}{_pretty(node.this)}"


def _without_quotes(node: exp.Expr) -> str:
    return str(node.sql(dialect="databricks")).replace("`", "")


def _cast(node: exp.Expr) -> str:
    assert isinstance(node, exp.Cast)
    return f"CAST({_pretty(node.this)} AS {node.to.sql(dialect='databricks')})"


_WRITERS: dict[type[exp.Expr], Callable[[exp.Expr], str]] = {
    exp.Paren: lambda node: _pretty(node.this),
    exp.Literal: lambda node: str(node.this),
    exp.Anonymous: _call,
    exp.Array: _call,
    exp.Star: lambda _: "1",
    exp.Neg: _negative,
    exp.Column: _without_quotes,
    exp.Dot: _without_quotes,
    exp.Cast: _cast,
    exp.CurrentTimestamp: lambda _: "current_timestamp()",
    exp.CurrentDate: lambda _: "current_date()",
}
_OPERATORS: dict[type[exp.Expr], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.Mod: "%",
    exp.EQ: "=",
    exp.NEQ: "!=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.And: "AND",
    exp.Or: "OR",
}
