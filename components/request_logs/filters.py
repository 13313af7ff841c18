"""The filters above the list: the usual ones in a row, the others folded behind it."""

from dataclasses import replace

import streamlit as st

from backend.request_logs.query import LogQuery
from components.request_logs import address, chips, time_range, values, words
from components.session import Session

_TEXT = "log_text"
_OWN, _COMMENT = "log_own", "log_with_comment"
_MORE = "log_more"
_SLOWER, _FASTER = "log_slower", "log_faster"
_CONVERSATION, _REQUEST = "log_conversation", "log_request"
_FRONT = (values.VERSION, values.OUTCOME, values.SAID)
_BEHIND = (values.REASONS, values.REVIEWER, values.STATUS, values.ERROR, values.REQUESTER)
LONGEST_TEXT = 500
_MOST_MS = 999_999_999


def draw(session: Session, query: LogQuery) -> None:
    """Draw all of them, and what is filtered at the moment."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="log_filters"):
        time_range.draw(query)
        for each in _FRONT:
            values.draw(session, query, each)
        _draw_text(query)
    with st.expander("More filters", type="compact", key=_MORE, on_change="rerun") as fold:
        if fold.open:
            _draw_more(session, query)
    chips.draw(query)
    if query.text:
        st.caption(
            f"Questions and answers are searched within the time chosen: {words.time_range(query)}."
        )


def _draw_text(query: LogQuery) -> None:
    address.show_in(_TEXT, query.text)
    st.text_input(
        "Text in questions and answers",
        key=_TEXT,
        placeholder="Search questions and answers",
        icon=":material/search:",
        label_visibility="collapsed",
        max_chars=LONGEST_TEXT,
        on_change=_search,
        args=(query,),
        width=300,
    )


def _search(query: LogQuery) -> None:
    address.put(replace(query, text=str(st.session_state[_TEXT]).strip()))


def _draw_more(session: Session, query: LogQuery) -> None:
    with st.container(horizontal=True, gap="small", key="log_more_values"):
        for each in _BEHIND:
            values.draw(session, query, each)
    _draw_switch(query, _COMMENT, "with_comment", "Only with a comment")
    _draw_switch(
        query, _OWN, "with_own", "Also what the app asks itself: trials, tests and replays"
    )
    address.show_in(_SLOWER, query.min_ms)
    address.show_in(_FASTER, query.max_ms)
    address.show_in(_CONVERSATION, query.conversation)
    address.show_in(_REQUEST, query.request)
    with st.form("log_more_form", border=False):
        with st.container(horizontal=True, gap="small"):
            st.number_input("Took at least (ms)", 0, _MOST_MS, None, key=_SLOWER, width=170)
            st.number_input("Took at most (ms)", 0, _MOST_MS, None, key=_FASTER, width=170)
            st.text_input("Conversation", key=_CONVERSATION, width=250)
            st.text_input("Id of a request", key=_REQUEST, width=250)
        st.form_submit_button("Apply", on_click=_apply, args=(query,))


def _draw_switch(query: LogQuery, key: str, field: str, label: str) -> None:
    address.show_in(key, getattr(query, field))
    st.checkbox(label, key=key, on_change=_switch, args=(query, key, field))


def _switch(query: LogQuery, key: str, field: str) -> None:
    changes: dict[str, bool] = {field: bool(st.session_state[key])}
    address.put(replace(query, **changes))  # type: ignore[arg-type]


def _apply(query: LogQuery) -> None:
    chosen = replace(
        query,
        min_ms=st.session_state[_SLOWER],
        max_ms=st.session_state[_FASTER],
        conversation=str(st.session_state[_CONVERSATION]).strip(),
        request=str(st.session_state[_REQUEST]).strip(),
    )
    address.put(chosen)
