"""Whether a statement only reads, told from its words; in doubt it does not."""

import re

# Comments, strings and quoted names: nothing in them is a word of the statement. In a raw string a
# backslash is a letter like any other.
_SKIPPED = re.compile(
    r"--[^\n]*|/\*.*?(?:\*/|\Z)|\br'[^']*'|\br\"[^\"]*\""
    r"|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`[^`]*`",
    re.DOTALL | re.IGNORECASE,
)
# A comment within a comment: what is behind it may be in the outer one, or not.
_NESTED = re.compile(r"/\*(?:(?!\*/).)*/\*", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_]+")
_READS = {"SELECT", "VALUES", "SHOW", "DESCRIBE", "DESC", "EXPLAIN", "TABLE", "LIST"}
# These may stand before a query, and before a change.
_OPENS = {"WITH", "FROM"}
_CHANGES = {"INSERT", "DELETE", "UPDATE", "MERGE"}


def change_in(statement: str) -> str:
    """Return the word for what a statement changes, such as DROP; empty if it only reads."""
    if _NESTED.search(statement):
        return next((word for word in _words(statement) if word not in _READS), "")
    for part in _SKIPPED.sub(" ", statement).split(";"):
        words = _words(part)
        if not words or words[0] in _READS:
            continue
        if words[0] not in _OPENS:
            return words[0]
        if found := next((word for word in words if word in _CHANGES), ""):
            return found
    return ""


def _words(text: str) -> list[str]:
    return [word.upper() for word in _WORD.findall(text)]
