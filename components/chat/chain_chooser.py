"""Which chain is talked to: a choice where there are several, and who it is."""

import time
from collections.abc import Callable

import streamlit as st

from backend.reachability import OUTAGE
from backend.serving.endpoints import Endpoint, Readiness
from components.chat.endpoint_card import condition, draw_reason, title_of, versions
from components.plain_text import escaped
from components.session import Session

# Asking the workspace takes a call per chain, which is too much for every click.
FRESH_SECONDS = 20
_KNOWN = "chains"
_CHOICE = "chain"
_PARAMETER = "endpoint"


def chains(session: Session, fresh_seconds: float = FRESH_SECONDS) -> list[Endpoint]:
    """Return the chains this person may ask, those that answer first."""
    asked_at, token, known = st.session_state.get(_KNOWN, (0.0, "", []))
    if not known or token != session.token or time.monotonic() - asked_at > fresh_seconds:
        known = _usable(session, known if token == session.token else [])
        st.session_state[_KNOWN] = (time.monotonic(), session.token, known)
    return list(known)


def _usable(session: Session, before: list[Endpoint]) -> list[Endpoint]:
    """Ask for them; what is on the screen stays while the workspace is away."""
    try:
        found = session.services.endpoints.usable()
    except OUTAGE:
        session.services.reachability.doubt()
        if before:
            return before
        raise
    return sorted(found, key=lambda each: list(Readiness).index(each.readiness))


def choose(known: list[Endpoint]) -> Endpoint:
    """Draw the choice and return the chain; the address names it, so that it can be passed on."""
    by_name = {each.name: each for each in known}
    wanted = st.query_params.get(_PARAMETER) or st.session_state.get(f"{_CHOICE}_last")
    name = wanted if wanted in by_name else known[0].name
    if len(known) > 1:
        name = _choice(by_name, name)
    st.session_state[f"{_CHOICE}_last"] = name
    return by_name[name]


def turn_to(known: list[Endpoint], name: str) -> None:
    """Choose a chain before the choice is drawn, if it is one of these."""
    if name in [each.name for each in known]:
        st.query_params[_PARAMETER] = name
        st.session_state[_CHOICE] = name


def _choice(by_name: dict[str, Endpoint], name: str) -> str:
    names = list(by_name)
    chosen = st.selectbox(
        "Chain",
        names,
        index=names.index(name),
        format_func=lambda each: _label(by_name[each]),
        key=_CHOICE,
        on_change=_follow,
        label_visibility="collapsed",
        width=320,
    )
    return chosen or name


def _follow() -> None:
    st.query_params[_PARAMETER] = st.session_state[_CHOICE]


def _label(endpoint: Endpoint) -> str:
    state = "" if endpoint.readiness is Readiness.READY else f" ({endpoint.readiness.value})"
    return title_of(endpoint) + state


def introduce(endpoint: Endpoint, draw_beside: Callable[[], None]) -> None:
    """Say who answers: title, version, description; what is drawn beside is the caller's."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", width="content"
        ):
            st.title(escaped(title_of(endpoint)), anchor=False, width="content")
            # Where two versions are compared blindly, nothing names one of them.
            for version in () if endpoint.challenger else versions(endpoint.live):
                st.badge(version, color="gray")
        draw_beside()
    if endpoint.description:
        st.caption(escaped(endpoint.description))


def forget() -> None:
    """Ask the workspace anew with the next run: something about a chain was just changed."""
    st.session_state.pop(_KNOWN, None)


def say_if_not_ready(endpoint: Endpoint) -> None:
    """Say why it does not answer, and offer to look again."""
    if endpoint.readiness is Readiness.READY:
        return
    with st.container(border=True, gap="small", key="state_chain"):
        st.text(condition(endpoint))
        draw_reason(endpoint)
        if st.button("Look again", icon=":material/refresh:"):
            st.session_state.pop(_KNOWN, None)
            st.rerun()
