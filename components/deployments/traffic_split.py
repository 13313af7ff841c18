"""Dividing the questions among the versions an endpoint keeps."""

import streamlit as st

from backend.releases.record import Share
from components import reason_form
from components.deployments import deploy_obstacle, served_versions
from components.session import Session

WHOLE = 100


def draw(session: Session, endpoint: str, served: tuple[Share, ...]) -> None:
    """Offer to change the shares, where there is something to divide."""
    if len(served) > 1 and st.button(
        "Divide the questions", icon=":material/call_split:", key="divide"
    ):
        _ask(session, endpoint, served)


@st.dialog("Divide the questions", icon=":material/call_split:")
def _ask(session: Session, endpoint: str, served: tuple[Share, ...]) -> None:
    shares = {
        each.name: st.number_input(
            f"{served_versions.name_of(each)}, percent",
            min_value=0,
            max_value=WHOLE,
            value=each.percentage,
            step=5,
            key=f"share_{each.name}",
        )
        for each in served
    }
    total = sum(shares.values())
    if total == WHOLE:
        st.markdown(served_versions.in_a_thousand(served, shares))
        deploy_obstacle.say(session, endpoint, shares)
    else:
        st.markdown(f":red[:material/error:] Together these are {total} %, and must be 100 %.")

    def divide(reason: str) -> object:
        deployments = session.services.deployments
        return deployments.set_traffic(session.viewer, endpoint, shares, reason)

    if reason_form.draw("divide", "Divide like this", divide, disabled=total != WHOLE):
        st.rerun()
