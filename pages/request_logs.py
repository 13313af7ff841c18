"""Request logs: what was asked of a chain and answered, one by one and over time."""

import streamlit as st

from backend.errors import ReviewAppError
from backend.identity import Role
from backend.request_logs.query import LogQuery
from components import states
from components.models import words as model_words
from components.request_logs import (
    address,
    chain_choice,
    course,
    filters,
    follow,
    kept_page,
    tools,
    unfolded,
)
from components.request_logs import list as log_list
from components.session import Session, require

VIEWS = {address.LIST: "Requests", address.COURSE: "Over time"}
_VIEW = "log_view"


def _draw_view() -> None:
    """Let the person choose how the requests are shown; the address names it."""
    address.show_in(_VIEW, address.view())
    st.segmented_control(
        "Show",
        list(VIEWS),
        format_func=lambda each: VIEWS[each],
        key=_VIEW,
        required=True,
        on_change=lambda: address.set_view(st.session_state[_VIEW]),
        label_visibility="collapsed",
    )


def _draw_list(session: Session, query: LogQuery) -> None:
    try:
        # The list reads it again if it is gone by then; what follows it live begins here.
        kept_page.current(session, query)
    except ReviewAppError as problem:
        states.error(problem, key="_log_page")
        return
    log_list.draw(session, query)


def _draw(session: Session) -> None:
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        st.title("Request logs", anchor=False, width="content")
        endpoint = chain_choice.choose(session)
    if not endpoint:
        states.empty(
            "No requests are on record",
            "No chain you may look at keeps a log of its requests. What is deployed with "
            "backend.agents.deploy keeps one, and so does any endpoint with inference tables.",
        )
        return
    query = address.query(endpoint)
    filters.draw(session, query)
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="log_tools"):
        _draw_view()
        tools.draw(session, query)
        if address.view() == address.LIST:
            follow.draw(session, query)
    if address.view() == address.COURSE:
        course.draw(session, query)
    else:
        _draw_list(session, query)


session = require(Role.ANALYST)
st.html(log_list.STYLE + unfolded.STYLE)
model_words.set_style()
try:
    _draw(session)
except ReviewAppError as problem:
    states.error(problem)
