"""LIKE patterns, Java's regular expressions and Java's date patterns, in DuckDB's terms.

What DuckDB's regular expressions (RE2) do not know, or read in another way, is refused.
"""

import re

from local_workspace.sql.dialect.sql_text import text
from local_workspace.sql.failure import unsupported

# Lookarounds, atomic groups, backreferences, possessive quantifiers, and classes only Java knows.
_NOT_IN_RE2 = re.compile(
    r"\(\?<?[=!]|\(\?>|\\[1-9]|\\k<|[*+?}]\+|\\[hHRXGZ]|\\p\{(?:java|Is|In|block|script)|&&|\[:"
)
_WORDS = {
    "yyyy": "%Y", "yyy": "%Y", "y": "%Y", "yy": "%y",
    "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%-m",
    "dd": "%d", "d": "%-d", "EEEE": "%A", "EEE": "%a", "EE": "%a", "E": "%a",
    "HH": "%H", "H": "%-H", "hh": "%I", "h": "%-I", "mm": "%M", "m": "%-M",
    "ss": "%S", "s": "%-S", "SSS": "%g", "SSSSSS": "%f", "a": "%p", "DDD": "%j",
}  # fmt: skip
# ASCII only: what other letters are in lower case depends on whom one asks.
_FOUND_ANYWHERE = re.compile(r"%([ -$&-\[\]^`-~]+)%")
_PATTERN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|.", re.DOTALL)


def like(operator: str, value: str, pattern: str | None, written: str, escape: str) -> str:
    """Write LIKE or ILIKE; a backslash escapes unless something else is said."""
    if pattern is None:
        return f"({value} {operator} {written} ESCAPE {text(escape)})"
    _check_like(pattern, escape)
    if escape not in pattern:
        if operator == "ILIKE" and (found := _FOUND_ANYWHERE.fullmatch(pattern)) is not None:
            # What ILIKE is defined as, and a fifth faster.
            return f"contains(lower({value}), {text(found[1].lower())})"
        # Without ESCAPE DuckDB searches much faster.
        return f"({value} {operator} {text(pattern)})"
    return f"({value} {operator} {text(pattern)} ESCAPE {text(escape)})"


def _check_like(pattern: str, escape: str) -> None:
    rest = re.sub(re.escape(escape) + f"[%_{re.escape(escape)}]", "", pattern)
    if escape in rest:
        raise unsupported(f"In a LIKE pattern {escape!r} may only stand before %, _ or itself; it")


def regular_expression(pattern: str) -> str:
    """Return a pattern that means the same in RE2, or refuse it."""
    if (found := _NOT_IN_RE2.search(pattern)) is not None:
        raise unsupported(f"{found[0]!r} in a regular expression is not supported")
    return pattern


def regex_replacement(replacement: str) -> str:
    """Return Java's `$1` as RE2 writes it, and its escaped characters bare."""
    written, index = "", 0
    while index < len(replacement):
        character = replacement[index]
        following = replacement[index + 1 : index + 2]
        if character == "$":
            if not following.isdecimal():
                raise unsupported("In a replacement $ must stand before the number of a group; it")
            written += f"\\{following}"
            index += 2
        elif character == "\\":
            written += "\\\\" if following == "\\" else following
            index += 2
        else:
            written += character
            index += 1
    return written


def date_pattern(pattern: str, parsing: bool = False) -> str:
    """Return Java's date pattern as DuckDB's strftime and strptime read it, or refuse it."""
    written = ""
    for match in _PATTERN.finditer(pattern):
        if match[2]:
            word = match[0]
            if word not in _WORDS or (parsing and word in ("E", "EE", "EEE", "EEEE", "DDD")):
                raise unsupported(f"{word!r} in the date pattern {pattern!r} is not supported")
            written += _WORDS[word]
        else:
            quoted = match[1]
            literal = match[0] if quoted is None else (quoted.replace("''", "'") or "'")
            written += literal.replace("%", "%%")
    return written
