"""One trace: how it went as a whole, its steps over time, the chosen step, and what is said of it.

A click in the tree draws only this part of the page anew. The chosen step is in the address.
Where there is room, the step stands beside the tree, which stays in sight.
"""

from datetime import timedelta

import streamlit as st

from backend.errors import ReviewAppError
from backend.request_logs.query import LogQuery
from backend.traces.record import Outline, Source, TraceHead
from components import states, times
from components.plain_text import escaped
from components.request_logs.readable import one_line
from components.session import Session
from components.trace_search import addresses
from components.trace_view import opinions, route, span_view, waterfall, words

REQUESTS = "../pages/request_logs.py"
# Among what else was asked at that time.
_AROUND = timedelta(hours=1)
_SOUGHT = "trace_sought"
_AT = "trace_at"
_STYLE = """<style>
@media (min-width: 1500px) {
  .st-key-trace_sides { flex-direction: row; align-items: flex-start; gap: 2rem; }
  .st-key-trace_sides > * { flex: 1 1 0; min-width: 0; }
  .st-key-trace_sides > :first-child { position: sticky; top: 4rem; }
}
</style>"""


def draw(session: Session, trace_id: str, span_id: str = "") -> None:
    """Draw the trace of this id, or of the request of this id."""
    # The address counts when the page is drawn as a whole, and then the tree: what a browser says
    # twice, as with a double click, comes with the address from before.
    st.session_state[_AT] = span_id
    st.fragment(_draw)(session, trace_id)


def _draw(session: Session, trace_id: str) -> None:
    try:
        with st.spinner("Reading the trace …", show_time=True):
            outline = session.services.trace_reading.outline(session.viewer, trace_id)
    except ReviewAppError as problem:
        states.error(problem, key="_trace")
        return
    _draw_head(outline)
    st.html(_STYLE)
    with st.container(key="trace_sides"):
        with st.container(key="trace_tree"):
            at = _draw_tree(session, outline)
        with st.container(key="trace_beside"):
            span_view.draw(session, outline, at)
            opinions.draw(session, outline, at)


def _draw_tree(session: Session, outline: Outline) -> str:
    """Draw the steps; return the one to show, which is the first where none was chosen."""
    found = _found(session, outline)
    named = str(st.session_state[_AT])
    if named and outline.find(named) is None:
        st.caption("The step this link names is not in the trace.")
        named = ""
    at = named or outline.spans[0].span_id
    if chosen := waterfall.draw(outline, at, found):
        at = st.session_state[_AT] = st.query_params[addresses.SPAN] = chosen
    _draw_legend(outline)
    return at


def _draw_head(outline: Outline) -> None:
    head, count = outline.head, len(outline.spans)
    facts = [
        f"Took {words.took(outline.total_ns)}",
        f"{count:,} step{'' if count == 1 else 's'}",
        *([f"{outline.errors:,} failed"] if outline.errors else []),
        *([f"{outline.tokens:,} tokens"] if outline.tokens else []),
        *([words.cost_in_words(outline.cost)] if outline.cost else []),
    ]
    st.markdown(f"**{escaped(' · '.join(facts))}**")
    where = [
        *([f"endpoint {head.endpoint}"] if head.endpoint else []),
        *([f"version {head.served}"] if head.served else []),
        *([f"asked by {head.user}"] if head.user else []),
        f"trace {head.trace_id}",
    ]
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(escaped(one_line(" · ".join(where))))
        if head.at:
            times.draw(head.at)
        _link_to_request(head)
        st.link_button("Download as JSON", route.address(head.trace_id), icon=":material/download:")
    if head.source is Source.REQUEST_LOG:
        st.caption("From the request log: MLflow does not have this trace, or not yet.")
    if outline.is_cut:
        st.caption(f"Only the first {count:,} steps are shown; the file has all of them.")


def _link_to_request(head: TraceHead) -> None:
    """Lead to the request in its log, where verdicts, release and whole answer are."""
    if not (head.request_id and head.endpoint and head.at):
        return
    around = LogQuery(head.endpoint, since=head.at - _AROUND, until=head.at + _AROUND)
    st.page_link(
        REQUESTS,
        label="Its request",
        icon=":material/receipt_long:",
        query_params=around.parameters() | {"open": head.request_id},
    )


def _found(session: Session, outline: Outline) -> tuple[str, ...] | None:
    """Return the steps that have the text somebody looks for in them; None if nobody does."""
    wanted = st.text_input(
        "Find in inputs and outputs of all steps",
        key=f"{_SOUGHT}_{outline.head.trace_id}",
        placeholder="Find in inputs and outputs of all steps",
        icon=":material/search:",
        label_visibility="collapsed",
    ).strip()
    if not wanted:
        return None
    try:
        found = session.services.trace_reading.holding(
            session.viewer, outline.head.trace_id, wanted
        )
    except ReviewAppError as problem:
        states.refused(problem)
        return None
    if not found:
        st.caption("No step has this text in it.")
    else:
        many = len(found)
        st.caption(f"{many:,} step{' has' if many == 1 else 's have'} it, underlined in the tree.")
    return found


def _draw_legend(outline: Outline) -> None:
    failed = "✕ failed. " if outline.errors else ""
    st.caption(
        f"◆ made the trace take as long as it did. {failed}"
        "Arrow keys move, Enter opens a step, letters go to a name."
    )
