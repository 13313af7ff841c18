"""ORDER BY and windows: the order of rows, and which of them are looked at together."""

from sqlglot import exp

from local_workspace.sql.dialect.sql_text import identifier
from local_workspace.sql.dialect.translator import Translator, check_arguments
from local_workspace.sql.failure import unsupported


def order_by(t: Translator, node: exp.Order) -> str:
    """Write ORDER BY with the place of nulls said aloud: the defaults differ."""
    check_arguments(node, "expressions")
    return f"ORDER BY {', '.join(_ordered(t, each) for each in node.expressions)}"


def _ordered(t: Translator, node: exp.Ordered) -> str:
    check_arguments(node, "this", "desc", "nulls_first")
    value = node.this
    is_all = isinstance(value, exp.Var) and value.name.upper() == "ALL"
    written = "ALL" if is_all else t.write(value)
    nulls = "FIRST" if node.args.get("nulls_first") else "LAST"
    return f"{written} {'DESC' if node.args.get('desc') else 'ASC'} NULLS {nulls}"


def window_definition(t: Translator, node: exp.Window) -> str:
    """Write a named window of the WINDOW clause."""
    check_arguments(node, "this", "partition_by", "order", "spec")
    return f"{identifier(node.this.name)} AS ({window_body(t, node)})"


def window_body(t: Translator, node: exp.Window) -> str:
    """Write what stands in the parentheses of OVER."""
    parts = []
    if partition := node.args.get("partition_by"):
        parts.append(f"PARTITION BY {', '.join(t.write_all(partition))}")
    if order := node.args.get("order"):
        parts.append(order_by(t, order))
    if spec := node.args.get("spec"):
        check_arguments(spec, "kind", "start", "start_side", "end", "end_side")
        start, end = (_bound(t, spec, name) for name in ("start", "end"))
        parts.append(f"{spec.args['kind'].upper()} BETWEEN {start} AND {end or 'CURRENT ROW'}")
    return " ".join(parts)


def _bound(t: Translator, spec: exp.WindowSpec, name: str) -> str:
    value = spec.args.get(name)
    if value is None:
        return ""
    side = str(spec.args.get(f"{name}_side") or "").upper()
    if isinstance(value, str):
        word = value.upper()
        if word not in ("UNBOUNDED", "CURRENT ROW"):
            raise unsupported(f"The frame {word} is not supported")
        return f"{word} {side}".strip()
    return f"{t.write(value)} {side}"
