"""One endpoint: what answers, what is known of each version, and everything one can do with it."""

import streamlit as st

from backend.deploying.deployments import EndpointNow
from backend.errors import ReviewAppError
from backend.releases.version_figures import Figures
from components.deployments import (
    canary,
    deployment_address,
    endpoint_ending,
    roll_back,
    served_versions,
    traffic_split,
)
from components.plain_text import escaped
from components.releases import timeline as release_timeline
from components.session import Session

POLL_SECONDS = 1


def draw(session: Session, endpoint: str) -> None:
    """Draw it; while something is under way, nothing else can be asked for."""
    deployments = session.services.deployments
    now = deployments.look(endpoint)
    _say_what_answers(now)
    if now.is_updating:
        st.fragment(_wait, run_every=POLL_SECONDS)(session, endpoint)
    figures = _figures(session, endpoint)
    if now.served:
        served_versions.draw(now.served, figures, now.states)
        _say_what_went_wrong(now)
    if now.may_change and not now.is_updating:
        if not now.is_stopped:
            canary.draw(session, endpoint, now.served)
        with st.container(horizontal=True, gap="small"):
            if not now.is_stopped:
                _offer_to_deploy(endpoint)
            if now.served and not now.is_stopped:
                before = deployments.version_before(endpoint)
                roll_back.draw(session, now, figures, before)
                traffic_split.draw(session, endpoint, now.served)
            endpoint_ending.draw(session, now)
    _draw_last_change(session, endpoint)


def _say_what_answers(now: EndpointNow) -> None:
    name = escaped(now.name)
    if now.is_stopped:
        st.markdown(f":material/stop_circle: {name} is stopped, and refuses every question.")
    elif now.served:
        st.markdown(f"{name} is answered by **{served_versions.in_words(now.served)}**.")
    else:
        st.markdown(f"{name} serves nothing yet.")


def _say_what_went_wrong(now: EndpointNow) -> None:
    for state in now.states.values():
        if state.word == "failed" and state.message:
            st.markdown(f":red[:material/error:] Version {escaped(state.version)} does not run.")
            st.code(state.message, language=None, wrap_lines=True)


def _wait(session: Session, endpoint: str) -> None:
    """Say what is under way, and draw the page anew when it is over."""
    now = session.services.deployments.look(endpoint)
    if not now.is_updating:
        st.rerun(scope="app")
    coming = served_versions.in_words(now.coming)
    st.info(f"Being prepared: {coming}. Until then nothing changes.", icon=":material/sync:")


def _offer_to_deploy(endpoint: str) -> None:
    st.button(
        "Deploy a version",
        icon=":material/rocket_launch:",
        key="deploy_here",
        on_click=deployment_address.go,
        kwargs={"endpoint": endpoint, "view": deployment_address.DEPLOYING},
    )


def _figures(session: Session, endpoint: str) -> Figures:
    """Return what is known of the versions; without it the rest of the page works on."""
    try:
        return session.services.deployments.figures(endpoint)
    except ReviewAppError as problem:
        st.caption(f"Figures cannot be shown now. {escaped(problem.sentence)}")
        return {}


def _draw_last_change(session: Session, endpoint: str) -> None:
    page = session.services.deployments.timeline(session.viewer, endpoint, None)
    if page.releases:
        st.subheader("The last change", anchor=False)
        release_timeline.draw_release(page.releases[0])
