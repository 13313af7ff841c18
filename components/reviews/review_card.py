"""One verdict as its reviewer finds it again: the question, the answer, what was said of it."""

from collections.abc import Iterator
from typing import Literal

import streamlit as st

from backend.feedback.verdicts import Verdict
from backend.reviews.my_reviews import Review
from backend.reviews.outcomes import Outcome, State
from backend.serving.reviewer_guide import ReviewerGuide
from components import times
from components.plain_text import escaped
from components.verdicts.judging import CHOICE_WORDS, THUMB_WORDS
from components.verdicts.verdict_reasons import word_for

QUESTION_CHARACTERS = 160
ANSWER_CHARACTERS = 280
_BADGES: dict[State, tuple[str, Literal["green", "primary", "red", "gray"]]] = {
    State.FIXED: (":material/check_circle:", "green"),
    State.TO_RECHECK: (":material/refresh:", "primary"),
    State.STILL_WRONG: (":material/error:", "red"),
    State.WAITING: (":material/hourglass_top:", "gray"),
}


def draw(review: Review, chain: str, guide: ReviewerGuide) -> None:
    """Draw what is known of it; what can be done with it is the caller's."""
    request = review.request
    _draw_outcome(review.outcome)
    if request is None:
        st.caption("The question cannot be shown: it is somebody else's, or no longer on record.")
    else:
        question = _short(request.question, QUESTION_CHARACTERS)
        st.markdown(f"**{escaped(question) or 'Without a question'}**")
        if request.before:
            before = _short(request.before[-1], QUESTION_CHARACTERS)
            st.caption(f"Asked after: {escaped(before)}")
        st.text(_short(request.answer, ANSWER_CHARACTERS) or "The chain gave no answer.")
    _draw_verdict(review.verdict, guide)
    st.caption(escaped(" · ".join(_circumstances(review, chain))))
    if review.verdict.corrected_answer:
        with st.expander("What you would have answered", type="compact", key=_key(review)):
            st.text(review.verdict.corrected_answer)


def _circumstances(review: Review, chain: str) -> Iterator[str]:
    """Yield who answered, and when it was judged."""
    yield chain
    if review.verdict.preference:
        # Which of the two versions this was is told in the chat, if the admins wish.
        yield "Compared blindly"
    elif review.request and review.request.version:
        yield f"Version {review.request.version.number}"
    if review.verdict.given_at:
        yield times.short(review.verdict.given_at)


def _draw_outcome(outcome: Outcome | None) -> None:
    """Say what became of it, in words; the colour says nothing more."""
    if outcome is None or outcome.state is State.UNKNOWN:
        return
    icon, colour = _BADGES[outcome.state]
    st.badge(sentence(outcome), icon=icon, color=colour)


def sentence(outcome: Outcome) -> str:
    """Return what became of a wrong answer."""
    who = outcome.reviewer or "another reviewer"
    says = "you say" if outcome.is_by_me else f"{escaped(who)} says"
    match outcome.state:
        case State.FIXED:
            return f"Fixed in version {outcome.version}, {says}"
        case State.TO_RECHECK:
            return f"Version {outcome.version} answers now. Is it right?"
        case State.STILL_WRONG:
            return f"Still wrong in version {outcome.version}, {says}"
        case State.WAITING:
            return "Waiting for a newer version"
        case State.UNKNOWN:
            return ""


def _draw_verdict(verdict: Verdict, guide: ReviewerGuide) -> None:
    said = [f"**{THUMB_WORDS[verdict.thumb]}**"] if verdict.thumb else []
    said += [escaped(word_for(each, guide)) for each in sorted(verdict.reasons)]
    said += [CHOICE_WORDS[verdict.preference.choice]] if verdict.preference else []
    if said:
        st.markdown(" · ".join(said))
    if verdict.comment:
        st.text(f"“{verdict.comment}”")


def _short(text: str, most: int) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most else words[: most - 2] + " …"


def _key(review: Review) -> str:
    return f"corrected_{review.endpoint}_{review.verdict.request_id}"
