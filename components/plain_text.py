"""Text that somebody else wrote, made safe to put into Markdown."""

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>$:~&])")


def escaped(text: str) -> str:
    """Return Markdown that shows exactly this text, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
