"""Promoting a version: to which model, why, and what the rules of its endpoints say."""

import streamlit as st

from backend.errors import ReviewAppError
from backend.registry.record import Version
from components import states
from components.models import words as model_words
from components.plain_text import escaped
from components.session import Session

_DONE = "promoted_to"


def offer(session: Session, version: Version) -> None:
    """Offer to copy the version to another model, and say where the last copy went."""
    if st.button("Promote", icon=":material/move_up:", key="promote"):
        _ask(session, version)
    made: Version | None = st.session_state.pop(_DONE, None)
    if made:
        model_words.link_to_version(
            made.model, made.number, f"Promoted: it is {made.model} version {made.number}"
        )


@st.dialog("Promote", width="medium", icon=":material/move_up:")
def _ask(session: Session, version: Version) -> None:
    promotions = session.services.promotions
    st.markdown(
        f"Version {escaped(version.number)} of {escaped(version.model)} is copied to another "
        "model, for example that of your production environment. The copy remembers where it "
        "came from. Nothing is deployed by that, unless an endpoint there follows the alias."
    )
    try:
        with st.spinner("Asking the rules of its endpoints …"):
            verdicts = promotions.verdicts(session.viewer, version.model, version.number)
    except ReviewAppError as problem:
        _say(problem)
        return
    for each in verdicts:
        mark = ":red[:material/block:]" if each.problem else ":green[:material/check_circle:]"
        said = each.problem or "its rule for promotions is met."
        st.markdown(f"{mark} {escaped(each.endpoint)}: {escaped(said)}")
    is_held = any(each.problem for each in verdicts)
    with st.form("promotion_form", border=False):
        to = st.text_input("To which model?", key="promotion_to", placeholder=version.model)
        alias = st.text_input("Let this alias lead to it (may stay empty)", key="promotion_alias")
        reason = st.text_input("Why?", key="promotion_reason", max_chars=1000)
        if st.form_submit_button("Promote now", disabled=is_held):
            _promote(session, version, to, reason, alias)


def _promote(session: Session, version: Version, to: str, reason: str, alias: str) -> None:
    try:
        with st.spinner("Copying the version …"):
            made = session.services.promotions.promote(
                session.viewer, version.model, version.number, to, reason, alias
            )
    except ReviewAppError as problem:
        _say(problem)
        return
    st.session_state[_DONE] = made
    st.rerun()


def _say(problem: ReviewAppError) -> None:
    states.refused(problem)
