"""The reasons under a thumb, as chips: the usual ones, or those the endpoint's admins listed."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from backend.feedback.verdicts import Thumb
from backend.serving.reviewer_guide import ReviewerGuide
from components.chat.chat_state import Entry
from components.plain_text import escaped
from components.verdicts.judging import Judge

_USUAL_UP = {
    "correct": "Correct",
    "complete": "Complete",
    "clear": "Clear",
    "well_sourced": "Good sources",
}
_USUAL_DOWN = {
    "incorrect": "Incorrect",
    "incomplete": "Incomplete",
    "outdated": "Outdated",
    "made_up": "Made up",
    "not_asked": "Not what I asked",
    "unclear": "Unclear",
}


def reasons_for(thumb: Thumb | None, guide: ReviewerGuide) -> Mapping[str, str]:
    """Return what may be said beside this thumb, by key."""
    if thumb is Thumb.POSITIVE:
        return guide.reasons_up or _USUAL_UP
    if thumb is Thumb.NEGATIVE:
        return guide.reasons_down or _USUAL_DOWN
    return {}


def word_for(key: str, guide: ReviewerGuide) -> str:
    """Return a reason's words; one that is not listed any more still has its key."""
    listed = {**_USUAL_UP, **_USUAL_DOWN, **guide.reasons_up, **guide.reasons_down}
    return listed.get(key) or key.replace("_", " ").strip().capitalize() or key


def draw(entry: Entry, judge: Judge) -> None:
    """Draw the chips that go with the thumb, and those that were given when others were listed."""
    verdict = judge.verdict(entry)
    listed = reasons_for(verdict.thumb, judge.guide)
    former = [key for key in sorted(verdict.reasons) if key not in listed]
    keys = [*listed, *former]
    if not keys:
        return
    key = f"reasons_{verdict.thumb}_{entry.key}"
    st.pills(
        _question(verdict.thumb),
        keys,
        selection_mode="multi",
        default=[each for each in keys if each in verdict.reasons],
        format_func=lambda each: escaped(listed.get(each) or word_for(each, judge.guide)),
        key=key,
        on_change=partial(_save, entry, judge, key),
    )


def _question(thumb: Thumb | None) -> str:
    if thumb is Thumb.POSITIVE:
        return "What is good about it?"
    return "What is wrong with it?" if thumb is Thumb.NEGATIVE else "What you said of it"


def _save(entry: Entry, judge: Judge, key: str) -> None:
    judge.save(entry, reasons=frozenset(st.session_state[key]))
