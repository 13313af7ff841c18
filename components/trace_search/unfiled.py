"""Requests that are on record and whose traces MLflow does not have yet."""

import streamlit as st

from backend.errors import ReviewAppError
from backend.trace_search.record import TraceQuery, Unfiled
from components import states, times
from components.plain_text import escaped
from components.request_logs.readable import readable
from components.session import Session
from components.trace_search import place


def draw(session: Session, query: TraceQuery) -> None:
    """Draw them, the newest first."""
    st.caption(
        "What was asked in the last two days is compared with MLflow, the newest 50 requests of "
        "each chain. A trace that MLflow does not have yet is shown from the record."
    )
    try:
        with st.spinner("Comparing what is on record with MLflow …"):
            found = session.services.trace_search.unfiled(session.viewer, query.experiment)
    except ReviewAppError as problem:
        states.error(problem, key="_unfiled")
        return
    if not found.requests:
        states.empty(
            "MLflow has all that could be read" if found.unread else "MLflow has them all",
            f"Of the {found.looked_at} newest requests on record there is none whose trace is "
            "missing there."
            if found.looked_at
            else "No request of these chains is on record, or you may not read the record.",
        )
    else:
        st.markdown(f"**{len(found.requests)} of {found.looked_at} are not in MLflow yet**")
    if found.unread:
        st.caption(f"Could not be looked at: {escaped(', '.join(found.unread))}.")
    for each in found.requests:
        _draw_one(each)


def _draw_one(request: Unfiled) -> None:
    with st.container(border=True, gap="xsmall", key=f"unfiled_{request.request_id}"):
        st.text(readable(request.question) or "Without a question")
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            facts = [times.short(request.at), escaped(request.endpoint)]
            facts += [f"version {escaped(request.version)}"] if request.version else []
            facts += [escaped(request.user)] if request.user else []
            st.caption(" · ".join(facts), width="content")
            st.button(
                "See its trace",
                icon=":material/account_tree:",
                key=f"unfiled_see_{request.request_id}",
                type="tertiary",
                on_click=place.go_to_trace,
                args=(request.trace_id,),
            )
