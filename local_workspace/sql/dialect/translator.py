"""Walks the syntax tree and writes DuckDB SQL, by rules for the kinds of nodes that are allowed.

A node, a clause or a function without a rule is refused with a sentence. Nothing is copied over
from the statement but names and literals, and these are quoted anew.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from sqlglot import exp

from local_workspace.sql.dialect.type_oracle import TypeOracle, question
from local_workspace.sql.error_places import locate_node
from local_workspace.sql.failure import StatementFailed, unsupported

Rule = Callable[["Translator", Any], str]


class TableNames(Protocol):
    """Whoever knows the tables a statement may name."""

    def relation(self, table: exp.Table) -> str:
        """Return what to read from in place of this table."""
        ...

    def is_table(self, parts: list[str]) -> bool:
        """Tell whether these parts are the name of a table the statement reads."""
        ...


class Parameters(Protocol):
    """Whoever knows the values of the statement's parameters."""

    def value(self, name: str) -> str:
        """Return the value as a literal."""
        ...


class Translator:
    """Translates one statement."""

    def __init__(
        self,
        rules: dict[type[exp.Expr], Rule],
        names: TableNames,
        parameters: Parameters,
        oracle: TypeOracle,
    ) -> None:
        self._rules = rules
        self._oracle = oracle
        self.names = names
        self.parameters = parameters
        # What is in scope where the walk is: common table expressions, and FROM clauses.
        self.ctes: list[tuple[str, str]] = []
        self.scopes: list[str] = []
        # Names given earlier in the same SELECT list, which may be used after it.
        self.aliases: list[tuple[str, str]] = []

    def write(self, node: exp.Expr) -> str:
        """Return the DuckDB SQL of a node."""
        rule = self._rules.get(type(node))
        if rule is None:
            failure = unsupported(f"{_described(node)} is not supported")
            locate_node(failure, node)
            raise failure
        try:
            return rule(self, node)
        except StatementFailed as failure:
            # The innermost part that can be found in the statement is the place.
            locate_node(failure, node)
            raise

    def write_all(self, nodes: Iterable[exp.Expr]) -> list[str]:
        """Return the DuckDB SQL of several."""
        return [self.write(node) for node in nodes]

    def type_of(self, written: str) -> Any | None:
        """Return DuckDB's type of an expression that has been written; None if it cannot be told.

        The FROM clauses around are tried from the innermost out: a subquery may look outside.
        """
        ctes = [definition for _, definition in self.ctes]
        named = self._aliases_in(written)
        for before in ([], named) if named else ([],):
            for depth in range(1, max(len(self.scopes), 1) + 1):
                scopes = [scope for scope in self.scopes[-depth:] if scope]
                asked = question(ctes, scopes, before)
                if (kind := self._oracle.type_of(written, asked)) is not None:
                    return kind
        return None

    def check_mixture(self, nodes: Sequence[exp.Expr], written: Sequence[str]) -> None:
        """Refuse values of which some are strings: DuckDB would make strings of all of them.

        A literal takes the type of the others, in both languages.
        """
        kinds = {
            kind.id == "varchar"
            for node, value in zip(nodes, written, strict=True)
            if string_constant(node) is None
            and (kind := self.type_of(value)) is not None
            and kind.id != "null"
        }
        if len(kinds) > 1:
            listed = ", ".join(shown(node) for node in nodes)
            raise unsupported(f"{listed}: some are STRING and some are not; cast them, a mixture")

    def _aliases_in(self, written: str) -> list[str]:
        """Return the definitions of the aliases an expression uses, and of those these use."""
        used: list[str] = []
        for name, value in reversed(self.aliases):
            if name in written:
                used.insert(0, f"{value} AS {name}")
                written += value
        return used

    def columns_of(self, query: str) -> list[Any]:
        """Return DuckDB's types of a query's columns; none if they cannot be told."""
        ctes = [definition for _, definition in self.ctes]
        return self._oracle.columns_of(question(ctes, [f'{query} AS "query"'], []))

    def known_type(self, written: str, node: exp.Expr) -> Any:
        """Return the type of an expression whose meaning depends on it, or refuse it."""
        kind = self.type_of(written)
        if kind is None:
            raise unsupported(
                f"The type of {shown(node)} cannot be told in this place, and what is done with it "
                "depends on it: give it a name and a type in a subquery"
            )
        return kind


def check_arguments(node: exp.Expr, *allowed: str) -> None:
    """Refuse a node that says more than its rule reads."""
    for name, value in node.args.items():
        if name not in allowed and value not in (None, False, []):
            raise unsupported(f"{name.strip('_').upper()} in {_described(node)} is not supported")


def shown(node: exp.Expr) -> str:
    """Return an expression as it was written, for a message."""
    written = node.sql(dialect="databricks", comments=False)
    return written if len(written) <= 80 else f"{written[:77]}…"


def string_constant(node: exp.Expr | None) -> str | None:
    """Return the text of a string literal, and None for anything else."""
    if isinstance(node, exp.Literal) and node.is_string:
        return str(node.this)
    return str(node.this) if isinstance(node, exp.RawString) else None


def integer_constant(node: exp.Expr | None) -> int | None:
    """Return the value of an integer literal, with its sign, and None for anything else."""
    if isinstance(node, exp.Neg):
        value = integer_constant(node.this)
        return None if value is None else -value
    if isinstance(node, exp.Literal) and not node.is_string and str(node.this).isdecimal():
        return int(node.this)
    return None


def needs_constant(what: str, node: exp.Expr) -> StatementFailed:
    """Say that something can only be translated when it is written out."""
    return unsupported(f"{what} must be a literal here, not {shown(node)}")


def _described(node: exp.Expr) -> str:
    name = type(node).__name__
    if isinstance(node, exp.Anonymous):
        return f"The function {node.name}"
    if isinstance(node, exp.Command):
        return f"{str(node.this).upper()}"
    if isinstance(node, exp.Query | exp.Table):
        return f"A {name.lower()}"
    return f"{name} ({shown(node)})"
