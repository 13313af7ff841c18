"""The waterfall of a trace: its steps as a tree beside a time axis; one of them can be chosen.

The whole tree goes to the browser in a compact form, without any content, so that opening, closing
and searching names take no time however long the trace is; the browser draws what is in sight.
"""

import hashlib
import json
from collections.abc import Mapping
from weakref import WeakKeyDictionary

import streamlit as st

from backend.traces.record import UNKNOWN_KIND, Outline, SpanState
from components.request_logs.readable import one_line
from components.trace_view import waterfall_look, waterfall_script
from components.trace_view.words import cost_in_words

KEY = "waterfall"
# Longer names are told in full beside the step they belong to.
NAME_CHARACTERS = 200
_TOLD = "waterfall_told"
_component = st.components.v2.component(
    "waterfall",
    html=waterfall_look.HTML,
    css=waterfall_look.CSS,
    js=waterfall_script.JS,
)
_keeper = st.components.v2.component(
    "waterfall_keeper", html="<span hidden></span>", js=waterfall_script.KEEPER_JS
)
# By outline, for as long as somebody has it: making this takes as long as reading the trace.
_packed: WeakKeyDictionary[Outline, tuple[str, str]] = WeakKeyDictionary()


def draw(outline: Outline, span_id: str, found: tuple[str, ...] | None) -> str:
    """Draw the tree; returns the span that was chosen in it just now, or nothing.

    What was found in the spans is marked, and None means that nothing was looked for.
    """
    text, digest = packed(outline)
    # Known before the tree is drawn, which would go back to the one before otherwise.
    chosen = _just_chosen(outline, digest)
    place = outline.place(chosen or span_id)
    places = [outline.place(each) for each in found or ()]
    _keeper(key=f"{KEY}_keeper", data={"digest": digest, "packed": text})
    _component(
        key=KEY,
        data={
            "digest": digest,
            "chosen": -1 if place is None else place,
            "found": None if found is None else sorted(each for each in places if each is not None),
        },
        on_chosen_change=_nothing,
    )
    return chosen


def packed(outline: Outline) -> tuple[str, str]:
    """Return the tree as the browser reads it, and a name for exactly this."""
    if outline not in _packed:
        text = json.dumps(_columns(outline), separators=(",", ":"), ensure_ascii=False)
        _packed[outline] = text, hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]
    return _packed[outline]


def _columns(outline: Outline) -> dict[str, object]:
    names: dict[str, int] = {}
    kinds: dict[str, int] = {}
    spans, start = outline.spans, outline.start_ns
    return {
        "depths": outline.depths,
        "name": [names.setdefault(span.name, len(names)) for span in spans],
        "kind": [kinds.setdefault(span.kind, len(kinds)) for span in spans],
        "start": [(span.start_ns - start) // 1000 for span in spans],
        "took": [span.duration_ns // 1000 for span in spans],
        "failed": [at for at, span in enumerate(spans) if span.state is SpanState.ERROR],
        "critical": [at for at, span in enumerate(spans) if span.span_id in outline.critical],
        "noted": {
            at: _noted(span.tokens, span.cost)
            for at, span in enumerate(spans)
            if span.tokens or span.cost
        },
        "names": [one_line(name)[:NAME_CHARACTERS] for name in names],
        "kinds": [one_line(kind)[:NAME_CHARACTERS] or UNKNOWN_KIND for kind in kinds],
        "total": outline.total_ns // 1000,
    }


def _noted(tokens: int | None, cost: float | None) -> str:
    said = [f"{tokens:,} tokens"] if tokens else []
    return ", ".join([*said, *([cost_in_words(cost)] if cost else [])])


def _just_chosen(outline: Outline, digest: str) -> str:
    """Return the span the browser names; it may still speak of another trace."""
    said = st.session_state.get(KEY)
    answer = said.get("chosen") if isinstance(said, Mapping) else None
    # What the browser said once it says at every draw, also when something else was chosen since.
    if answer == st.session_state.get(_TOLD):
        return ""
    st.session_state[_TOLD] = answer
    named, _, number = str(answer or "").partition(":")
    if named != digest or not number.isdigit() or int(number) >= len(outline.spans):
        return ""
    return outline.spans[int(number)].span_id


def _nothing() -> None:
    """Being called at all is what makes the page hear of it."""
