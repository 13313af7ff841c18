"""Dividing the questions among the versions an endpoint keeps."""

import streamlit as st

from backend.errors import ReviewAppError
from backend.release_record import Share
from components import served_versions
from components.plain_text import escaped
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
        st.markdown(_in_a_thousand(served, shares))
    else:
        st.markdown(f":red[:material/error:] Together these are {total} %, and must be 100 %.")
    with st.form("divide_form", border=False):
        reason = st.text_input("Why?", key="divide_reason", max_chars=1000)
        if st.form_submit_button("Divide like this", disabled=total != WHOLE):
            _divide(session, endpoint, shares, reason)


def _in_a_thousand(served: tuple[Share, ...], shares: dict[str, int]) -> str:
    """Say what the shares mean, for who does not think in percent."""
    parts = [
        f"version {escaped(each.version)} answers {shares[each.name] * 10}"
        for each in served
        if shares[each.name]
    ]
    return f"Of 1,000 conversations {', '.join(parts)}."


def _divide(session: Session, endpoint: str, shares: dict[str, int], reason: str) -> None:
    try:
        with st.spinner("Asking the workspace …"):
            session.services.deployments.set_traffic(session.viewer, endpoint, shares, reason)
    except ReviewAppError as problem:
        st.markdown(f":red[:material/error:] {escaped(problem.sentence)} {escaped(problem.advice)}")
        return
    st.rerun()
