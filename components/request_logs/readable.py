"""Text from a log as it can be sent to a browser and read there: every character one can see.

What turns text around, rings bells or cannot be encoded is shown as a sign that something was
there. Knows no Markdown: whoever draws with it takes `st.text`, `st.code` or `escaped`.
"""

import json
import re

# Control characters without line breaks and tabs, what makes text run backwards, half characters.
_HARMFUL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_INSTEAD = "\N{REPLACEMENT CHARACTER}"
# Longer ones are shown as they came: to put them in order would take longer than a click may.
INDENTED_CHARACTERS = 200_000


def readable(text: str) -> str:
    """Return the text with a sign in place of what cannot be seen."""
    return _HARMFUL.sub(_INSTEAD, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """Return the text for a cell of a table."""
    return " ".join(readable(text).split())


def indented(body: str) -> str:
    """Return JSON with a line for each value; what is none, or too long, as it came."""
    if len(body) > INDENTED_CHARACTERS:
        return readable(body)
    try:
        return readable(json.dumps(json.loads(body), indent=2, ensure_ascii=False))
    except (ValueError, RecursionError):
        return readable(body)


def cut(text: str, most: int) -> str:
    """Return the beginning of a long text."""
    return text if len(text) <= most else f"{text[:most]} …"
