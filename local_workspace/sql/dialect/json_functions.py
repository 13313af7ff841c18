"""JSON: paths with `:`, get_json_object, from_json with a schema, to_json.

What is not JSON gives NULL, as on Databricks; DuckDB alone would end the statement.
"""

import re

from sqlglot import exp

from local_workspace.sql.dialect.casts import duckdb_type
from local_workspace.sql.dialect.functions import Function, built
from local_workspace.sql.dialect.parsing import parse_type
from local_workspace.sql.dialect.sql_text import call, text
from local_workspace.sql.dialect.translator import (
    Rule,
    Translator,
    check_arguments,
    needs_constant,
    shown,
    string_constant,
)
from local_workspace.sql.failure import unsupported

Arguments = list[exp.Expr]
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\['([^']+)'\]")


def _path(t: Translator, node: exp.JSONExtract) -> str:
    check_arguments(node, "this", "expression", "variant_extract", "requires_json")
    if not node.args.get("variant_extract"):
        raise unsupported("The operator -> is not supported: use a path with a colon; it")
    source = node.this
    if isinstance(source, exp.Anonymous) and source.name.lower() == "parse_json":
        if not isinstance(node.parent, exp.Cast):
            raise unsupported("A VARIANT is not supported: cast the path, as in ::string; it")
        source = source.expressions[0]
    steps = "".join(_step(part) for part in node.expression.expressions[1:])
    written = t.write(source)
    kind = t.type_of(written)
    if kind is not None and kind.id not in ("varchar", "null"):
        raise unsupported(f"{shown(source)} is a {kind}: a JSON path into anything but a STRING")
    return _extracted(written, steps)


def _step(part: exp.Expr) -> str:
    if isinstance(part, exp.JSONPathKey) and isinstance(part.this, str):
        return _key(part.this)
    if isinstance(part, exp.JSONPathSubscript) and isinstance(part.this, int) and part.this >= 0:
        return f"[{part.this}]"
    if isinstance(part, exp.JSONPathSubscript) and isinstance(part.this, str):
        return _key(part.this)
    raise unsupported("A JSON path of anything but names and indexes")


def _key(name: str) -> str:
    if '"' in name or "\\" in name:
        raise unsupported(f"A JSON path with {name!r}")
    return f'."{name}"'


def _extracted(source: str, steps: str) -> str:
    return f"TRY(json_extract_string({source}, {text('$' + steps)}))"


def _get_json_object(t: Translator, arguments: Arguments) -> str:
    path = string_constant(arguments[1])
    if path is None:
        raise needs_constant("A JSON path", arguments[1])
    rest, steps = path.strip().removeprefix("$"), ""
    while rest:
        match = _STEP.match(rest)
        if match is None or not path.strip().startswith("$"):
            raise unsupported(f"The JSON path {path!r}")
        steps += f"[{match[2]}]" if match[2] else _key(match[1] or match[3])
        rest = rest[match.end() :]
    return _extracted(t.write(arguments[0]), steps)


def _from_json(t: Translator, arguments: Arguments) -> str:
    schema = string_constant(arguments[1])
    if schema is None:
        raise needs_constant("The schema", arguments[1])
    kind = parse_type(schema)
    source, structure = t.write(arguments[0]), text(_structure(kind))
    read = f"TRY(from_json({source}, {structure}))"
    if kind.this != exp.DType.STRUCT:
        return read
    # Of what is not JSON Databricks makes a struct of nulls.
    nothing = call("from_json", "'{}'", structure)
    return f"CASE WHEN {source} IS NOT NULL THEN coalesce({read}, {nothing}) END"


def _structure(kind: exp.DataType) -> str:
    """Return a type as DuckDB's JSON functions read it."""
    if kind.this == exp.DType.STRUCT:
        fields = (
            f"{_json_text(each.name)}:{_structure(each.args['kind'])}" for each in kind.expressions
        )
        return "{" + ",".join(fields) + "}"
    if kind.this == exp.DType.ARRAY and kind.expressions:
        return f"[{_structure(kind.expressions[0])}]"
    if kind.this == exp.DType.MAP and len(kind.expressions) == 2:
        key, value = (_map_part(each) for each in kind.expressions)
        return _json_text(f"MAP({key}, {value})")
    written = duckdb_type(kind)
    if written not in ("VARCHAR", "INTEGER", "BIGINT", "SMALLINT", "TINYINT", "DOUBLE", "BOOLEAN"):
        raise unsupported(f"{kind.sql(dialect='databricks')} in the schema of from_json")
    return _json_text(written)


def _map_part(kind: exp.DataType) -> str:
    written = duckdb_type(kind)
    if written not in ("VARCHAR", "INTEGER", "BIGINT", "DOUBLE", "BOOLEAN"):
        raise unsupported(f"{kind.sql(dialect='databricks')} in a MAP of from_json")
    return written


def _json_text(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _to_json(t: Translator, arguments: Arguments) -> str:
    """Databricks leaves fields out that are null, at every depth."""
    written = t.write(arguments[0])
    kind = t.known_type(written, arguments[0])
    if kind.id != "struct":
        raise unsupported(f"to_json of {shown(arguments[0])}, which is no STRUCT,")
    name = str(kind)
    if any(word in name for word in ("TIMESTAMP", "MAP(", "[]", "DOUBLE", "FLOAT", "BLOB")):
        raise unsupported(f"to_json of a {name}")
    return f"CAST(json_merge_patch('{{}}', to_json({written})) AS VARCHAR)"


JSON_RULES: dict[type[exp.Expr], Rule] = {exp.JSONExtract: _path}
JSON_FUNCTIONS: dict[str, Function] = {
    "get_json_object": built(2, 2, _get_json_object),
    "from_json": built(2, 2, _from_json),
    "to_json": built(1, 1, _to_json),
}
