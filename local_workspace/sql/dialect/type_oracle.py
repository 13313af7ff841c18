"""What type an expression has: DuckDB's own binder is asked, over empty tables.

Databricks' meaning of `/`, `cast`, `round` and others depends on types. Reading types off the
syntax tree would be a second binder; here the real one answers, in about a tenth of a millisecond.
"""

from typing import Any

import duckdb
import pyarrow as pa

from local_workspace.sql.dialect.macros import create_macros
from local_workspace.sql.dialect.sql_text import identifier
from local_workspace.sql.failure import unsupported

INTEGERS = ("tinyint", "smallint", "integer", "bigint", "hugeint", "ubigint")
FLOATS = ("double", "float")
# A statement with more questions than this is not one a person wrote.
_MOST_QUESTIONS = 2000
# What is remembered from one statement to the next: pages ask the same ones again and again.
_MOST_REMEMBERED, _LONGEST_REMEMBERED = 4000, 4000

# By the relations a statement knows, and the question over them.
Memory = dict[tuple[str, str], list[Any]]


class TypeOracle:
    """Answers questions about one statement."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, memory: Memory) -> None:
        self._connection = connection
        self._memory = memory
        self._known: dict[tuple[str, str], Any] = {}
        self._views = ""
        self._to_register: list[tuple[str, pa.Schema]] = []

    def add(self, view: str, schema: pa.Schema) -> None:
        """Make a relation known by its columns."""
        self._views += f"{view}: {schema.to_string(show_schema_metadata=False)}\n"
        self._to_register.append((view, schema))

    def type_of(self, expression: str, scope: str) -> Any | None:
        """Return DuckDB's type of an expression within a FROM clause; None where it has none."""
        question = (expression, scope)
        if question not in self._known:
            if len(self._known) >= _MOST_QUESTIONS:
                raise unsupported("So many typed expressions in one statement")
            types = self._ask(scope.replace("%EXPRESSION%", expression))
            self._known[question] = types[-1] if types else None
        return self._known[question]

    def columns_of(self, scope: str) -> list[Any]:
        """Return DuckDB's types of all columns of a FROM clause."""
        return self._ask(scope.replace("%EXPRESSION%", "*"))

    def _ask(self, query: str) -> list[Any]:
        asked = (self._views, query)
        if (remembered := self._memory.get(asked)) is not None:
            return remembered
        types = self._types(query)
        if len(query) <= _LONGEST_REMEMBERED:
            if len(self._memory) >= _MOST_REMEMBERED:
                self._memory.clear()
            self._memory[asked] = types
        return types

    def _types(self, query: str) -> list[Any]:
        while self._to_register:
            view, schema = self._to_register.pop()
            self._connection.register(view, schema.empty_table())
        try:
            return list(self._connection.sql(query).types)
        except duckdb.Error:
            # Bound in another place than here, or not valid at all: the statement itself will tell.
            return []


class OracleConnections:
    """Keeps one empty DuckDB and lends it out, one statement at a time."""

    def __init__(self) -> None:
        self._instance = duckdb.connect(":memory:", config={"threads": 1, "memory_limit": "64MiB"})
        self._instance.execute("SET GLOBAL TimeZone = 'UTC'")
        self._instance.execute("SET GLOBAL python_enable_replacements = false")
        create_macros(self._instance)
        self._instance.execute("SET GLOBAL enable_external_access = false")
        self._instance.execute("SET GLOBAL lock_configuration = true")
        self._memory: Memory = {}

    def oracle(self) -> TypeOracle:
        """Return an oracle for one statement."""
        return TypeOracle(self._instance.cursor(), self._memory)


def question(ctes: list[str], scopes: list[str], before: list[str]) -> str:
    """Return the query an expression is put into: over the CTEs and FROM clauses around it."""
    definitions = f"WITH {', '.join(ctes)} " if ctes else ""
    sources = f" FROM {', '.join(scopes)}" if scopes else ""
    return f"{definitions}SELECT {', '.join([*before, '%EXPRESSION%'])}{sources}"


def relation_name(index: int) -> str:
    """Return the name of the view of the statement's n-th table."""
    return f"relation {index}"


def qualified(index: int) -> str:
    """Return it as it is written in a statement: no CTE can stand before it."""
    return f"temp.main.{identifier(relation_name(index))}"
