"""Rules for what a query consists of: SELECT and its clauses, joins, set operations, windows."""

from sqlglot import exp

from local_workspace.sql.dialect.column_names import column_name
from local_workspace.sql.dialect.ordering import order_by, window_definition
from local_workspace.sql.dialect.sql_text import identifier
from local_workspace.sql.dialect.translator import Rule, Translator, check_arguments
from local_workspace.sql.failure import unsupported

_CLAUSES = (
    *("expressions", "distinct", "from_", "joins", "laterals", "where", "group", "having"),
    *("qualify", "windows", "order", "limit", "offset", "with_"),
)
_QUERY_END = ("order", "limit", "offset", "with_")


def _select(t: Translator, node: exp.Select) -> str:
    check_arguments(node, *_CLAUSES)
    known = len(t.ctes)
    start = _with(t, node)
    source = _from(t, node)
    aliases, t.aliases = t.aliases, []
    t.scopes.append(source)
    body = _clauses(t, node)
    t.scopes.pop()
    t.aliases = aliases
    del t.ctes[known:]
    distinct = node.args.get("distinct")
    if distinct:
        check_arguments(distinct)
    columns, rest = body
    from_clause = f" FROM {source}" if source else ""
    return f"{start}SELECT {'DISTINCT ' if distinct else ''}{columns}{from_clause}{rest}"


def _clauses(t: Translator, node: exp.Select) -> tuple[str, str]:
    using = any(join.args.get("using") for join in node.args.get("joins") or [])
    if using and any(isinstance(each, exp.Star) for each in node.expressions):
        # Databricks puts the common columns first.
        raise unsupported("SELECT * over a join with USING: list the columns; it")
    columns = ", ".join(_projection(t, each) for each in node.expressions)
    parts = []
    for name, word in (("where", "WHERE"), ("having", "HAVING"), ("qualify", "QUALIFY")):
        if clause := node.args.get(name):
            parts.append((name, f" {word} {t.write(clause.this)}"))
    written = dict(parts)
    group = _group(t, node.args["group"]) if node.args.get("group") else ""
    windows = [window_definition(t, each) for each in node.args.get("windows") or []]
    named = f" WINDOW {', '.join(windows)}" if windows else ""
    return columns, (
        written.get("where", "")
        + group
        + written.get("having", "")
        + named
        + written.get("qualify", "")
        + _query_end(t, node)
    )


def _projection(t: Translator, node: exp.Expr) -> str:
    if isinstance(node, exp.Star) or (isinstance(node, exp.Column) and node.is_star):
        return t.write(node)
    if isinstance(node, exp.Alias):
        check_arguments(node, "this", "alias")
        written, name = t.write(node.this), identifier(node.alias)
        t.aliases.append((name, written))
        return f"{written} AS {name}"
    return f"{t.write(node)} AS {identifier(column_name(node))}"


def _with(t: Translator, node: exp.Query) -> str:
    """Write the common table expressions, and bring them into scope one after the other."""
    clause = node.args.get("with_")
    if clause is None:
        return ""
    check_arguments(clause, "expressions")
    definitions = []
    for cte in clause.expressions:
        check_arguments(cte, "this", "alias")
        name = _table_alias(cte.args["alias"])
        definition = f"{name} AS ({t.write(cte.this)})"
        definitions.append(definition)
        t.ctes.append((cte.alias.lower(), definition))
    return f"WITH {', '.join(definitions)} "


def _from(t: Translator, node: exp.Select) -> str:
    clause = node.args.get("from_")
    if clause is None:
        if node.args.get("joins") or node.args.get("laterals"):
            raise unsupported("A join without FROM is not supported")
        return ""
    check_arguments(clause, "this")
    source = t.write(clause.this)
    for join in node.args.get("joins") or []:
        source += _join(t, join, source)
    for lateral in node.args.get("laterals") or []:
        t.scopes.append(source)
        source += _lateral_view(t, lateral)
        t.scopes.pop()
    return source


def _join(t: Translator, node: exp.Join, left: str) -> str:
    check_arguments(node, "this", "side", "kind", "on", "using")
    side, kind = node.side.upper(), node.kind.upper()
    if kind in ("SEMI", "ANTI"):
        word = f"{kind} JOIN"
    elif kind == "CROSS" or not (side or node.args.get("on") or node.args.get("using")):
        word = "CROSS JOIN"
    else:
        word = f"{side or 'INNER'} JOIN"
    t.scopes.append(left)
    target = t.write(node.this)
    t.scopes.pop()
    t.scopes.append(f"{left}, {target}")
    condition = f" ON {t.write(node.args['on'])}" if node.args.get("on") else ""
    t.scopes.pop()
    if using := node.args.get("using"):
        condition = f" USING ({', '.join(identifier(each.name) for each in using)})"
    return f" {word} {target}{condition}"


def _lateral_view(t: Translator, node: exp.Lateral) -> str:
    """LATERAL VIEW explode and posexplode: an array's elements beside the row."""
    check_arguments(node, "this", "view", "outer", "alias")
    call = node.this
    name = call.name.lower() if isinstance(call, exp.Anonymous) else ""
    if name not in ("explode", "posexplode") or len(call.expressions) != 1:
        raise unsupported("LATERAL VIEW takes explode or posexplode of one array")
    array = t.write(call.expressions[0])
    kind = t.type_of(array)
    if kind is not None and kind.id == "map":
        raise unsupported("explode of a MAP is not supported: take map_keys or map_values")
    columns = [each.name for each in node.args["alias"].columns]
    expected = ["col"] if name == "explode" else ["pos", "col"]
    if len(columns) not in (0, len(expected)):
        raise unsupported(f"{name} gives {len(expected)} column(s)")
    named = [identifier(each) for each in columns or expected]
    values = [f"UNNEST({array}) AS {named[-1]}"]
    if name == "posexplode":
        values.insert(0, f"CAST(generate_subscripts({array}, 1) - 1 AS INTEGER) AS {named[0]}")
    word, end = ("LEFT JOIN", " ON true") if node.args.get("outer") else ("CROSS JOIN", "")
    alias = identifier(node.alias or "lateral view")
    return f" {word} LATERAL (SELECT {', '.join(values)}) AS {alias}{end}"


def _lateral(t: Translator, node: exp.Lateral) -> str:
    check_arguments(node, "this", "alias")
    if not isinstance(node.this, exp.Subquery):
        raise unsupported("LATERAL takes a subquery")
    return f"LATERAL ({t.write(node.this.this)}) AS {_table_alias(node.args['alias'])}"


def _table(t: Translator, node: exp.Table) -> str:
    check_arguments(node, "this", "db", "catalog", "alias")
    if not isinstance(node.this, exp.Identifier):
        raise unsupported(f"The table function {node.name or 'here'} is not supported")
    alias = node.args.get("alias")
    named = _table_alias(alias) if alias else identifier(node.name)
    single = not (node.args.get("db") or node.args.get("catalog"))
    if single and node.name.lower() in {name for name, _ in t.ctes}:
        return f"{identifier(node.name)} AS {named}"
    return f"{t.names.relation(node)} AS {named}"


def _subquery(t: Translator, node: exp.Subquery) -> str:
    check_arguments(node, "this", "alias", *_QUERY_END)
    alias = node.args.get("alias")
    known = len(t.ctes)
    start = _with(t, node)
    inner = f"{start}{_nested(t, node.this)}{_query_end(t, node)}"
    del t.ctes[known:]
    return f"({inner}) AS {_table_alias(alias)}" if alias else f"({inner})"


def _nested(t: Translator, node: exp.Expr) -> str:
    """Write a query inside parentheses, which keep its own ORDER BY and LIMIT to itself."""
    if isinstance(node, exp.Table):
        raise unsupported("Parentheses around a table or a join are not supported")
    return t.write(node)


def _values(t: Translator, node: exp.Values) -> str:
    check_arguments(node, "expressions", "alias")
    rows = ", ".join(f"({', '.join(t.write_all(_row(row)))})" for row in node.expressions)
    alias = node.args.get("alias")
    if alias and alias.columns:
        return f"(VALUES {rows}) AS {_table_alias(alias)}"
    names = ", ".join(f'"col{index + 1}"' for index in range(len(_row(node.expressions[0]))))
    return f"(VALUES {rows}) AS {identifier(alias.name if alias else 'values')}({names})"


def _row(node: exp.Expr) -> list[exp.Expr]:
    return node.expressions if isinstance(node, exp.Tuple) else [node]


def _set_operation(word: str) -> Rule:
    def rule(t: Translator, node: exp.SetOperation) -> str:
        check_arguments(node, "this", "expression", "distinct", *_QUERY_END)
        known = len(t.ctes)
        start = _with(t, node)
        both = [_operand(t, side) for side in (node.this, node.expression)]
        _check_columns(t, *both)
        all_rows = "" if node.args.get("distinct") else " ALL"
        written = f"{start}{both[0]} {word}{all_rows} {both[1]}{_query_end(t, node)}"
        del t.ctes[known:]
        return written

    return rule


def _check_columns(t: Translator, left: str, right: str) -> None:
    """Refuse a column that is a STRING on one side only: DuckDB would make strings of both."""
    kinds = [t.columns_of(f"{side}" if side[0] == "(" else f"({side})") for side in (left, right)]
    for one, other in zip(*kinds, strict=False):
        texts = {kind.id == "varchar" for kind in (one, other) if kind.id != "null"}
        if len(texts) > 1:
            raise unsupported(f"A column that is {one} on one side and {other} on the other")


def _operand(t: Translator, node: exp.Expr) -> str:
    if isinstance(node, exp.Subquery):
        return t.write(node)
    return f"({t.write(node)})"


def _group(t: Translator, node: exp.Group) -> str:
    check_arguments(node, "expressions", "all")
    if node.args.get("all"):
        return " GROUP BY ALL"
    return f" GROUP BY {', '.join(t.write_all(node.expressions))}"


def _query_end(t: Translator, node: exp.Expr) -> str:
    written = ""
    if order := node.args.get("order"):
        written += f" {order_by(t, order)}"
    for name, word in (("limit", "LIMIT"), ("offset", "OFFSET")):
        if (clause := node.args.get(name)) is not None:
            check_arguments(clause, "expression")
            written += f" {word} {t.write(clause.expression)}"
    return written


def _table_alias(node: exp.TableAlias) -> str:
    check_arguments(node, "this", "columns")
    if not isinstance(node.this, exp.Identifier):
        raise unsupported("This alias of a table is not supported")
    columns = ", ".join(identifier(each.name) for each in node.columns)
    return identifier(node.name) + (f"({columns})" if columns else "")


QUERY_RULES: dict[type[exp.Expr], Rule] = {
    exp.Select: _select,
    exp.Union: _set_operation("UNION"),
    exp.Intersect: _set_operation("INTERSECT"),
    exp.Except: _set_operation("EXCEPT"),
    exp.Subquery: _subquery,
    exp.Table: _table,
    exp.Values: _values,
    exp.Lateral: _lateral,
}
