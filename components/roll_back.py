"""Going back to a version that is kept: what is known of both, a reason, one click."""

from collections.abc import Mapping

import streamlit as st

from backend.errors import ReviewAppError
from backend.release_record import Share
from backend.version_figures import VersionFigures
from components import served_versions
from components.plain_text import escaped
from components.session import Session


def draw(
    session: Session,
    endpoint: str,
    served: tuple[Share, ...],
    figures: Mapping[str, VersionFigures],
    before: Share | None,
) -> None:
    """Offer the version before with one click, and every other that is kept beside it."""
    kept = [each for each in served if each.percentage < 100]
    if not kept:
        st.caption("There is no other version to go back to yet.")
        return
    suggested = before or kept[0]
    if st.button(
        f"Roll back to version {escaped(suggested.version)}",
        icon=":material/undo:",
        key="roll_back",
    ):
        _ask(session, endpoint, served, figures, suggested)


@st.dialog("Roll back", width="medium", icon=":material/undo:")
def _ask(
    session: Session,
    endpoint: str,
    served: tuple[Share, ...],
    figures: Mapping[str, VersionFigures],
    suggested: Share,
) -> None:
    kept = [each for each in served if each.percentage < 100]
    target = st.selectbox(
        "Back to",
        kept,
        index=[each.name for each in kept].index(suggested.name),
        format_func=served_versions.name_of,
        key="roll_back_to",
    )
    now = max(served, key=lambda each: each.percentage)
    for column, title, share in zip(
        st.columns(2), ("Answers now", "Will answer"), (now, target), strict=True
    ):
        with column.container(border=True, gap="xsmall", height="stretch"):
            st.caption(title)
            st.markdown(f"**{escaped(served_versions.name_of(share))}**")
            st.markdown(served_versions.summary(figures.get(share.version)))
    st.markdown(
        f"Version {escaped(target.version)} will take all questions. "
        f"Version {escaped(now.version)} stays, ready to return."
    )
    with st.form("roll_back_form", border=False):
        reason = st.text_input("Why?", key="roll_back_reason", max_chars=1000)
        if st.form_submit_button("Roll back now"):
            _roll_back(session, endpoint, reason, target)


def _roll_back(session: Session, endpoint: str, reason: str, target: Share) -> None:
    try:
        with st.spinner("Asking the workspace …"):
            session.services.deployments.roll_back(session.viewer, endpoint, reason, target.name)
    except ReviewAppError as problem:
        st.markdown(f":red[:material/error:] {escaped(problem.sentence)} {escaped(problem.advice)}")
        return
    st.rerun()
