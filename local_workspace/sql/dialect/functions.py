"""The functions that may be called, and how their calls are written.

A function is a template per number of arguments, or a builder where a template is not enough.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlglot import exp

from local_workspace.sql.dialect.translator import Translator
from local_workspace.sql.failure import StatementFailed, unsupported

Builder = Callable[[Translator, list[exp.Expr]], str]


@dataclass(frozen=True)
class Function:
    """How many arguments it takes, and what becomes of it."""

    least: int
    most: int
    build: Builder


def template(*templates: str) -> Function:
    """Return a function by its templates, one for each number of arguments."""
    by_count = {len(_places(each)): each for each in templates}

    def build(t: Translator, arguments: list[exp.Expr]) -> str:
        chosen = by_count.get(len(arguments))
        if chosen is None:
            raise unsupported(f"This number of arguments ({len(arguments)})")
        return chosen.format(*t.write_all(arguments))

    return Function(min(by_count), max(by_count), build)


def built(least: int, most: int, build: Builder) -> Function:
    """Return a function by its builder."""
    return Function(least, most, build)


def _places(written: str) -> set[str]:
    return {str(index) for index in range(10) if f"{{{index}}}" in written}


def write_function(t: Translator, node: exp.Anonymous, functions: dict[str, Function]) -> str:
    """Write a call of one of the functions, or refuse it."""
    name = node.name.lower()
    function = functions.get(name)
    if function is None:
        raise unsupported(f"The function {name} is not supported")
    arguments = node.expressions
    if not function.least <= len(arguments) <= function.most:
        count = (
            f"{function.least} to {function.most}"
            if function.least < function.most
            else str(function.least)
        )
        raise StatementFailed(
            "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
            f"{name} takes {count} argument(s) here, not {len(arguments)}.",
            "42605",
        )
    return function.build(t, arguments)
