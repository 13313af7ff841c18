"""Which chain's requests are looked at: one of those that keep a log."""

import time
from collections.abc import Mapping

import streamlit as st

from backend.request_logs.query import LogQuery
from components.chat import chain_titles
from components.request_logs import address
from components.session import Session

_KEPT, _CHOICE = "log_endpoints", "log_endpoint"
# Asking takes calls for each endpoint, which is too much for every click.
FRESH_SECONDS = 120


def choose(session: Session) -> str:
    """Draw the choice and return the endpoint's name, which the address says; empty if none is."""
    known, titles = _known(session)
    named = address.endpoint()
    # A link may lead to one that is not listed: then the workspace says why not.
    names = [*known, *([named] if named and named not in known else [])]
    if not names:
        return ""
    chosen = named or names[0]
    address.name_endpoint(chosen)
    address.show_in(_CHOICE, chosen)
    st.selectbox(
        "Chain",
        names,
        format_func=lambda each: titles.get(each, each),
        key=_CHOICE,
        on_change=_follow,
        label_visibility="collapsed",
        width=380,
    )
    return chosen


def _follow() -> None:
    """Look at the same time of another chain; what else was filtered is only said of this one."""
    before = address.query(address.endpoint())
    chosen = str(st.session_state[_CHOICE])
    address.put(LogQuery(chosen, before.span, before.since, before.until))


def _known(session: Session) -> tuple[list[str], Mapping[str, str]]:
    """Return the endpoints by name, and the titles of those that have one of their own."""
    asked_at, known, titles = st.session_state.get(_KEPT, (0.0, [], {}))
    if not known or time.monotonic() - asked_at > FRESH_SECONDS:
        found = session.services.request_logs.endpoints(session.viewer)
        titles = titles if found == known else chain_titles.titles(session)
        known = found
        st.session_state[_KEPT] = (time.monotonic(), known, titles)
    return list(known), titles
