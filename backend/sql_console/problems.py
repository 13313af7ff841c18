"""From what a workspace says of a failed statement to a sentence, a stable code and a place."""

import re
import unicodedata
from collections.abc import Callable

from backend.sql_console.record import Problem

# In this order: Spark's parser, its analyser, and what failed while it ran, which counts from 1.
_PLACES = (
    (re.compile(r"\(line (\d+), pos (\d+)\)"), 0),
    (re.compile(r";? ?\bline (\d+),? pos (\d+)"), 0),
    (re.compile(r"== SQL[^\n]*\(line (\d+), position (\d+)\) =="), 1),
)
_CODE = re.compile(r"\[([A-Z][A-Z0-9_]*(?:\.[A-Z0-9_]+)*)\]\s*")
_STATE = re.compile(r"\bSQLSTATE: ?([0-9A-Z]{5})")
_BEHIND = re.compile(r"\s*(?:SQLSTATE: |\(line \d+, pos|; line \d+|\n\s*== SQL).*", re.DOTALL)
_QUOTED = re.compile(r"`([^`]*)`")
_NEAR = re.compile(r"near ('(?:[^'\\]|\\.)*'|\"[^\"]*\"|end of input)")
_ABOUT = 14, 20


def problem_of(message: str, sql_state: str = "") -> Problem:
    """Return what went wrong, in words."""
    found = _CODE.match(message)
    code = found[1] if found else ""
    said = _BEHIND.sub("", message[found.end() if found else 0 :]).strip()
    line, position = _place(message)
    stated = _STATE.search(message)
    return Problem(
        sentence=_sentence(code.partition(".")[0], said),
        code=code,
        sql_state=sql_state or (stated[1] if stated else ""),
        line=line,
        position=position,
        message=message,
    )


def marked(statement: str, problem: Problem) -> str:
    """Return the line that is wrong with an arrow below the place; empty if that is not known."""
    lines = statement.split("\n")
    if problem.line is None or problem.position is None or not 0 < problem.line <= len(lines):
        return ""
    text = "".join(_visible(each) for each in lines[problem.line - 1])
    place = min(problem.position, len(text))
    begin, end = max(0, place - _ABOUT[0]), place + _ABOUT[1]
    before = "…" if begin else ""
    after = "…" if end < len(text) else ""
    number = f"{problem.line} | "
    arrow = " " * (len(number) + len(before) + place - begin) + "^"
    return f"{number}{before}{text[begin:end]}{after}\n{arrow}"


def _place(message: str) -> tuple[int | None, int | None]:
    for pattern, first in _PLACES:
        # What the statement itself says comes before what the workspace adds.
        if found := pattern.findall(message):
            line, position = found[-1]
            return int(line), max(0, int(position) - first)
    return None, None


def _sentence(code: str, said: str) -> str:
    """Return it in words where those of the workspace are not for everybody."""
    in_words = _IN_WORDS.get(code)
    sentence = in_words(said) if in_words else ""
    return sentence or said or "The workspace did not say why the statement failed."


def _unreadable(said: str) -> str:
    near = found[1] if (found := _NEAR.search(said)) else ""
    if near == "end of input":
        return "The statement ends too early: something is missing at its end."
    if not near or "does not end" in said:
        return ""
    return f"This cannot be read as SQL: something is wrong at {near} or just before."


def _no_column(said: str) -> str:
    about, _, rest = said.partition("Did you mean")
    meant = _QUOTED.findall(rest)
    hint = f" There is {_listed(meant)}." if meant else ""
    return f"There is no column called {_name(about)} here.{hint}"


def _no(what: str) -> Callable[[str], str]:
    return lambda said: f"There is no {what} called {_name(said)}, or you may not see it."


def _name(said: str) -> str:
    return ".".join(_QUOTED.findall(said)) or "this"


_IN_WORDS: dict[str, Callable[[str], str]] = {
    "PARSE_SYNTAX_ERROR": _unreadable,
    "UNRESOLVED_COLUMN": _no_column,
    "TABLE_OR_VIEW_NOT_FOUND": _no("table"),
    "SCHEMA_NOT_FOUND": _no("schema"),
    "NO_SUCH_CATALOG_EXCEPTION": _no("catalog"),
    "INSUFFICIENT_PERMISSIONS": lambda said: f"You do not have permission for this. {said}",
    "DIVIDE_BY_ZERO": lambda _: (
        "Something is divided by zero. try_divide gives an empty result instead."
    ),
    "UNBOUND_SQL_PARAMETER": lambda said: (
        f"{said} The console has no parameters: write the value in its place."
    ),
    "MISSING_AGGREGATION": lambda said: (
        f"{said.partition('. ')[0]}. Put it behind GROUP BY, or into something like max()."
    ),
}


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _visible(character: str) -> str:
    """One column for each character, and none that turns or hides what is around it."""
    return " " if unicodedata.category(character)[0] in "CZ" else character
