"""What every reviewer said of one answer, in the order of time."""

from collections.abc import Iterator

import streamlit as st

from backend.feedback.verdicts import CustomAnswer, Thumb, Verdict
from backend.request_logs.record import LogDetail
from components import text_changes, times
from components.plain_text import escaped
from components.request_logs import words
from components.request_logs.readable import cut, one_line, readable
from components.verdicts.judging import CHOICE_WORDS, THUMB_WORDS

LONGEST = 2_000
_SOURCES = {
    Thumb.POSITIVE: "helpful",
    Thumb.NEGATIVE: "not helpful",
    Thumb.UNKNOWN: "nobody can tell",
}


def draw(found: LogDetail) -> None:
    """Draw what was said, and whether it still stands."""
    said = found.history or tuple(reversed(found.verdicts))
    with st.container(gap="small", key=f"log_verdicts_{found.row.request_id}"):
        st.markdown(f"**{words.counted(len(said), 'verdict') if said else 'No verdict yet'}**")
        last = {each.reviewer: each for each in said}
        for number, verdict in enumerate(said):
            _draw_one(found, verdict, number, stands=verdict is last[verdict.reviewer])


def _draw_one(found: LogDetail, verdict: Verdict, number: int, *, stands: bool) -> None:
    with st.container(border=True, gap="xsmall", key=f"log_verdict_{number}"):
        parts = list(_parts(verdict))
        st.markdown(" · ".join(parts) or "Took everything back")
        if verdict.comment:
            st.text(f"“{cut(readable(verdict.comment), LONGEST)}”")
        for line in _answers(verdict):
            st.markdown(line)
        who = one_line(verdict.reviewer) or "a reviewer"
        when = f", {times.short(verdict.given_at)}" if verdict.given_at else ""
        later = "" if stands else ", and something else later"
        st.caption(escaped(f"By {who}{when}{later}"))
        if verdict.corrected_answer:
            key = f"log_better_{found.row.request_id}_{number}"
            with st.expander("What should have been answered", type="compact", key=key):
                text_changes.draw(
                    cut(readable(found.turn.answer.text), LONGEST),
                    cut(readable(verdict.corrected_answer), LONGEST),
                )


def _parts(verdict: Verdict) -> Iterator[str]:
    if verdict.thumb:
        yield f"**{THUMB_WORDS[verdict.thumb]}**"
    for each in sorted(verdict.reasons):
        yield escaped(words.reason(one_line(each)))
    if verdict.preference:
        yield CHOICE_WORDS[verdict.preference.choice]
    for rating in verdict.source_ratings:
        if rating.thumb:
            name = "A source" if rating.position is None else f"Source {rating.position + 1}"
            more = f" ({escaped(one_line(rating.comment))})" if rating.comment else ""
            yield f"{name}: {_SOURCES[rating.thumb]}{more}"


def _answers(verdict: Verdict) -> Iterator[str]:
    """Yield what was answered to questions of one's own."""
    for name, answer in {**verdict.custom_answers, **verdict.expectations}.items():
        comment = verdict.custom_comments.get(name, "")
        more = f" “{escaped(one_line(comment))}”" if comment else ""
        said = escaped(cut(one_line(_in_words(answer)), LONGEST))
        yield f"{escaped(one_line(name))}: {said}{more}"


def _in_words(answer: CustomAnswer) -> str:
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return ", ".join(answer) if isinstance(answer, tuple) else str(answer)
