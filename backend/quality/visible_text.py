"""Text that somebody else wrote, for a file: on one line, without what cannot be seen."""

import unicodedata

# Invisible characters that make text run in another direction, or stop it.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_SHOWN = "\N{REPLACEMENT CHARACTER}"


def visible(text: str) -> str:
    """Return the text with a mark in the place of each character that only has an effect."""
    return "".join(map(_visible, " ".join(text.split())))


def _visible(character: str) -> str:
    is_control = unicodedata.category(character) in ("Cc", "Cs")
    return _SHOWN if is_control or character in _TURNING else character
