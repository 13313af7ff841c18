"""Aggregate and window functions, with FILTER, OVER, DISTINCT and the order within."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from local_workspace.sql.dialect.arithmetic import (
    as_double,
    bounded,
    decimal_digits,
    decimal_quotient,
)
from local_workspace.sql.dialect.ordering import window_body
from local_workspace.sql.dialect.sql_text import cast, identifier
from local_workspace.sql.dialect.translator import (
    Rule,
    Translator,
    check_arguments,
    needs_constant,
)
from local_workspace.sql.dialect.type_oracle import INTEGERS
from local_workspace.sql.failure import unsupported


@dataclass
class Call:
    """A call of an aggregate or window function with everything around it."""

    t: Translator
    name: str
    arguments: list[exp.Expr]
    distinct: bool = False
    ignore_nulls: bool = False
    within: exp.Order | None = None
    condition: str = ""
    over: str = ""

    def value(self, index: int = 0) -> str:
        """Return one argument."""
        return self.t.write(self.arguments[index])

    def kind(self, index: int = 0) -> Any:
        """Return the type of one argument."""
        return self.t.known_type(self.value(index), self.arguments[index])

    def write(self, function: str, *arguments: str, condition: str = "") -> str:
        """Return the call of a DuckDB function, with FILTER and OVER."""
        both = " AND ".join(each for each in (condition, self.condition) if each)
        chosen = f" FILTER (WHERE {both})" if both else ""
        listed = ", ".join(arguments)
        nulls = " IGNORE NULLS" if self.ignore_nulls else ""
        distinct = "DISTINCT " if self.distinct else ""
        return f"{function}({distinct}{listed}{nulls}){chosen}{self.over}"


Build = Callable[[Call], str]


@dataclass(frozen=True)
class Aggregate:
    """How many arguments it takes, and what becomes of it."""

    least: int
    most: int
    build: Build
    only_over: bool = False


def _plain(function: str, least: int = 1, most: int = 1, kind: str = "") -> Aggregate:
    def build(c: Call) -> str:
        written = c.write(function, *(c.value(index) for index in range(len(c.arguments))))
        return cast(written, kind) if kind else written

    return Aggregate(least, most, build)


def _count(c: Call) -> str:
    if c.distinct and isinstance(c.arguments[0], exp.Star):
        raise unsupported("count(DISTINCT *)")
    return c.write("count", c.value())


def _sum(c: Call) -> str:
    kind, written = c.kind(), c.write("sum", c.value())
    if kind.id in INTEGERS:
        # More than a BIGINT can hold is an error, as on Databricks.
        return cast(written, "BIGINT")
    if kind.id == "decimal":
        precision, scale = decimal_digits(kind)
        return cast(written, f"DECIMAL({min(38, precision + 10)},{scale})")
    return c.write("sum", as_double(c.value(), kind))


def _avg(c: Call) -> str:
    kind = c.kind()
    if kind.id != "decimal":
        return c.write("avg", as_double(c.value(), kind))
    precision, scale = decimal_digits(kind)
    total, count = c.write("sum", c.value()), c.write("count", c.value())
    return decimal_quotient(total, count, bounded(precision + 4, scale + 4), "dbx_try_divide")


def _collected(c: Call) -> str:
    value = c.value()
    return f"coalesce({c.write('list', value, condition=f'{value} IS NOT NULL')}, [])"


def _distinct_count(c: Call) -> str:
    """Exact, which is within every tolerance."""
    c.distinct = True
    return c.write("count", c.value())


def _collected_set(c: Call) -> str:
    c.distinct = True
    return _collected(c)


def _percentile(function: str, approximate: bool) -> Build:
    def build(c: Call) -> str:
        value = c.value() if approximate else as_double(c.value(), c.kind())
        return c.write(function, value, _share(c.arguments[1]))

    return build


def _share(node: exp.Expr) -> str:
    if isinstance(node, exp.Array):
        return f"[{', '.join(_share(each) for each in node.expressions)}]"
    if not isinstance(node, exp.Literal) or node.is_string or not 0 <= float(node.this) <= 1:
        raise needs_constant("A share, from 0 to 1,", node)
    return str(node.this)


def _within_group(function: str) -> Build:
    def build(c: Call) -> str:
        order = c.within.expressions if c.within else []
        if len(order) != 1 or order[0].args.get("desc"):
            raise unsupported(f"{c.name} without WITHIN GROUP (ORDER BY x), or descending,")
        share = _share(c.arguments[0])
        value = c.t.write(order[0].this)
        if function == "quantile_cont":
            value = as_double(value, c.t.known_type(value, order[0].this))
        c.within = None
        return c.write(function, value, share)

    return build


def _median(c: Call) -> str:
    return c.write("median", as_double(c.value(), c.kind()))


def _spread(function: str) -> Aggregate:
    return Aggregate(1, 1, lambda c: c.write(function, as_double(c.value(), c.kind())))


def _sample(function: str) -> Aggregate:
    """Of one value DuckDB's is 0 and Databricks' NULL."""

    def build(c: Call) -> str:
        value = as_double(c.value(), c.kind())
        return f"CASE WHEN {c.write('count', value)} > 1 THEN {c.write(function, value)} END"

    return Aggregate(1, 1, build)


def _ranking(function: str, least: int = 0, most: int = 0, kind: str = "INTEGER") -> Aggregate:
    aggregate = _plain(function, least, most, kind)
    return Aggregate(least, most, aggregate.build, only_over=True)


_PERCENTILE_APPROX = Aggregate(2, 3, _percentile("quantile_disc", approximate=True))
_AND, _OR = _plain("bool_and"), _plain("bool_or")
AGGREGATES: dict[str, Aggregate] = {
    "count": Aggregate(1, 1, _count),
    "count_if": _plain("count_if", kind="BIGINT"),
    "sum": Aggregate(1, 1, _sum),
    "avg": Aggregate(1, 1, _avg),
    "mean": Aggregate(1, 1, _avg),
    "min": _plain("min"),
    "max": _plain("max"),
    "min_by": _plain("arg_min_null", 2, 2),
    "max_by": _plain("arg_max_null", 2, 2),
    "any_value": _plain("any_value"),
    "bool_and": _AND,
    "every": _AND,
    "bool_or": _OR,
    "some": _OR,
    "approx_count_distinct": Aggregate(1, 1, _distinct_count),
    "collect_list": Aggregate(1, 1, _collected),
    "array_agg": Aggregate(1, 1, _collected),
    "collect_set": Aggregate(1, 1, _collected_set),
    "percentile": Aggregate(2, 2, _percentile("quantile_cont", approximate=False)),
    "percentile_approx": _PERCENTILE_APPROX,
    "approx_percentile": _PERCENTILE_APPROX,
    "percentile_cont": Aggregate(1, 1, _within_group("quantile_cont")),
    "percentile_disc": Aggregate(1, 1, _within_group("quantile_disc")),
    "median": Aggregate(1, 1, _median),
    "stddev": _sample("stddev_samp"),
    "stddev_samp": _sample("stddev_samp"),
    "std": _sample("stddev_samp"),
    "stddev_pop": _spread("stddev_pop"),
    "variance": _sample("var_samp"),
    "var_samp": _sample("var_samp"),
    "var_pop": _spread("var_pop"),
    "row_number": _ranking("row_number"),
    "rank": _ranking("rank"),
    "dense_rank": _ranking("dense_rank"),
    "ntile": _ranking("ntile", 1, 1),
    "percent_rank": _ranking("percent_rank", kind="DOUBLE"),
    "cume_dist": _ranking("cume_dist", kind="DOUBLE"),
    "lag": _ranking("lag", 1, 3, ""),
    "lead": _ranking("lead", 1, 3, ""),
    "first_value": _ranking("first_value", 1, 1, ""),
    "last_value": _ranking("last_value", 1, 1, ""),
    "nth_value": _ranking("nth_value", 2, 2, ""),
}


def write_aggregate(t: Translator, node: exp.Expr) -> str:
    """Write a call with whatever stands around it: FILTER, WITHIN GROUP, IGNORE NULLS, OVER."""
    found = Call(t, "", [])
    inner = node
    while not isinstance(inner, exp.Anonymous):
        inner = _unwrapped(t, inner, found)
    found.name, found.arguments = inner.name.lower(), inner.expressions
    if found.arguments and isinstance(found.arguments[0], exp.Distinct):
        check_arguments(found.arguments[0], "expressions")
        found.distinct, found.arguments = True, found.arguments[0].expressions
    aggregate = AGGREGATES.get(found.name)
    if aggregate is None:
        raise unsupported(f"The aggregate or window function {found.name} is not supported")
    if not aggregate.least <= len(found.arguments) <= aggregate.most:
        raise unsupported(f"{found.name} with {len(found.arguments)} argument(s)")
    if aggregate.only_over and not found.over:
        raise unsupported(f"{found.name} without OVER")
    written = aggregate.build(found)
    if found.within is not None:
        raise unsupported(f"{found.name} WITHIN GROUP")
    return written


def _unwrapped(t: Translator, node: exp.Expr, found: Call) -> exp.Expr:
    inner: exp.Expr = node.this
    match node:
        case exp.Window():
            check_arguments(node, "this", "partition_by", "order", "spec", "alias", "over")
            name = node.args.get("alias")
            found.over = (
                f" OVER {identifier(name.name)}" if name else (f" OVER ({window_body(t, node)})")
            )
        case exp.Filter():
            check_arguments(node, "this", "expression")
            found.condition = t.write(node.expression.this)
        case exp.WithinGroup():
            found.within = node.expression
        case exp.IgnoreNulls():
            found.ignore_nulls = True
        case exp.RespectNulls():
            pass
        case _:
            raise unsupported("This kind of aggregate")
    return inner


def is_aggregate(node: exp.Anonymous) -> bool:
    """Tell whether this is a call of an aggregate or window function."""
    return node.name.lower() in AGGREGATES


AGGREGATE_RULES: dict[type[exp.Expr], Rule] = {
    exp.Window: write_aggregate,
    exp.Filter: write_aggregate,
    exp.WithinGroup: write_aggregate,
    exp.IgnoreNulls: write_aggregate,
}
