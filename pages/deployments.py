"""What each endpoint serves: look, divide, roll back, and who changed it when and why."""

from functools import partial

import streamlit as st

from backend.endpoints import Endpoint
from backend.errors import ReviewAppError
from backend.identity import Role
from backend.version_figures import VersionFigures
from components import (
    endpoint_card,
    release_timeline,
    roll_back,
    served_versions,
    states,
    traffic_split,
)
from components.plain_text import escaped
from components.session import Session, require

POLL_SECONDS = 1
_EARLIER = "earlier_releases"


def _choose(found: list[Endpoint]) -> Endpoint:
    """Let the person choose; the address names the endpoint."""
    names = [each.name for each in found]
    named = st.query_params.get("endpoint")
    chosen = st.selectbox(
        "Endpoint",
        found,
        index=names.index(named) if named in names else 0,
        format_func=endpoint_card.title_of,
        key="deployments_endpoint",
    )
    st.query_params["endpoint"] = chosen.name
    return chosen


def _draw(session: Session, endpoint: Endpoint) -> None:
    deployments = session.services.deployments
    now = deployments.look(endpoint.name)
    st.markdown(
        f"{escaped(endpoint.name)} is answered by **{served_versions.in_words(now.served)}**."
    )
    if now.is_updating:
        st.fragment(_wait, run_every=POLL_SECONDS)(session, endpoint.name)
    figures = _figures(session, endpoint.name)
    served_versions.draw(now.served, figures)
    if now.may_change and not now.is_updating:
        with st.container(horizontal=True, gap="small"):
            before = deployments.version_before(endpoint.name)
            roll_back.draw(session, endpoint.name, now.served, figures, before)
            traffic_split.draw(session, endpoint.name, now.served)
    _draw_ledger(session, endpoint.name)


def _wait(session: Session, endpoint: str) -> None:
    """Say what is under way, and draw the page anew when it is over."""
    now = session.services.deployments.look(endpoint)
    if not now.is_updating:
        st.rerun(scope="app")
    coming = served_versions.in_words(now.coming)
    st.info(f"Being prepared: {coming}. Until then nothing changes.", icon=":material/sync:")


def _figures(session: Session, endpoint: str) -> dict[str, VersionFigures]:
    """Return what is known of the versions; without it the rest of the page works on."""
    try:
        return session.services.deployments.figures(endpoint)
    except ReviewAppError as problem:
        st.caption(f"Figures cannot be shown now. {escaped(problem.sentence)}")
        return {}


def _draw_ledger(session: Session, endpoint: str) -> None:
    deployments = session.services.deployments
    st.subheader("Releases", anchor=False)
    release_timeline.draw_live_at(partial(deployments.live_at, session.viewer, endpoint))
    token = st.session_state.get(_EARLIER, {}).get(endpoint)
    page = deployments.timeline(session.viewer, endpoint, token)
    if token:
        st.button("Back to the newest", on_click=_show, args=(endpoint, None), type="tertiary")
    release_timeline.draw(page, partial(_show, endpoint))


def _show(endpoint: str, token: str | None) -> None:
    st.session_state.setdefault(_EARLIER, {})[endpoint] = token


session = require(Role.ADMIN)
st.title("Deployments", anchor=False)
found = session.services.endpoints.usable()
if found:
    _draw(session, _choose(found))
else:
    states.empty(
        "Nothing is deployed yet",
        "Deploy a registered version with backend.agents.deploy, and it appears here.",
    )
