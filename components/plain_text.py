"""Text that somebody else wrote, made safe to put into Markdown."""

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>$:~&])")
# Breaks up what a backslash does not: it is searched for in the text once Markdown is read.
# Icons, emoji and addresses with their colon, other addresses, and arrows and dashes in ASCII.
_WORD_JOINER = "\N{WORD JOINER}"
_FOUND_LATER = re.compile(r"(:(?=\S)|(?<=\S)@(?=\S)|\bwww(?=\.)|[-<>=](?=[-<>=]))", re.IGNORECASE)


def escaped(text: str) -> str:
    """Return Markdown that shows exactly this text, on one line."""
    broken_up = _FOUND_LATER.sub(rf"\1{_WORD_JOINER}", " ".join(text.split()))
    return _SPECIAL.sub(r"\\\1", broken_up)
