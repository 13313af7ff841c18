"""The ledger of an endpoint: every change of what answered, the newest first."""

from collections.abc import Callable
from datetime import date, datetime, time

import streamlit as st

from backend.release_record import Kind, Outcome, Page, Release
from backend.releases import LiveThen
from components import served_versions, states, times
from components.plain_text import escaped

_DONE = {
    Kind.DEPLOY: "Deployed",
    Kind.ROLL_BACK: "Rolled back",
    Kind.TRAFFIC: "Divided the questions",
    Kind.REMOVE: "Removed a version",
    Kind.DELETE: "Deleted",
    Kind.OBSERVED: "Changed outside the app",
}
_OUTCOMES = {
    Outcome.PENDING: ("Under way", "blue"),
    Outcome.LIVE: ("Live", "green"),
    Outcome.FAILED: ("Failed", "red"),
    Outcome.CANCELED: ("Cancelled", "gray"),
    Outcome.UNKNOWN: ("Overtaken", "gray"),
}


def draw(page: Page, show_more: Callable[[str], None]) -> None:
    """Draw the releases; what came earlier is fetched when it is asked for."""
    if not page.releases:
        states.empty(
            "Nothing has been released yet", "What is deployed from now on will be listed here."
        )
        return
    for release in page.releases:
        _draw_release(release)
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


def _draw_release(release: Release) -> None:
    word, color = _OUTCOMES[release.outcome]
    with st.container(border=True, gap="xsmall", key=f"release_{release.id}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{_title(release)}**", width="content")
            st.badge(word, color=color)  # type: ignore[arg-type]
            times.draw(release.decided_at or release.requested_at)
        if release.reason:
            st.text(release.reason)
        st.caption(_who(release))
        if release.problem:
            st.code(release.problem, language=None, wrap_lines=True)


def _title(release: Release) -> str:
    after, before = (served_versions.in_words(each) for each in (release.after, release.before))
    if not release.live_before or before == after:
        return f"{_DONE[release.kind]}: {after}"
    return f"{_DONE[release.kind]} from {before} to {after}"


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
