"""The chosen step of a trace: how it went, what went in and came out, and what else was noted."""

import json

import streamlit as st

from backend.errors import ReviewAppError
from backend.traces.record import Outline, SpanContent, SpanEvent, SpanState, Text
from components import copy_button, states
from components.models.words import set_style
from components.plain_text import escaped
from components.request_logs.readable import cut, one_line, readable
from components.session import Session
from components.trace_search import addresses
from components.trace_view import excerpts, readings, words

FIRST_CHARACTERS = 200_000
# More than this no browser shows in reasonable time; the file has all of it.
MOST_CHARACTERS = 2_000_000
# More would go to the clipboard with the page, whether or not anybody copies it.
_COPIED_CHARACTERS = 50_000
# They are sent also while they are folded.
_MOST_NOTES, _NOTE_CHARACTERS = 100, 2_000
_EXCEPTION = "exception"


def draw(session: Session, outline: Outline, span_id: str) -> None:
    """Draw one step."""
    more = f"trace_more_{span_id}"
    most = MOST_CHARACTERS if st.session_state.get(more) else FIRST_CHARACTERS
    trace_id = outline.head.trace_id
    try:
        content = session.services.trace_reading.span(session.viewer, trace_id, span_id, most)
    except ReviewAppError as problem:
        states.error(problem, key="_span")
        return
    set_style()
    with st.container(gap="small", key="trace_span"):
        _draw_head(outline, content)
        _draw_problems(content)
        wanted = st.text_input(
            "Find in this step",
            key=f"find_in_{span_id}",
            placeholder="Find in this step",
            icon=":material/search:",
            label_visibility="collapsed",
        )
        if wanted.strip():
            excerpts.draw(content, wanted.strip())
        _draw_part("Input", content.inputs, f"in_{span_id}")
        _draw_part("Output", content.outputs, f"out_{span_id}")
        _draw_rest(content)
        _draw_more(content, most, more)


def _draw_head(outline: Outline, content: SpanContent) -> None:
    span = content.span
    st.subheader(escaped(one_line(span.name)) or "(no name)", anchor=False)
    path = " / ".join(one_line(each.name)[:60] for each in outline.path(span.span_id)[-6:-1])
    after = span.start_ns - outline.start_ns
    facts = [
        words.kind(span.kind),
        f"took {words.took(span.duration_ns)}",
        *([f"began after {words.took(after)}"] if after else []),
        *([f"{span.tokens:,} tokens"] if span.tokens else []),
        *([words.cost_in_words(span.cost)] if span.cost else []),
        *(["on the critical path"] if span.span_id in outline.critical else []),
    ]
    st.caption(escaped(one_line(" · ".join(facts))))
    if path:
        st.caption(f"In {escaped(path)}")
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        base = (st.context.url or "").split("/traces")[0].rstrip("/")
        link = base + addresses.of_trace(outline.head.trace_id, span.span_id)
        copy_button.draw(link, "Copy the link to this step", "copy_link", "Copy the link")


def _draw_problems(content: SpanContent) -> None:
    raised = [event for event in content.events if event.name == _EXCEPTION]
    if content.span.state is SpanState.ERROR:
        told = one_line(content.message)[:2000]
        why = "" if raised and not told else escaped(told or "It does not say why.")
        st.markdown(f":red[:material/error:] **This step failed.** {why}".strip())
    for event in raised:
        kind = one_line(event.attributes.get("exception.type", "")).strip('"')
        told = one_line(event.attributes.get("exception.message", ""))[:2000]
        # What the step says of how it ended usually is just this.
        if f"{kind}: {told}" != one_line(content.message)[:2000]:
            st.markdown(f"It raised **{escaped(kind or 'an error')}**: {escaped(told)}")
        if trace := event.attributes.get("exception.stacktrace"):
            with st.expander("Where it was raised", icon=":material/format_list_bulleted:"):
                st.code(readable(_unquoted(trace)), language=None, wrap_lines=True)


def _draw_part(title: str, part: Text, key: str) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown(f"**{title}**")
        if part.characters and not part.is_cut and part.characters <= _COPIED_CHARACTERS:
            copy_button.draw(part.text, f"Copy the {title.lower()}", f"copy_{key}")
    readings.draw(part, key)


def _draw_rest(content: SpanContent) -> None:
    if content.attributes:
        count = len(content.attributes)
        with st.expander(f"Attributes ({count})", icon=":material/sell:", key="trace_attributes"):
            for name, text in list(content.attributes.items())[:_MOST_NOTES]:
                st.markdown(f"**{escaped(one_line(name)[:300])}**")
                st.text(readable(cut(text.text, _NOTE_CHARACTERS)) or " ")
    others = [event for event in content.events if event.name != _EXCEPTION]
    if others:
        label = f"Events ({len(others)})"
        with st.expander(label, icon=":material/bolt:", key="trace_events"):
            for event in others[:_MOST_NOTES]:
                _draw_event(event, max(0, event.at_ns - content.span.start_ns))
    if max(len(others), len(content.attributes)) > _MOST_NOTES:
        st.caption(f"The first {_MOST_NOTES} of each; the file of the trace has all of them.")


def _draw_event(event: SpanEvent, after: int) -> None:
    name = escaped(one_line(event.name)[:300])
    st.markdown(f"**{name}** after {escaped(words.took(after))}")
    noted = [f"{key}: {cut(value, 1_000)}" for key, value in list(event.attributes.items())[:20]]
    if noted:
        st.text(readable("\n".join(noted)))


def _draw_more(content: SpanContent, most: int, more: str) -> None:
    parts = [part for part in (content.inputs, content.outputs) if part.is_cut]
    if not parts:
        return
    whole = max(part.characters for part in parts)
    st.caption(f"The first {most:,} of {words.size(whole)} are shown.")
    if most < MOST_CHARACTERS:
        st.button(
            "Show more",
            icon=":material/unfold_more:",
            key=f"button_{more}",
            on_click=_show_more,
            args=(more,),
        )
    else:
        st.caption("The file of the trace has all of it.")


def _show_more(more: str) -> None:
    st.session_state[more] = True


def _unquoted(text: str) -> str:
    """Return a text that was written as JSON."""
    try:
        read = json.loads(text)
    except ValueError:
        return text
    return read if isinstance(read, str) else text
