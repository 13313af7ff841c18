"""Whether a statement only reads, told from its words; in doubt it does not."""

import re

# Comments, strings and quoted names: nothing in them is a word of the statement.
_SKIPPED = re.compile(
    r"--[^\n]*|/\*.*?(?:\*/|\Z)|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`[^`]*`", re.DOTALL
)
_WORD = re.compile(r"[A-Za-z_]+")
_READS = {"SELECT", "VALUES", "SHOW", "DESCRIBE", "DESC", "EXPLAIN", "TABLE", "LIST"}
# These may stand before a query, and before a change.
_OPENS = {"WITH", "FROM"}
_CHANGES = {"INSERT", "DELETE", "UPDATE", "MERGE"}


def change_in(statement: str) -> str:
    """Return the word for what a statement changes, such as DROP; empty if it only reads."""
    for part in _SKIPPED.sub(" ", statement).split(";"):
        words: list[str] = [word.upper() for word in _WORD.findall(part)]
        if not words or words[0] in _READS:
            continue
        if words[0] not in _OPENS:
            return words[0]
        if found := next((word for word in words if word in _CHANGES), ""):
            return found
    return ""
