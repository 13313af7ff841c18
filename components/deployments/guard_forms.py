"""The questions behind the guard rails of an endpoint, each with a reason; one dialog each."""

from collections.abc import Callable

import streamlit as st

from backend.errors import ReviewAppError
from backend.guard_rails.rails import GuardsNow
from backend.guard_rails.settings import LONGEST_REASON, Follow, PromotionRail, ReturnRail
from components import states
from components.plain_text import escaped
from components.session import Session

CONFIDENCES = (90, 95, 99)
_WHY = "Why?"


def offer_promotion(session: Session, endpoint: str, rail: PromotionRail | None) -> None:
    """Offer to set the rule, to change it and to take it off."""
    if st.button("Change the rule" if rail else "Set a rule", key="ask_promotion"):
        _ask_promotion(session, endpoint, rail)


def offer_return(session: Session, endpoint: str, rail: ReturnRail | None) -> None:
    """Offer to let the app go back by itself."""
    if st.button("Change when" if rail else "Let the app go back by itself", key="ask_return"):
        _ask_return(session, endpoint, rail)


def offer_following(session: Session, endpoint: str, now: GuardsNow) -> None:
    """Offer to let an alias say what is served."""
    label = "Change the alias" if now.settings.follow else "Follow an alias"
    if st.button(label, key="ask_following"):
        _ask_following(session, endpoint, now)


@st.dialog("Promotion")
def _ask_promotion(session: Session, endpoint: str, rail: PromotionRail | None) -> None:
    usual = rail or PromotionRail()
    with st.form("promotion_form", border=False):
        verdicts = st.number_input(
            "Verdicts, at least", 1, 10_000, usual.verdicts, key="g_verdicts"
        )
        up = st.number_input(
            "People content, at least, percent", 1, 99, usual.up_percent, key="g_up"
        )
        canary = st.number_input(
            "Without the rule a version may have, percent",
            0,
            99,
            usual.canary_percent,
            key="g_canary",
            help="Without a share of the questions a version gets verdicts only by comparison.",
        )
        confidence = _confidence(usual.confidence_percent)
        reason, is_set, is_off = _end_of_form(is_on=rail is not None)
    chosen = PromotionRail(
        verdicts=verdicts,
        up_percent=up,
        canary_percent=canary,
        confidence_percent=confidence,
        rule=usual.rule,
    )
    rails = session.services.guard_rails
    if is_set or is_off:
        given = None if is_off else chosen
        _do(lambda: rails.set_promotion(session.viewer, endpoint, given, reason))


@st.dialog("Automatic return")
def _ask_return(session: Session, endpoint: str, rail: ReturnRail | None) -> None:
    usual = rail or ReturnRail()
    st.markdown(
        "The app is given the right to change this endpoint, and uses it for this alone. Each time "
        "it goes back is in the ledger, with the numbers."
    )
    with st.form("return_form", border=False):
        errors = st.checkbox("When more questions fail", usual.watches_errors, key="g_errors")
        requests = st.number_input("From so many questions on", 1, 100_000, usual.requests)
        down = st.checkbox("When more verdicts are down", usual.watches_verdicts, key="g_down")
        verdicts = st.number_input("From so many verdicts on", 1, 100_000, usual.verdicts)
        window = st.number_input("Over the last minutes", 1, 10_080, usual.window_minutes)
        confidence = _confidence(usual.confidence_percent)
        reason, is_set, is_off = _end_of_form(is_on=rail is not None)
    chosen = ReturnRail(
        window_minutes=window,
        requests=requests,
        verdicts=verdicts,
        confidence_percent=confidence,
        watches_errors=errors,
        watches_verdicts=down,
    )
    rails = session.services.guard_rails
    if is_set and not (errors or down):
        st.markdown(":red[:material/error:] Choose at least one of the two.")
    elif is_set or is_off:
        given = None if is_off else chosen
        _do(lambda: rails.set_return(session.viewer, endpoint, given, reason))


@st.dialog("Following an alias")
def _ask_following(session: Session, endpoint: str, now: GuardsNow) -> None:
    follow = now.settings.follow
    models = list(dict.fromkeys([*([follow.model] if follow else []), *now.models]))
    st.markdown(
        "The app is given the right to change this endpoint. The version the alias points to now "
        "is deployed at once, and each one it is moved to from then on."
    )
    with st.form("following_form", border=False):
        model = st.selectbox("Model", models, format_func=escaped, key="g_model")
        alias = st.text_input("Alias", follow.alias if follow else "champion", max_chars=255)
        reason, is_set, is_off = _end_of_form(is_on=follow is not None)
    rails = session.services.guard_rails
    if is_set and not (model and alias.strip()):
        st.markdown(":red[:material/error:] Name the model and the alias.")
    elif is_set or is_off:
        given = None if is_off or model is None else Follow(model=model, alias=alias.strip())
        _do(lambda: rails.follow(session.viewer, endpoint, given, reason))


def _confidence(usual: int) -> int:
    offered = sorted({*CONFIDENCES, usual})
    return st.selectbox(
        "Confidence, percent",
        offered,
        index=offered.index(usual),
        help="How sure it must be that the numbers are no chance.",
    )


def _end_of_form(is_on: bool) -> tuple[str, bool, bool]:
    """Ask why; return that, and which of the two buttons was pressed."""
    reason = st.text_input(_WHY, max_chars=LONGEST_REASON)
    with st.container(horizontal=True, gap="small"):
        is_set = st.form_submit_button("Set it like this" if is_on else "Turn it on")
        is_off = is_on and st.form_submit_button("Turn it off")
    return reason, is_set, is_off


def _do(change: Callable[[], None]) -> None:
    try:
        with st.spinner("Asking the workspace …"):
            change()
    except ReviewAppError as problem:
        states.refused(problem)
        return
    st.rerun()
