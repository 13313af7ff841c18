"""A question that has not been asked yet: the chain is starting, or still answers the one before.

It is asked once, by the page, when its time has come; until then it can be taken back.
"""

import time

import streamlit as st

from backend.errors import Unavailable
from backend.serving.endpoints import Readiness
from components.chat import chain_chooser
from components.chat.chat_state import Chat, Entry
from components.session import Session

# Looking takes a call per chain.
LOOK_SECONDS = 3
_SINCE = "waiting_since"


def why(entry: Entry, readiness: Readiness) -> str:
    """Return what the question waits for; nothing if it can be asked now."""
    if entry.follows is not None and entry.follows.is_open:
        return "Asked as soon as the answer above is there"
    if readiness is Readiness.STARTING:
        return "Waiting for the chain to start"
    return ""


def refuse_if_failed(entry: Entry, readiness: Readiness) -> None:
    """Say of a question that waited for nothing that it was not asked."""
    said = {
        Readiness.FAILED: "The chain could not be started, so this was not asked.",
        Readiness.STOPPED: "The chain was stopped, so this was not asked.",
    }
    if readiness in said:
        entry.problem = Unavailable(said[readiness])
        entry.problem.advice = "Your question is kept. Ask it again when the chain is ready."


def draw(session: Session, chat: Chat, entry: Entry, reason: str, readiness: Readiness) -> None:
    """Draw how long it has been waiting, and look again for as long as it does."""
    since = st.session_state.setdefault(f"{_SINCE}_{entry.key}", time.monotonic())
    is_starting = readiness is Readiness.STARTING
    run_every = 1 if is_starting else None
    st.fragment(_draw_waiting, run_every=run_every)(reason, since)
    if is_starting:
        st.fragment(_look, run_every=LOOK_SECONDS)(session, chat.endpoint)
    st.button(
        "Cancel",
        icon=":material/close:",
        key=f"take_back_{entry.key}",
        on_click=chat.take_back,
        args=(entry,),
    )


def _draw_waiting(reason: str, since: float) -> None:
    seconds = time.monotonic() - since
    waited = f" ({seconds:.0f} s)" if seconds >= 1 else ""
    st.caption(f":material/hourglass_top: {reason}{waited} …")


def _look(session: Session, endpoint: str) -> None:
    """Go on with the whole page as soon as the chain is not starting any more."""
    known = chain_chooser.chains(session, LOOK_SECONDS)
    if not any(e.name == endpoint and e.readiness is Readiness.STARTING for e in known):
        st.rerun(scope="app")
