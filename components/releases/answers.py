"""The requests a release answered: counted when somebody asks, not for every release on a page."""

import streamlit as st

from backend.errors import ReviewAppError
from backend.releases.answers import Answers
from backend.releases.record import QUIET, Kind, Outcome, Release
from components import states, times
from components.plain_text import escaped
from components.session import Session

LOGS = "../pages/request_logs.py"
_KEPT = "release_answers"
# After these nothing answers, or what answered before.
_SILENT = (*QUIET, Kind.STOP, Kind.DELETE)
_NO_LOG = "This endpoint keeps no log of its requests."


def draw(session: Session, release: Release) -> None:
    """Offer to count what a release answered, and say it once it was counted."""
    if release.outcome is not Outcome.LIVE or release.kind in _SILENT:
        return
    kept: dict[str, Answers | None] = st.session_state.setdefault(_KEPT, {})
    label = "Count again" if release.id in kept else "What did it answer?"
    if st.button(label, type="tertiary", key=f"release_answers_{release.id}"):
        _count(session, release, kept)
    if release.id in kept:
        st.markdown(in_words(kept[release.id]))
        _lead_to(kept[release.id])


def in_words(answers: Answers | None) -> str:
    """Return in a sentence, or several, what was answered."""
    if answers is None:
        return _NO_LOG
    if not answers.requests or not answers.first_at or not answers.last_at:
        return "It has answered no question that is on record."
    questions = _questions(answers.requests)
    begin, end = times.short(answers.first_at), times.short(answers.last_at)
    when = f"at {begin}" if begin == end else f"between {begin} and {end}"
    said = f"Answered {questions} {when}."
    asked = [each for each in answers.by_version if each.requests]
    if len(asked) > 1:
        parts = [f"version {escaped(e.period.share.version)}: {e.requests:,}" for e in asked]
        said += f" Of these, {', '.join(parts)}."
    failed = sum(each.errors for each in asked)
    return f"{said} {failed:,} of them failed." if failed else said


def _lead_to(answers: Answers | None) -> None:
    if answers and (parameters := answers.link_parameters()):
        st.page_link(
            LOGS,
            label="Show these questions",
            icon=":material/receipt_long:",
            query_params=parameters,
        )


def _count(session: Session, release: Release, kept: dict[str, Answers | None]) -> None:
    try:
        with st.spinner("Counting …"):
            kept[release.id] = session.services.release_search.answers(session.viewer, release)
    except ReviewAppError as problem:
        kept.pop(release.id, None)
        states.refused(problem)


def _questions(count: int) -> str:
    return f"{count:,} question{'' if count == 1 else 's'}"
