"""A version that answers only a few questions, and the next step with it."""

import streamlit as st

from backend.deploying import traffic_steps
from backend.releases.record import Share
from components import reason_form
from components.deployments import served_versions
from components.plain_text import escaped
from components.session import Session


def draw(session: Session, endpoint: str, served: tuple[Share, ...]) -> None:
    """Say which version is tried on a few, and offer the steps that may follow."""
    tried = traffic_steps.canary(served)
    if tried is None:
        return
    with st.container(border=True, gap="small", key="canary"):
        st.markdown(
            f":material/eco: Version {escaped(tried.version)} is tried on a few: it answers "
            f"{tried.percentage * 10} of 1,000 conversations."
        )
        with st.container(horizontal=True, gap="small"):
            for step in traffic_steps.next_steps(tried):
                if st.button(f"Next step: {step} %", key=f"canary_{step}"):
                    _ask(session, endpoint, served, tried, step)


@st.dialog("The next step", icon=":material/eco:")
def _ask(
    session: Session, endpoint: str, served: tuple[Share, ...], tried: Share, step: int
) -> None:
    shares = traffic_steps.with_share(served, tried.name, step)
    st.markdown(served_versions.plan_in_words(served, shares))

    def take(reason: str) -> object:
        deployments = session.services.deployments
        return deployments.set_traffic(session.viewer, endpoint, shares, reason)

    if reason_form.draw("canary", f"Give it {step} %", take):
        st.rerun()
