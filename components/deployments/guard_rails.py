"""The guard rails of an endpoint: what is on, what it says now, and turning it on and off."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import streamlit as st

from backend.errors import ReviewAppError
from backend.guard_rails.rails import GuardsNow
from backend.guard_rails.settings import FOLLOW, PROMOTION, RETURN, Rail
from components import times
from components.deployments import guard_forms
from components.plain_text import escaped
from components.session import Session

_NOBODY = (
    "Nobody is there at the moment who does this: it is done by `python -m backend.jobs`, which "
    "`make run` starts beside the app."
)
_OFF = "Off."
_NOT_SEEN = "What is changed here by others is noticed only when somebody looks."


def draw(session: Session, endpoint: str) -> None:
    """Draw the rails of one endpoint, each with what it says now."""
    try:
        now = session.services.guard_rails.look(session.viewer, endpoint)
        is_attended = session.services.long_work.is_attended()
    except ReviewAppError as problem:
        st.caption(f"Guard rails cannot be shown now. {escaped(problem.sentence)}")
        return
    with _rail("Promotion", PROMOTION, now):
        _draw_promotion(now)
        if now.may_change:
            guard_forms.offer_promotion(session, endpoint, now.settings.promotion)
    with _rail("Automatic return", RETURN, now):
        _draw_return(now, is_attended)
        if now.may_change:
            guard_forms.offer_return(session, endpoint, now.settings.automatic_return)
    with _rail("Following an alias", FOLLOW, now):
        _draw_following(now, is_attended)
        if now.may_change:
            guard_forms.offer_following(session, endpoint, now)
    if now.may_change and not now.is_seen_by_app:
        _offer_to_see(session, endpoint)


@contextmanager
def _rail(title: str, tag: str, now: GuardsNow) -> Iterator[None]:
    with st.container(border=True, gap="xsmall", key=f"rail_{tag.rpartition('.')[2]}"):
        st.markdown(f"**{title}**")
        yield
        if tag in now.settings.off:
            st.caption(f"Turned off {_signed(now.settings.off[tag])}")


def _draw_promotion(now: GuardsNow) -> None:
    rail = now.settings.promotion
    if now.settings.is_promotion_unreadable:
        st.markdown(
            ":red[:material/error:] The rule cannot be read, so no version is promoted. Set it "
            "again, or turn it off."
        )
    if rail is None:
        st.markdown(f"{_OFF} A version may take all questions whatever was said of it.")
        return
    st.markdown(
        f"Before a version takes more than {rail.canary_percent} % of the questions it needs "
        f"{rail.verdicts} verdicts, and so many of them up that with {rail.confidence_percent} % "
        f"confidence at least {rail.up_percent} % of people are content. Going back is always "
        "possible."
    )
    for ruling in dict.fromkeys((each.is_ok, each.sentence) for _, each in now.rulings):
        is_ok, sentence = ruling
        icon = ":green[:material/check_circle:]" if is_ok else ":orange[:material/pending:]"
        st.markdown(f"{icon} {escaped(sentence)}")
    st.caption(f"Set {_signed(rail)}")


def _draw_return(now: GuardsNow, is_attended: bool) -> None:
    rail = now.settings.automatic_return
    if rail is None:
        st.markdown(f"{_OFF} Going back is left to people.")
        return
    watched = [
        *(["more questions fail"] if rail.watches_errors else []),
        *(["more verdicts are down"] if rail.watches_verdicts else []),
    ]
    st.markdown(
        f"The app goes back to the version before when {' or when '.join(watched)} than before, by "
        f"more than chance explains with {rail.confidence_percent} % confidence. It looks at the "
        f"last {rail.window_minutes} minutes, and compares from {rail.requests} questions or "
        f"{rail.verdicts} verdicts on."
    )
    if now.change and now.comparison:
        old, new = escaped(now.change.old.version), escaped(now.change.new.version)
        icon = ":red[:material/warning:]" if now.comparison.is_worse else ":material/monitoring:"
        st.markdown(
            f"{icon} Version {new} is watched, and {old} is where it would go back to. "
            f"{escaped(now.comparison.sentence)}"
        )
    else:
        st.markdown(":material/check: No version is new enough to be watched.")
    _say_if_nobody(is_attended)
    st.caption(f"Set {_signed(rail)}")


def _draw_following(now: GuardsNow, is_attended: bool) -> None:
    follow, state = now.settings.follow, now.settings.follow_state
    if follow is None:
        st.markdown(f"{_OFF} Moving an alias in the registry changes nothing here.")
        return
    st.markdown(
        f"What alias **{escaped(follow.alias)}** of {escaped(follow.model)} points to is deployed "
        "here: brought up, asked its own example, and given all questions if the rule above allows."
    )
    if state.said:
        is_wrong = state.step == "failed"
        icon = ":red[:material/error:]" if is_wrong else ":material/sync_alt:"
        st.markdown(f"{icon} {escaped(state.said)}")
        if is_wrong:
            st.caption("It is not tried again until the alias is moved.")
    _say_if_nobody(is_attended)
    st.caption(f"Set {_signed(follow)}")


def _say_if_nobody(is_attended: bool) -> None:
    if not is_attended:
        st.markdown(f":orange[:material/hourglass_empty:] {_NOBODY}")


def _offer_to_see(session: Session, endpoint: str) -> None:
    st.caption(_NOT_SEEN)
    if st.button("Let the app look in between", icon=":material/visibility:", key="let_app_see"):
        try:
            session.services.guard_rails.let_app_see(endpoint)
        except ReviewAppError as problem:
            st.markdown(f":red[:material/error:] {escaped(problem.sentence)}")
            return
        st.rerun()


def _signed(rail: Rail) -> str:
    """Return who has set it so, when and why."""
    try:
        when = f", {times.short(datetime.fromisoformat(rail.at))}"
    except ValueError:
        when = ""
    why = f": {escaped(rail.reason)}" if rail.reason else "."
    return f"by {escaped(rail.by or 'somebody')}{when}{why}"
