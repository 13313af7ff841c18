"""Functions of strings."""

from sqlglot import exp

from local_workspace.sql.dialect.casts import as_text
from local_workspace.sql.dialect.functions import Function, built, template
from local_workspace.sql.dialect.patterns import regex_replacement, regular_expression
from local_workspace.sql.dialect.sql_text import call, cast, text
from local_workspace.sql.dialect.translator import (
    Rule,
    Translator,
    check_arguments,
    integer_constant,
    needs_constant,
    string_constant,
)
from local_workspace.sql.failure import unsupported

Arguments = list[exp.Expr]


def _concat(t: Translator, arguments: Arguments) -> str:
    return f"({' || '.join(as_text(t, each) for each in arguments)})"


def _concat_ws(t: Translator, arguments: Arguments) -> str:
    return call("concat_ws", *(as_text(t, each) for each in arguments))


def _pattern(node: exp.Expr) -> str:
    pattern = string_constant(node)
    if pattern is None:
        raise needs_constant("A regular expression", node)
    return text(regular_expression(pattern))


def _regexp_extract(t: Translator, arguments: Arguments) -> str:
    return call("regexp_extract", *_search(t, arguments))


def _regexp_extract_all(t: Translator, arguments: Arguments) -> str:
    return call("regexp_extract_all", *_search(t, arguments))


def _search(t: Translator, arguments: Arguments) -> list[str]:
    """Write the arguments of a search; the first group is meant where none is named."""
    group = integer_constant(arguments[2]) if len(arguments) > 2 else 1
    if group is None or not 0 <= group <= 9:
        raise needs_constant("The number of a group", arguments[2])
    pattern = string_constant(arguments[1])
    if group == 1 and len(arguments) < 3 and pattern is not None and "(" not in pattern:
        raise unsupported(
            "A search without a group: name the group 0, or put one in parentheses; it"
        )
    return [t.write(arguments[0]), _pattern(arguments[1]), str(group)]


def _regexp_replace(t: Translator, arguments: Arguments) -> str:
    replacement = string_constant(arguments[2])
    if replacement is None:
        raise needs_constant("The replacement", arguments[2])
    found, pattern = t.write(arguments[0]), _pattern(arguments[1])
    return call("regexp_replace", found, pattern, text(regex_replacement(replacement)), "'g'")


def _regexp_count(t: Translator, arguments: Arguments) -> str:
    found = call("regexp_extract_all", t.write(arguments[0]), _pattern(arguments[1]))
    return cast(call("len", found), "INTEGER")


def _regexp_like(t: Translator, arguments: Arguments) -> str:
    return call("regexp_matches", t.write(arguments[0]), _pattern(arguments[1]))


def _split(t: Translator, arguments: Arguments) -> str:
    pattern = string_constant(arguments[1])
    if pattern == "":
        raise unsupported("split by an empty pattern")
    return call("str_split_regex", t.write(arguments[0]), _pattern(arguments[1]))


def _sha2(t: Translator, arguments: Arguments) -> str:
    if integer_constant(arguments[1]) not in (0, 256):
        raise unsupported("sha2 with another length than 256")
    return call("sha256", t.write(arguments[0]))


def _trim(t: Translator, node: exp.Trim) -> str:
    check_arguments(node, "this", "expression", "position")
    position = str(node.args.get("position") or "BOTH").upper()
    name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(position, "trim")
    characters = node.args.get("expression")
    return call(name, t.write(node.this), *([t.write(characters)] if characters else []))


def _position(t: Translator, node: exp.StrPosition) -> str:
    check_arguments(node, "this", "substr")
    return f"CAST(strpos({t.write(node.this)}, {t.write(node.args['substr'])}) AS INTEGER)"


def _substring(t: Translator, node: exp.Substring) -> str:
    check_arguments(node, "this", "start", "length")
    arguments = [node.this, node.args["start"], node.args.get("length")]
    written = t.write_all([each for each in arguments if each is not None])
    return call("dbx_substring" if len(written) == 3 else "dbx_substring_from", *written)


def _double_pipe(t: Translator, node: exp.DPipe) -> str:
    check_arguments(node, "this", "expression", "safe")
    return f"({as_text(t, node.this)} || {as_text(t, node.expression)})"


def _adjacent(t: Translator, node: exp.Concat) -> str:
    """Literals side by side are one literal."""
    parts = [string_constant(each) for each in node.expressions]
    if None in parts:
        raise unsupported("This way to write a concatenation")
    return text("".join(part or "" for part in parts))


TEXT_RULES: dict[type[exp.Expr], Rule] = {
    exp.Trim: _trim,
    exp.StrPosition: _position,
    exp.Substring: _substring,
    exp.DPipe: _double_pipe,
    exp.Concat: _adjacent,
}

_LENGTH = template("CAST(length({0}) AS INTEGER)")
TEXT_FUNCTIONS: dict[str, Function] = {
    "concat": built(1, 100, _concat),
    "concat_ws": built(2, 100, _concat_ws),
    "length": _LENGTH,
    "len": _LENGTH,
    "char_length": _LENGTH,
    "character_length": _LENGTH,
    "lower": template("lower({0})"),
    "lcase": template("lower({0})"),
    "upper": template("upper({0})"),
    "ucase": template("upper({0})"),
    "initcap": template("dbx_initcap({0})"),
    "ltrim": template("ltrim({0})"),
    "rtrim": template("rtrim({0})"),
    "btrim": template("trim({0})", "trim({0}, {1})"),
    "left": template("dbx_left({0}, {1})"),
    "right": template("dbx_right({0}, {1})"),
    "lpad": template("lpad({0}, {1}, ' ')", "lpad({0}, {1}, {2})"),
    "rpad": template("rpad({0}, {1}, ' ')", "rpad({0}, {1}, {2})"),
    "replace": template("replace({0}, {1}, '')", "replace({0}, {1}, {2})"),
    "repeat": template("repeat({0}, {1})"),
    "translate": template("translate({0}, {1}, {2})"),
    "locate": template(
        "CAST(strpos({1}, {0}) AS INTEGER)", "CAST(dbx_locate({0}, {1}, {2}) AS INTEGER)"
    ),
    "charindex": template(
        "CAST(strpos({1}, {0}) AS INTEGER)", "CAST(dbx_locate({0}, {1}, {2}) AS INTEGER)"
    ),
    "instr": template("CAST(strpos({0}, {1}) AS INTEGER)"),
    "startswith": template("starts_with({0}, {1})"),
    "endswith": template("ends_with({0}, {1})"),
    "contains": template("contains({0}, {1})"),
    "split": built(2, 2, _split),
    "split_part": template("dbx_split_part({0}, {1}, {2})"),
    "substring_index": template("dbx_substring_index({0}, {1}, {2})"),
    "regexp_extract": built(2, 3, _regexp_extract),
    "regexp_extract_all": built(2, 3, _regexp_extract_all),
    "regexp_replace": built(3, 3, _regexp_replace),
    "regexp_count": built(2, 2, _regexp_count),
    "regexp_like": built(2, 2, _regexp_like),
    "ascii": template("CASE WHEN {0} = '' THEN 0 ELSE ascii({0}) END"),
    "levenshtein": template("CAST(levenshtein({0}, {1}) AS INTEGER)"),
    "md5": template("md5({0})"),
    "sha2": built(2, 2, _sha2),
}
