"""The first page: the chains this person may ask, and how each of them is."""

import streamlit as st

from backend.identity import SEES_ALL, Role, Viewer
from backend.serving.endpoints import Endpoint, Readiness
from components import states
from components.chat import chain_chooser, endpoint_card
from components.plain_text import escaped
from components.session import Session, require

# While one of them is being started, what is said of it grows old quickly.
POLL_SECONDS = 5

_STYLE = """<style>
.st-key-chains { display: grid; gap: 1rem; align-items: stretch;
  grid-template-columns: repeat(auto-fill, minmax(min(19rem, 100%), 1fr)); }
/* The way on is at the foot of the card, in line with the text. */
.st-key-chains [data-testid=stElementContainer]:has([data-testid=stPageLink]) {
  margin-top: auto; margin-left: -0.5rem; }
.st-key-chains [data-testid=stPageLink] p { font-weight: 600; }
</style>"""


def _greet(viewer: Viewer) -> None:
    st.title(f"Hello, {escaped(viewer.display_name)}", anchor=False)


def _draw(session: Session, found: list[Endpoint]) -> None:
    st.markdown("These are the chains you can use.")
    st.html(_STYLE)
    may_ask = session.viewer.has_any((Role.REVIEWER,))
    with st.container(key="chains"):
        for endpoint in sorted(found, key=_place):
            endpoint_card.draw(
                endpoint, may_ask=may_ask, shows_name=session.viewer.has_any(SEES_ALL)
            )


def _draw_changing(session: Session) -> None:
    found = chain_chooser.chains(session, fresh_seconds=0)
    if not _are_changing(found):
        st.rerun(scope="app")
    _draw(session, found)
    st.caption("This page looks again by itself until all of them are ready.")


def _are_changing(found: list[Endpoint]) -> bool:
    return any(endpoint_card.is_changing(each) for each in found)


def _place(endpoint: Endpoint) -> tuple[bool, int]:
    """Put the chain a link names first, then those that are ready."""
    named = endpoint.name == st.query_params.get("endpoint")
    return not named, list(Readiness).index(endpoint.readiness)


session = require(Role.REVIEWER, Role.ANALYST)
_greet(session.viewer)
usable = chain_chooser.chains(session, fresh_seconds=0)
if _are_changing(usable):
    st.fragment(_draw_changing, run_every=POLL_SECONDS)(session)
elif usable:
    _draw(session, usable)
else:
    states.empty(
        "There is no chain for you yet",
        "As soon as somebody deploys one and gives you access, it appears here.",
    )
