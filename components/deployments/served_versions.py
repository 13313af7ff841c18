"""The versions an endpoint keeps: which of them answer, and what is known of each."""

from collections.abc import Iterable, Mapping

import streamlit as st

from backend.releases.record import Share
from backend.releases.version_figures import Figures, VersionFigures
from backend.serving.version_states import VersionState
from components import times
from components.plain_text import escaped

NOTHING = "-"
_STATES = {
    "creating": "starting",
    "ready": "ready",
    "recovering": "coming back after a crash",
    "failed": "failed",
    "aborted": "stopped",
}


def draw(
    served: tuple[Share, ...],
    figures: Figures,
    states: Mapping[str, VersionState],
) -> None:
    """Draw one row a version, those that answer first."""
    rows = [
        _row(each, figures.get((each.model, each.version)), states.get(each.name))
        for each in _live_first(served)
    ]
    st.dataframe(rows, hide_index=True, width="stretch", key="served_versions")


def name_of(share: Share) -> str:
    """Return what a version is called."""
    return f"Version {share.version}"


def summary(figures: VersionFigures | None) -> str:
    """Return what is known of a version in one line of words."""
    if figures is None or not figures.requests:
        return "Nobody has asked it in the last 30 days."
    said = [
        f"{figures.requests:,} question{'s' if figures.requests != 1 else ''}",
        f"{percent(figures.error_share)} failed",
        f"95 of 100 answered within {seconds(figures.p95_ms)}",
        f"{figures.up:,} thumbs up, {figures.down:,} down",
    ]
    return " · ".join(said)


def percent(share: float | None) -> str:
    """Return a share as people read it."""
    if share is None:
        return NOTHING
    return f"{share:.0%}" if share in (0, 1) or 0.01 <= share <= 0.99 else f"{share:.1%}"


def seconds(milliseconds: float | None) -> str:
    """Return a duration as people read it."""
    if milliseconds is None:
        return NOTHING
    return f"{milliseconds:.0f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


def _live_first(served: tuple[Share, ...]) -> list[Share]:
    return sorted(served, key=lambda each: -each.percentage)


def _row(
    share: Share, figures: VersionFigures | None, state: VersionState | None
) -> dict[str, str]:
    known = figures or VersionFigures(share.version)
    judged = known.up + known.down
    return {
        "Version": share.version,
        "Share": f"{share.percentage} %" if share.percentage else "kept, ready to return",
        "State": _STATES.get(state.word, state.word) if state else NOTHING,
        "Questions": f"{known.requests:,}",
        "Failed": percent(known.error_share),
        "95 of 100 within": seconds(known.p95_ms),
        "Thumbs up": f"{known.up:,} of {judged:,}" if judged else NOTHING,
        "Asked last": times.short(known.last_at) if known.last_at else NOTHING,
    }


def plan_in_words(served: tuple[Share, ...], shares: Mapping[str, int]) -> str:
    """Say what these shares mean: who takes what, who stays ready, and in how many of 1,000."""
    by_share = sorted(served, key=lambda each: -shares.get(each.name, 0))
    answering = [each for each in by_share if shares.get(each.name, 0)]
    idle = [each for each in served if each.percentage and not shares.get(each.name, 0)]
    takes = " and ".join(
        f"version {escaped(each.version)} will take {shares[each.name]} %" for each in answering
    )
    stays = "".join(
        f", version {escaped(each.version)} stays at 0 %, ready to return" for each in idle
    )
    said = f"{takes[:1].upper()}{takes[1:]} of the questions{stays}."
    return said if len(answering) < 2 else f"{said} {in_a_thousand(answering, shares)}"


def in_a_thousand(served: Iterable[Share], shares: Mapping[str, int]) -> str:
    """Say what shares mean, for who does not think in percent."""
    parts = [
        f"version {escaped(each.version)} answers {shares[each.name] * 10}"
        for each in served
        if shares.get(each.name)
    ]
    return f"Of 1,000 conversations {', '.join(parts)}."


def in_words(served: tuple[Share, ...]) -> str:
    """Return which versions answer, as part of a sentence."""
    answering = [each for each in _live_first(served) if each.percentage]
    if len(answering) == 1:
        return f"version {escaped(answering[0].version)}"
    named = [f"version {escaped(each.version)} ({each.percentage} %)" for each in answering]
    return " and ".join([", ".join(named[:-1]), named[-1]]) if named else "nothing"
