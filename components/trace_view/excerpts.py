"""Where a text stands within a step: excerpts around it, whatever its case."""

from collections.abc import Iterator

import streamlit as st

from backend.traces.record import SpanContent
from components.plain_text import escaped
from components.request_logs.readable import one_line, readable

MOST = 20
_AROUND = 80


def draw(content: SpanContent, wanted: str) -> None:
    """Draw an excerpt for each place."""
    found = list(_found(content, wanted))
    if not found:
        st.caption("It does not stand in what is shown of this step.")
        return
    st.caption(f"The first {MOST} places" if len(found) >= MOST else f"{len(found)} found")
    for where, before, itself, after in found:
        st.markdown(
            f"{escaped(where)}: {_drawn(before)}:orange-background[**{escaped(itself)}**]"
            f"{_drawn(after)}"
        )


def _found(content: SpanContent, wanted: str) -> Iterator[tuple[str, str, str, str]]:
    parts = {
        "Input": content.inputs.text,
        "Output": content.outputs.text,
        **{name: text.text for name, text in content.attributes.items()},
        **{event.name: " ".join(event.attributes.values()) for event in content.events},
    }
    left = MOST
    for where, text in parts.items():
        for at in _places(text, wanted):
            end = at + len(wanted)
            yield (
                one_line(where)[:100],
                ("…" if at > _AROUND else "") + readable(text[max(0, at - _AROUND) : at]),
                one_line(text[at:end]),
                readable(text[end : end + _AROUND]) + ("…" if end + _AROUND < len(text) else ""),
            )
            left -= 1
            if not left:
                return


def _places(text: str, wanted: str) -> Iterator[int]:
    lower, sought = text.lower(), wanted.lower()
    # A letter that becomes two would move all that follow; then case counts.
    if len(lower) != len(text):
        lower, sought = text, wanted
    at = lower.find(sought)
    while at >= 0:
        yield at
        at = lower.find(sought, at + len(sought))


def _drawn(text: str) -> str:
    """Return what stands beside a place, with the space between them if there is one."""
    before = " " if text[:1].isspace() else ""
    after = " " if text[-1:].isspace() and text.strip() else ""
    return f"{before}{escaped(text)}{after}"
