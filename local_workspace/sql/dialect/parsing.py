"""Reads one statement of Databricks SQL.

sqlglot maps function names to DuckDB's on its own, at times wrongly. Here functions stay as they
were written: what each means is looked up in our own list, and nothing passes unseen.
"""

import logging
import re
from collections.abc import Iterable
from itertools import pairwise
from typing import ClassVar

from sqlglot import exp
from sqlglot.dialects.databricks import Databricks
from sqlglot.errors import SqlglotError
from sqlglot.parsers.databricks import DatabricksParser
from sqlglot.tokenizer_core import Token, TokenType

from local_workspace.sql.error_places import locate_syntax, unended
from local_workspace.sql.failure import StatementFailed, syntax_error

# Statements it does not know are refused below; it need not warn about them.
logging.getLogger("sqlglot").setLevel(logging.ERROR)
_CATALOG = re.compile(r"CATALOG\s+(IF\s+NOT\s+EXISTS\s+)?(\w+|`[^`.]+`)", re.IGNORECASE)
_SPECIAL_SYNTAX = ("CAST", "TRY_CAST", "EXTRACT", "TRIM", "POSITION", "SUBSTRING", "SUBSTR")
# Deeper ones would exhaust the stack of the interpreter.
_DEEPEST = 150


class _Dialect(Databricks):
    class Parser(DatabricksParser):
        # Without it `array(1)[0]` is read as a type with a value behind it.
        FUNCTIONS: ClassVar = {"ARRAY": DatabricksParser.FUNCTIONS["ARRAY"]}
        FUNCTION_PARSERS: ClassVar = {
            name: parser
            for name, parser in DatabricksParser.FUNCTION_PARSERS.items()
            if name in _SPECIAL_SYNTAX
        }


def parse(statement: str) -> exp.Expr:
    """Return the syntax tree of the one statement there must be."""
    try:
        dialect = _Dialect()
        tokens = dialect.tokenize(statement)
        _check_tokens(tokens)
        trees = [tree for tree in dialect.parser().parse(tokens, statement) if tree is not None]
    except SqlglotError as error:
        failure = syntax_error(_first_sentence(error))
        locate_syntax(failure, error, statement)
        raise failure from None
    except RecursionError:
        raise _too_deep() from None
    trees = [_catalog_creation(tree) for tree in trees]
    if len(trees) != 1:
        raise syntax_error(f"Exactly one statement is expected, not {len(trees)}.")
    _check_depth(trees[0])
    return trees[0]


def _check_tokens(tokens: list[Token]) -> None:
    """Mend what the parser would read wrongly, and refuse what nobody can be sure of."""
    for first, second in pairwise(tokens):
        if first.token_type == TokenType.WINDOW and second.token_type == TokenType.L_PAREN:
            # The function, not the clause.
            first.token_type = TokenType.VAR
        strings = first.token_type == second.token_type == TokenType.STRING
        if strings and first.end + 1 == second.start:
            # Releases of Databricks differ on whether 'it''s' has one quote or none.
            raise syntax_error("A quote inside a string is written \\' here, not as two quotes.")


def _catalog_creation(tree: exp.Expr) -> exp.Expr:
    """CREATE CATALOG, which sqlglot leaves unread."""
    if not isinstance(tree, exp.Command) or str(tree.this).upper() != "CREATE":
        return tree
    match = _CATALOG.fullmatch(str(tree.expression).strip())
    if match is None:
        return tree
    name = exp.Table(this=exp.to_identifier(match[2].strip("`")))
    return exp.Create(this=name, kind="CATALOG", exists=bool(match[1]))


def _first_sentence(error: SqlglotError) -> str:
    details = getattr(error, "errors", None)
    if details:
        near = details[0].get("highlight")
        return f"Syntax error at or near {repr(near) if near else 'end of input'}."
    if quote := unended(error):
        return f"Syntax error at or near {quote}: what begins here does not end."
    return "The statement cannot be read."


def _check_depth(tree: exp.Expr) -> None:
    level: list[exp.Expr] = [tree]
    for _ in range(_DEEPEST):
        level = [child for node in level for child in _children(node)]
        if not level:
            return
    raise _too_deep()


def _children(node: exp.Expr) -> Iterable[exp.Expr]:
    """Return what is one level down; a chain of AND or OR is one level."""
    return node.flatten() if isinstance(node, exp.Connector) else node.iter_expressions()


def _too_deep() -> StatementFailed:
    return syntax_error(f"The statement is nested deeper than {_DEEPEST} levels.")


def parse_type(written: str) -> exp.DataType:
    """Read a type or a list of columns, as in the schema of from_json."""
    for form in (written, f"STRUCT<{written}>"):
        try:
            kind = exp.DataType.build(form, dialect=_Dialect)
        except SqlglotError:
            continue
        if kind.this not in (exp.DType.USERDEFINED, exp.DType.UNKNOWN):
            return kind
    raise syntax_error(f"{written!r} is not a type.")
