"""Traces: found by MLflow's filters, read as conversations, one looked at, two compared."""

from functools import partial

import streamlit as st

from backend.errors import ReviewAppError
from backend.identity import Role
from components import states
from components.chat import chain_titles
from components.saved_views import views as saved_views
from components.session import Session, require
from components.trace_search import (
    comparison,
    controls,
    conversation,
    place,
    surroundings,
    unfiled,
)
from components.trace_search import list as trace_list
from components.trace_search import sessions as trace_sessions
from components.trace_search.rows import STYLE
from components.trace_view import view as trace_view


def _draw_trace(session: Session, trace_id: str) -> None:
    if place.other():
        comparison.draw(session, trace_id, place.other())
        return
    row = surroundings.draw(trace_id)
    trace_view.draw(session, trace_id, place.span())
    surroundings.add_conversation(row, session, trace_id)


def _draw_trace_of(session: Session, request_id: str) -> None:
    """Draw the trace of a request, wherever there is one."""
    try:
        with st.spinner("Looking for its trace …"):
            trace_id = session.services.trace_search.of_request(
                session.viewer, request_id, place.endpoint()
            )
    except ReviewAppError as problem:
        surroundings.draw_back()
        states.error(problem)
        return
    place.go_to_trace(trace_id)
    st.rerun()


def _choose_view() -> str:
    """Let the person choose what is listed; the address names it."""
    st.session_state["traces_view"] = place.view()
    st.segmented_control(
        "Show",
        list(place.VIEWS),
        format_func=lambda each: place.VIEWS[each],
        label_visibility="collapsed",
        required=True,
        key="traces_view",
        on_change=lambda: place.go_to_view(st.session_state["traces_view"]),
    )
    return place.view()


def _draw_search(session: Session) -> None:
    view = _choose_view()
    query = place.query()
    try:
        chains = session.services.trace_search.chains(session.viewer)
    except ReviewAppError as problem:
        states.error(problem)
        return
    if not chains:
        states.empty(
            "There are no traces you can read",
            "No chain you can see names an MLflow experiment, or you may not read it.",
        )
        return
    draw_controls = controls.draw_chain if view == "unfiled" else controls.draw
    titles = chain_titles.titles(session)
    names = {
        each.experiment: ", ".join(titles.get(name, name) for name in each.endpoints)
        for each in chains
    }
    draw_controls(query, names, partial(_draw_more, session))
    if view == "sessions":
        trace_sessions.draw(session, query)
    elif view == "unfiled":
        unfiled.draw(session, query)
    else:
        trace_list.draw(session, query)


def _draw_more(session: Session) -> None:
    """Offer to look again, and what the team has saved: that is read when somebody unfolds it."""
    st.button("Look again", icon=":material/refresh:", key="traces_again")
    label = "Saved views"
    with st.popover(
        label, icon=":material/bookmark:", key="traces_views", on_change="rerun"
    ) as fold:
        if fold.open:
            saved_views.draw(session, "traces", place.shared())


def _draw(session: Session) -> None:
    if not place.session() or place.trace():
        st.html(STYLE)
    if place.trace():
        _draw_trace(session, place.trace())
    elif place.request():
        _draw_trace_of(session, place.request())
    elif place.session():
        conversation.draw(session, place.session())
    else:
        _draw_search(session)


session = require(Role.ANALYST)
st.title("Traces", anchor=False)
_draw(session)
