"""The ledger of one endpoint: what was live when, every change, a search, and a file of all."""

from functools import partial

import streamlit as st

from components.releases import export as release_export
from components.releases import search as release_search
from components.releases import timeline as release_timeline
from components.session import Session

_EARLIER = "earlier_releases"


def draw(session: Session, endpoint: str) -> None:
    """Draw the releases, the newest first, or what was looked for."""
    deployments = session.services.deployments
    # Whoever looks decides what can be decided by now.
    deployments.look(endpoint)
    release_timeline.draw_live_at(partial(deployments.live_at, session.viewer, endpoint))
    if st.toggle("Look something up", key="release_lookup"):
        release_search.draw(session, endpoint)
    else:
        _draw_timeline(session, endpoint)
    release_export.draw(session, endpoint)


def _draw_timeline(session: Session, endpoint: str) -> None:
    token = st.session_state.get(_EARLIER, {}).get(endpoint)
    page = session.services.deployments.timeline(session.viewer, endpoint, token)
    if token:
        st.button("Back to the newest", on_click=_show, args=(endpoint, None), type="tertiary")
    release_timeline.draw(page, partial(_show, endpoint))


def _show(endpoint: str, token: str | None) -> None:
    st.session_state.setdefault(_EARLIER, {})[endpoint] = token
