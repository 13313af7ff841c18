"""The first page: the chains this person may ask, and how each of them is."""

import streamlit as st

from backend.endpoints import Endpoint, Readiness
from backend.identity import Role, Viewer
from components import endpoint_card, states
from components.plain_text import escaped
from components.session import require


def _greet(viewer: Viewer) -> None:
    st.title(f"Hello, {escaped(viewer.display_name)}", anchor=False)


def _draw_all(endpoints: list[Endpoint]) -> None:
    st.markdown("These are the chains you can use.")
    for endpoint in sorted(endpoints, key=_place):
        endpoint_card.draw(endpoint)
    if any(_is_changing(each) for each in endpoints):
        st.button("Look again", icon=":material/refresh:")


def _place(endpoint: Endpoint) -> tuple[bool, int]:
    """Put the chain a link names first, then those that are ready."""
    named = endpoint.name == st.query_params.get("endpoint")
    return not named, list(Readiness).index(endpoint.readiness)


def _is_changing(endpoint: Endpoint) -> bool:
    # What a failed change would have served is still known, but nothing comes of it.
    return endpoint.readiness is Readiness.STARTING or bool(
        endpoint.coming and not endpoint.problem
    )


session = require(Role.REVIEWER, Role.ANALYST)
_greet(session.viewer)
usable = session.services.endpoints.usable()
if usable:
    _draw_all(usable)
else:
    states.empty(
        "There is no chain for you yet",
        "As soon as somebody deploys one and gives you access, it appears here.",
    )
