"""Functions of arrays, maps and structs."""

from typing import Any

from sqlglot import exp

from local_workspace.sql.dialect.functions import Function, built, template
from local_workspace.sql.dialect.sql_text import call, cast, identifier
from local_workspace.sql.dialect.translator import (
    Rule,
    Translator,
    check_arguments,
    needs_constant,
    shown,
    string_constant,
)
from local_workspace.sql.dialect.type_oracle import INTEGERS
from local_workspace.sql.failure import unsupported

Arguments = list[exp.Expr]


def _kind(t: Translator, written: str, node: exp.Expr, *wanted: str) -> str:
    kind = t.known_type(written, node)
    if kind.id not in wanted:
        raise unsupported(f"{shown(node)} is a {kind}, not a {' or a '.join(wanted)}: this")
    return str(kind.id)


def _bracket(t: Translator, node: exp.Bracket) -> str:
    """`a[0]` is an array's first item, past its end is an error; a map without the key has NULL."""
    check_arguments(node, "this", "expressions")
    if len(node.expressions) != 1 or isinstance(node.expressions[0], exp.Slice):
        raise unsupported("A slice in brackets")
    written, key = t.write(node.this), t.write(node.expressions[0])
    if _kind(t, written, node.this, "list", "map", "struct") == "list":
        return call("dbx_item", written, key)
    return f"{written}[{key}]"


def _element_at(t: Translator, arguments: Arguments) -> str:
    written, key = t.write_all(arguments)
    is_list = _kind(t, written, arguments[0], "list", "map") == "list"
    return call("dbx_element", written, key) if is_list else f"{written}[{key}]"


def _size(t: Translator, arguments: Arguments) -> str:
    written = t.write(arguments[0])
    is_list = _kind(t, written, arguments[0], "list", "map") == "list"
    return cast(call("len" if is_list else "cardinality", written), "INTEGER")


def _array(t: Translator, arguments: Arguments) -> str:
    written = t.write_all(arguments)
    t.check_mixture(arguments, written)
    return f"[{', '.join(written)}]"


def _map(t: Translator, arguments: Arguments) -> str:
    if len(arguments) % 2:
        raise unsupported("map with a key that has no value")
    written = t.write_all(arguments)
    return f"MAP([{', '.join(written[::2])}], [{', '.join(written[1::2])}])"


def _named_struct(t: Translator, arguments: Arguments) -> str:
    names = [string_constant(each) for each in arguments[::2]]
    if len(arguments) % 2 or None in names:
        raise unsupported("named_struct takes names, as literals, and values")
    values = t.write_all(arguments[1::2])
    return _packed([name or "" for name in names], values)


def _struct(t: Translator, arguments: Arguments) -> str:
    names, values = [], []
    for index, each in enumerate(arguments):
        if isinstance(each, exp.Alias | exp.Column | exp.Dot):
            names.append(each.alias_or_name if not isinstance(each, exp.Dot) else each.name)
        else:
            names.append(f"col{index + 1}")
        values.append(t.write(each.this if isinstance(each, exp.Alias) else each))
    return _packed(names, values)


def _packed(names: list[str], values: list[str]) -> str:
    pairs = (f"{identifier(name)} := {value}" for name, value in zip(names, values, strict=True))
    return call("struct_pack", *pairs)


def _explode(t: Translator, arguments: Arguments) -> str:
    written = t.write(arguments[0])
    _kind(t, written, arguments[0], "list")
    return call("UNNEST", written)


def _sequence(t: Translator, arguments: Arguments) -> str:
    written = t.write_all(arguments)
    kinds = [t.known_type(each, node) for each, node in zip(written, arguments, strict=True)]
    if any(kind.id not in INTEGERS for kind in kinds):
        raise unsupported("sequence of anything but integers")
    if len(written) < 3:
        written.append(f"CASE WHEN {written[0]} <= {written[1]} THEN 1 ELSE -1 END")
    element = "BIGINT" if "bigint" in {kind.id for kind in kinds[:2]} else "INTEGER"
    return cast(call("generate_series", *written), f"{element}[]")


def _sort_array(t: Translator, arguments: Arguments) -> str:
    order = "'ASC', 'NULLS FIRST'"
    if len(arguments) > 1:
        if not isinstance(arguments[1], exp.Boolean):
            raise needs_constant("The direction", arguments[1])
        order = order if arguments[1].this else "'DESC', 'NULLS LAST'"
    return call("list_sort", t.write(arguments[0]), order)


def _slice(t: Translator, arguments: Arguments) -> str:
    array, start, length = t.write_all(arguments)
    return f"{array}[{start}:CASE WHEN {start} < 0 AND {start} + {length} - 1 >= 0 THEN -1 " + (
        f"ELSE {start} + {length} - 1 END]"
    )


def _over_items(t: Translator, node: exp.Expr, function: exp.Expr) -> tuple[str, str]:
    """Write an array and a lambda over it, whose variable has the type of the items."""
    array = t.write(node)
    kind: Any = t.known_type(array, node)
    if kind.id != "list" or not isinstance(function, exp.Lambda) or len(function.expressions) != 1:
        raise unsupported("This needs an array and a lambda of one variable; it")
    variable = identifier(function.expressions[0].name)
    scope = f'(SELECT CAST(NULL AS {kind.children[0][1]}) AS {variable}) AS "lambda"'
    t.scopes.append(scope)
    try:
        return array, t.write(function)
    finally:
        t.scopes.pop()


def _higher(written: str) -> Function:
    def build(t: Translator, arguments: Arguments) -> str:
        return written.format(*_over_items(t, arguments[0], arguments[1]))

    return built(2, 2, build)


def _transform(t: Translator, node: exp.Transform) -> str:
    check_arguments(node, "this", "expression")
    return call("list_transform", *_over_items(t, node.this, node.expression))


def _array_node(t: Translator, node: exp.Array) -> str:
    check_arguments(node, "expressions")
    return _array(t, node.expressions)


COLLECTION_RULES: dict[type[exp.Expr], Rule] = {
    exp.Array: _array_node,
    exp.Bracket: _bracket,
    exp.Transform: _transform,
}
_SIZE = built(1, 1, _size)
COLLECTION_FUNCTIONS: dict[str, Function] = {
    "map": built(2, 10_000, _map),
    "named_struct": built(2, 1000, _named_struct),
    "struct": built(1, 1000, _struct),
    "size": _SIZE,
    "cardinality": _SIZE,
    "array_size": _SIZE,
    "element_at": built(2, 2, _element_at),
    "get": template("dbx_get({0}, {1})"),
    "array_contains": template("dbx_contains({0}, {1})"),
    "array_join": template(
        "array_to_string({0}, {1})",
        "array_to_string(list_transform({0}, lambda item: coalesce(item, {2})), {1})",
    ),
    "array_max": template("list_max({0})"),
    "array_min": template("list_min({0})"),
    "array_position": template("CAST(coalesce(list_position({0}, {1}), 0) AS BIGINT)"),
    "sort_array": built(1, 2, _sort_array),
    "flatten": template("flatten({0})"),
    "slice": built(3, 3, _slice),
    "sequence": built(2, 3, _sequence),
    "map_keys": template("map_keys({0})"),
    "map_values": template("map_values({0})"),
    "map_contains_key": template("list_contains(map_keys({0}), {1})"),
    "filter": _higher("list_filter({0}, {1})"),
    "exists": _higher("dbx_exists(list_transform({0}, {1}))"),
    "forall": _higher("dbx_forall(list_transform({0}, {1}))"),
    "explode": built(1, 1, _explode),
}
