"""The ledger of an endpoint: every change of what answered, the newest first."""

from collections.abc import Callable
from datetime import date, datetime, time

import streamlit as st

from backend.releases.ledger import LiveThen
from backend.releases.record import Kind, Outcome, Page, Release, Share
from components import states, times
from components.deployments import deployment_address, served_versions
from components.plain_text import escaped

_DONE = {
    Kind.PREPARE: "Prepared",
    Kind.DEPLOY: "Deployed",
    Kind.ROLL_BACK: "Rolled back",
    Kind.TRAFFIC: "Divided the questions",
    Kind.REMOVE: "Removed a version",
    Kind.DELETE: "Deleted",
    Kind.STOP: "Stopped",
    Kind.START: "Started",
    Kind.OBSERVED: "Changed outside the app",
}
_OUTCOMES = {
    Outcome.PENDING: ("Under way", "blue"),
    Outcome.LIVE: ("Live", "green"),
    Outcome.FAILED: ("Failed", "red"),
    Outcome.CANCELED: ("Cancelled", "gray"),
    Outcome.UNKNOWN: ("Overtaken", "gray"),
}


# What is not about what answers is not live when it is done.
_IN_EFFECT = {
    Kind.PREPARE: "Ready",
    Kind.STOP: "Done",
    Kind.REMOVE: "Done",
    Kind.DELETE: "Done",
}


def draw(page: Page, show_more: Callable[[str], None]) -> None:
    """Draw the releases; what came earlier is fetched when it is asked for."""
    if not page.releases:
        states.empty(
            "Nothing has been released yet", "What is deployed from now on will be listed here."
        )
        return
    for release in page.releases:
        draw_release(release)
    if page.next_token:
        st.button("Show earlier ones", on_click=show_more, args=(page.next_token,), type="tertiary")


def draw_live_at(ask: Callable[[datetime], LiveThen]) -> None:
    """Answer what was live at a moment of the past, in the viewer's own time."""
    with (
        st.form("live_at", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        day = st.date_input("On", format="YYYY-MM-DD", key="live_on", width=160)
        clock = st.time_input("at", key="live_time", width=120)
        asked = st.form_submit_button("What was live?")
    if asked and isinstance(day, date) and isinstance(clock, time):
        st.markdown(_in_words(ask(datetime.combine(day, clock, times.zone()))))


def _in_words(then: LiveThen) -> str:
    if then.release is None:
        said = "Nothing that is on record was live then."
    elif then.release.kind in (Kind.STOP, Kind.DELETE):
        done = _DONE[then.release.kind].lower()
        said = (
            f"Nothing answered: it was {done}, since {_since(then.release)}. {_who(then.release)}"
        )
    else:
        release = then.release
        said = (
            f"{_first_upper(served_versions.in_words(release.after))} answered, since "
            f"{_since(release)}. {_who(release)}"
        )
    if then.maybe:
        said += (
            f" It may already have been {served_versions.in_words(then.maybe.after)}: that change "
            "was made outside the app and seen only later."
        )
    return said


def draw_release(release: Release, *, is_alone: bool = False) -> None:
    """Draw one release, with the way to its whole story unless it is that."""
    with st.container(border=not is_alone, gap="xsmall", key=f"release_{release.id}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{title_of(release)}**", width="content")
            _draw_outcome(release)
            times.draw(release.decided_at or release.requested_at)
        if release.reason:
            st.text(release.reason)
        st.caption(_who(release))
        _draw_problem(release)
        if not is_alone and release.id:
            st.button(
                "The whole story",
                icon=":material/arrow_forward:",
                icon_position="right",
                key=f"story_{release.id}",
                type="tertiary",
                on_click=deployment_address.go,
                kwargs={"endpoint": release.endpoint, "release": release.id},
            )


def _draw_outcome(release: Release) -> None:
    word, color = _OUTCOMES[release.outcome]
    if release.outcome is Outcome.LIVE:
        word = _IN_EFFECT.get(release.kind, word)
    st.badge(word, color=color)  # type: ignore[arg-type]


def title_of(release: Release) -> str:
    """Say in one line what was done."""
    if release.kind in (Kind.STOP, Kind.START, Kind.DELETE):
        return _DONE[release.kind]
    if release.kind is Kind.PREPARE and release.added:
        return f"{_DONE[release.kind]}: {_named(release.added, release)}"
    if release.kind is Kind.REMOVE:
        kept = {each.name for each in release.after}
        gone = [escaped(each.version) for each in release.before if each.name not in kept]
        return f"Removed version {' and '.join(gone)}" if gone else _DONE[release.kind]
    after, before = (served_versions.in_words(each) for each in (release.after, release.before))
    if not release.live_before or before == after:
        return f"{_DONE[release.kind]}: {after}"
    return f"{_DONE[release.kind]} from {before} to {after}"


def _named(share: Share, release: Release) -> str:
    """Name a version, with its model where the endpoint serves others."""
    others = {each.model for each in release.live_before} - {share.model}
    of_model = f" of {escaped(share.model)}" if others else ""
    return f"version {escaped(share.version)}{of_model}"


def _draw_problem(release: Release) -> None:
    """Draw what went wrong in a line, and all of it for who wants to read it."""
    first, _, rest = release.problem.strip().partition("\n")
    if rest:
        st.text(first)
        with st.expander("The whole message", type="compact", key=f"problem_{release.id}"):
            st.code(release.problem, language=None, wrap_lines=True)
    elif first:
        st.code(first, language=None, wrap_lines=True)


def _who(release: Release) -> str:
    if release.kind is not Kind.OBSERVED:
        return f"By {escaped(release.by or 'nobody known')}."
    since = f"between {times.short(release.seen_before)} and " if release.seen_before else "before "
    proof = f" Its first answer on record: {escaped(release.proof)}." if release.proof else ""
    return f"By another client of the workspace, {since}{_since(release)}.{proof}"


def _since(release: Release) -> str:
    return times.short(release.decided_at or release.requested_at)


def _first_upper(words: str) -> str:
    return words[:1].upper() + words[1:]
