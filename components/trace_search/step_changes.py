"""What went into a step and came out of it, in one trace and in the other."""

import json

import streamlit as st

from backend.errors import ReviewAppError
from backend.trace_search.alignment import Aligned
from backend.traces.record import SpanContent, Text, TraceSpan
from components import states, text_changes
from components.models.words import set_style
from components.plain_text import escaped
from components.session import Session
from components.trace_view import readings

# Of each text; more than this nobody compares by eye.
COMPARED_CHARACTERS = 20_000


def draw(session: Session, first_id: str, second_id: str, pair: Aligned[TraceSpan]) -> None:
    """Draw how the two differ; of a step only one trace has, what is in it."""
    with st.container(border=True, gap="small", key="traces_step"):
        st.markdown(f"**{escaped(pair.name)}**")
        try:
            first = _content(session, first_id, pair.first)
            second = _content(session, second_id, pair.second)
        except ReviewAppError as problem:
            states.refused(problem)
            return
        if first and second:
            _draw_changes("Inputs", first.inputs, second.inputs)
            _draw_changes("Outputs", first.outputs, second.outputs)
        elif only := first or second:
            st.caption(f"Only the {'first' if first else 'second'} trace has this step.")
            _draw_text("Inputs", only.inputs)
            _draw_text("Outputs", only.outputs)


def _content(session: Session, trace_id: str, span: TraceSpan | None) -> SpanContent | None:
    if span is None:
        return None
    return session.services.trace_reading.span(
        session.viewer, trace_id, span.span_id, COMPARED_CHARACTERS
    )


def _draw_changes(label: str, first: Text, second: Text) -> None:
    st.markdown(f"**{label}**")
    if first == second:
        st.caption("The same in both." if first.text else "Nothing in either.")
        return
    text_changes.draw(_readable(first), _readable(second))
    if first.is_cut or second.is_cut:
        st.caption(f"Of each text the first {COMPARED_CHARACTERS:,} characters are compared.")


def _draw_text(label: str, text: Text) -> None:
    st.markdown(f"**{label}**")
    if not text.text:
        st.caption("Nothing.")
        return
    set_style()
    st.code(_readable(text), language=None, wrap_lines=True)
    if text.is_cut:
        st.caption(f"These are the first {len(text.text):,} of {text.characters:,} characters.")


def _readable(text: Text) -> str:
    """Return messages and documents as they are read, other JSON a line for each thing.

    So what is compared is words and not brackets.
    """
    try:
        found = json.loads(text.text) if not text.is_cut else None
    except (ValueError, RecursionError):
        return text.text
    if isinstance(found, str):
        return found
    if passages := readings.messages_in(found) or readings.documents_in(found):
        return "\n\n".join(f"{each.title}:\n{each.text}" for each in passages)
    return json.dumps(found, indent=1, ensure_ascii=False) if found is not None else text.text
