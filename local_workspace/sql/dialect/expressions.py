"""Rules for columns, literals, comparisons and conditions."""

from sqlglot import exp

from local_workspace.sql.dialect.patterns import like, regular_expression
from local_workspace.sql.dialect.sql_text import call, identifier, text
from local_workspace.sql.dialect.translator import (
    Rule,
    Translator,
    check_arguments,
    needs_constant,
    string_constant,
)
from local_workspace.sql.failure import unsupported

_LARGEST_BIGINT = 2**63 - 1


def _column(t: Translator, node: exp.Column) -> str:
    check_arguments(node, "this", "table", "db", "catalog")
    parts = [node.args[name].name for name in ("catalog", "db", "table") if node.args.get(name)]
    # A column may be named by its table's full name, which is not its name in DuckDB.
    if len(parts) == 3 and t.names.is_table(parts):
        parts = parts[2:]
    elif len(parts) > 1 and t.names.is_table(parts[:2]):
        parts = parts[1:]
    prefix = "".join(f"{identifier(part)}." for part in parts)
    return prefix + (_star(t, node.this) if node.is_star else identifier(node.name))


def _star(_: Translator, node: exp.Star) -> str:
    check_arguments(node, "except_")
    names = [identifier(each.name) for each in node.args.get("except_") or []]
    return f"* EXCLUDE ({', '.join(names)})" if names else "*"


def _lambda_variable(_: Translator, node: exp.Identifier) -> str:
    return identifier(node.name)


def _dot(t: Translator, node: exp.Dot) -> str:
    if not isinstance(node.expression, exp.Identifier):
        raise unsupported("A function is called by its bare name here")
    return f"({t.write(node.this)}).{identifier(node.expression.name)}"


def _literal(_: Translator, node: exp.Literal) -> str:
    if node.is_string:
        return text(node.this)
    written = str(node.this)
    if written.isdecimal() and int(written) > _LARGEST_BIGINT:
        digits = len(written.lstrip("0"))
        if digits > 38:
            raise unsupported(f"The number {written}, which has more than 38 digits,")
        return f"CAST({text(written)} AS DECIMAL({digits},0))"
    return written


def _raw_string(_: Translator, node: exp.RawString) -> str:
    return text(node.this)


def _boolean(_: Translator, node: exp.Boolean) -> str:
    return "true" if node.this else "false"


def _null(_: Translator, __: exp.Null) -> str:
    return "NULL"


def _paren(t: Translator, node: exp.Paren) -> str:
    return f"({t.write(node.this)})"


def _binary(operator: str) -> Rule:
    def rule(t: Translator, node: exp.Binary) -> str:
        check_arguments(node, "this", "expression")
        return f"({t.write(node.this)} {operator} {t.write(node.expression)})"

    return rule


def _connector(word: str) -> Rule:
    def rule(t: Translator, node: exp.Connector) -> str:
        check_arguments(node, "this", "expression")
        # Long chains lean to the left; walking them in a loop keeps the stack flat.
        parts = [part for part in node.flatten() if part is not None]
        return f"({f' {word} '.join(t.write_all(parts))})"

    return rule


def _prefix(operator: str) -> Rule:
    def rule(t: Translator, node: exp.Unary) -> str:
        return f"({operator} {t.write(node.this)})"

    return rule


def _is(t: Translator, node: exp.Is) -> str:
    check_arguments(node, "this", "expression")
    if not isinstance(node.expression, exp.Null | exp.Boolean):
        raise unsupported("IS takes NULL, TRUE or FALSE")
    return f"({t.write(node.this)} IS {t.write(node.expression)})"


def _between(t: Translator, node: exp.Between) -> str:
    check_arguments(node, "this", "low", "high")
    low, high = t.write(node.args["low"]), t.write(node.args["high"])
    return f"({t.write(node.this)} BETWEEN {low} AND {high})"


def _in(t: Translator, node: exp.In) -> str:
    check_arguments(node, "this", "expressions", "query")
    if query := node.args.get("query"):
        return f"({t.write(node.this)} IN {t.write(query)})"
    return f"({t.write(node.this)} IN ({', '.join(t.write_all(node.expressions))}))"


def _exists(t: Translator, node: exp.Exists) -> str:
    inner = node.this.this if isinstance(node.this, exp.Subquery) else node.this
    return f"EXISTS ({t.write(inner)})"


def _tuple(t: Translator, node: exp.Tuple) -> str:
    return f"({', '.join(t.write_all(node.expressions))})"


def _like(operator: str) -> Rule:
    def rule(t: Translator, node: exp.Binary, escape: str = "\\") -> str:
        check_arguments(node, "this", "expression", "negate")
        if isinstance(node.expression, exp.Any | exp.All):
            raise unsupported("LIKE ANY and LIKE ALL are not supported: write several LIKE")
        pattern = string_constant(node.expression)
        written = t.write(node.expression)
        answer = like(operator, t.write(node.this), pattern, written, escape)
        return f"(NOT {answer})" if node.args.get("negate") else answer

    return rule


_LIKE, _ILIKE = _like("LIKE"), _like("ILIKE")


def _escape(t: Translator, node: exp.Escape) -> str:
    character = string_constant(node.expression)
    if character is None or len(character) != 1:
        raise unsupported("ESCAPE takes one character")
    write = _LIKE if isinstance(node.this, exp.Like) else _ILIKE
    if not isinstance(node.this, exp.Like | exp.ILike):
        raise unsupported("ESCAPE belongs to LIKE and ILIKE")
    return write(t, node.this, character)  # type: ignore[call-arg]


def _regexp_like(t: Translator, node: exp.RegexpLike) -> str:
    check_arguments(node, "this", "expression", "negate")
    pattern = string_constant(node.expression)
    if pattern is None:
        raise needs_constant("A regular expression", node.expression)
    found = call("regexp_matches", t.write(node.this), text(regular_expression(pattern)))
    return f"(NOT {found})" if node.args.get("negate") else found


def _case(t: Translator, node: exp.Case) -> str:
    check_arguments(node, "this", "ifs", "default")
    subject = f" {t.write(node.this)}" if node.this else ""
    values = [each.args["true"] for each in node.args["ifs"]]
    if default := node.args.get("default"):
        values.append(default)
    written = t.write_all(values)
    t.check_mixture(values, written)
    branches = "".join(
        f" WHEN {t.write(each.this)} THEN {value}"
        for each, value in zip(node.args["ifs"], written, strict=False)
    )
    otherwise = f" ELSE {written[-1]}" if default else ""
    return f"CASE{subject}{branches}{otherwise} END"


def _if(t: Translator, node: exp.If) -> str:
    check_arguments(node, "this", "true", "false")
    values = [node.args["true"], node.args.get("false") or exp.Null()]
    written = t.write_all(values)
    t.check_mixture(values, written)
    return f"CASE WHEN {t.write(node.this)} THEN {written[0]} ELSE {written[1]} END"


def _placeholder(t: Translator, node: exp.Placeholder) -> str:
    if not node.this or not isinstance(node.this, str):
        raise unsupported("A positional parameter marker is not supported: name it, as in :name")
    return t.parameters.value(node.this)


def _lambda(t: Translator, node: exp.Lambda) -> str:
    names = ", ".join(identifier(each.name) for each in node.expressions)
    return f"lambda {names}: {t.write(node.this)}"


EXPRESSION_RULES: dict[type[exp.Expr], Rule] = {
    exp.Column: _column,
    exp.Star: _star,
    exp.Identifier: _lambda_variable,
    exp.Dot: _dot,
    exp.Literal: _literal,
    exp.RawString: _raw_string,
    exp.Boolean: _boolean,
    exp.Null: _null,
    exp.Paren: _paren,
    exp.And: _connector("AND"),
    exp.Or: _connector("OR"),
    exp.Not: _prefix("NOT"),
    exp.EQ: _binary("="),
    exp.NEQ: _binary("<>"),
    exp.GT: _binary(">"),
    exp.GTE: _binary(">="),
    exp.LT: _binary("<"),
    exp.LTE: _binary("<="),
    exp.NullSafeEQ: _binary("IS NOT DISTINCT FROM"),
    exp.NullSafeNEQ: _binary("IS DISTINCT FROM"),
    exp.Is: _is,
    exp.Between: _between,
    exp.In: _in,
    exp.Exists: _exists,
    exp.Tuple: _tuple,
    exp.Like: _LIKE,
    exp.ILike: _ILIKE,
    exp.Escape: _escape,
    exp.RegexpLike: _regexp_like,
    exp.Case: _case,
    exp.If: _if,
    exp.Placeholder: _placeholder,
    exp.Lambda: _lambda,
}
