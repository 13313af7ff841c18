"""The verdict under an answer: the thumb first, all else only for who wants to say more."""

from functools import partial

import streamlit as st

from backend.errors import ReviewAppError
from backend.feedback.label_schemas import Question
from backend.feedback.verdicts import Thumb
from components.chat.chat_state import Entry
from components.plain_text import escaped
from components.verdicts import custom_questions, verdict_reasons, verdict_words
from components.verdicts.judging import THUMB_WORDS, Judge, is_said

_STYLE = """<style>
[class*="st-key-saved_"] button { min-height: 0; padding: 0; font-size: 0.875rem; }
</style>"""
# The keys of the fields begin with these.
_FIELDS = (
    *("thumb_", "choice_", "reasons_", "comment_", "better_"),
    *("source_", "asked_", "beside_", "more_"),
)


def draw_thumbs(entry: Entry, judge: Judge) -> None:
    """Draw the three verdicts; a second click on the same one takes it back."""
    key = f"thumb_{entry.key}"
    st.segmented_control(
        "Is this answer right?",
        list(THUMB_WORDS),
        default=judge.verdict(entry).thumb,
        format_func=THUMB_WORDS.__getitem__,
        key=key,
        on_change=partial(_save_thumb, entry, judge, key),
        label_visibility="collapsed",
    )


def draw_rest(entry: Entry, judge: Judge) -> None:
    """Draw whether it is saved, the reasons, and what can be said in words."""
    _draw_state(entry, judge)
    verdict_reasons.draw(entry, judge)
    verdict_words.draw_changes(entry, judge)
    questions = _questions(judge)
    fold = st.expander(
        "Questions, comment, better answer" if questions else "Comment, or give a better answer",
        type="compact",
        key=_fold(entry),
        on_change="rerun",
    )
    # Closed, it costs nothing: a long conversation has one under every answer.
    if not fold.open:
        verdict_words.draw_comment(judge.verdict(entry).comment)
    else:
        with fold:
            if questions is None:
                st.caption("What else is asked of this chain cannot be shown at the moment.")
            custom_questions.draw(entry, judge, questions or ())
            verdict_words.draw(entry, judge)


def _questions(judge: Judge) -> tuple[Question, ...] | None:
    """Return what else is asked; None if nobody can say, which keeps nobody from judging."""
    try:
        return judge.questions()
    except ReviewAppError:
        return None


def _fold(entry: Entry) -> str:
    return f"more_{entry.key}"


def _draw_state(entry: Entry, judge: Judge) -> None:
    judgement = entry.judgement
    if judgement is None:
        return
    if judgement.is_saved:
        _draw_saved(entry, judge, is_said(judgement.verdict))
        return
    problem = judgement.problem
    sentence = escaped(f"Not saved. {problem.sentence} {problem.advice}" if problem else "")
    with st.container(border=True, gap="small", key=f"unsaved_{entry.key}"):
        st.markdown(f":red[:material/error:] {sentence}")
        if problem and problem.request_id:
            st.caption(f"Request id: {escaped(problem.request_id)}")
        st.button("Save again", key=f"save_again_{entry.key}", on_click=partial(judge.save, entry))


def _draw_saved(entry: Entry, judge: Judge, is_anything_said: bool) -> None:
    st.html(_STYLE)
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"saved_{entry.key}"
    ):
        word = "Your verdict is saved" if is_anything_said else "Taken back"
        st.caption(f":material/check: {word}", width="content")
        if is_anything_said:
            st.button(
                "Take back my verdict",
                key=f"take_back_{entry.key}",
                type="tertiary",
                on_click=partial(_take_back, entry, judge),
            )


def _save_thumb(entry: Entry, judge: Judge, key: str) -> None:
    thumb: Thumb | None = st.session_state[key]
    listed = verdict_reasons.reasons_for(thumb, judge.guide)
    judge.save(entry, thumb=thumb, reasons=judge.verdict(entry).reasons & listed.keys())
    # What is wrong is best said at once, and so is what the admins want to know.
    if thumb is Thumb.NEGATIVE or (thumb and _questions(judge)):
        st.session_state[_fold(entry)] = True


def _take_back(entry: Entry, judge: Judge) -> None:
    judge.take_back(entry)
    for key in [str(each) for each in st.session_state]:
        if key.endswith(entry.key) and key.startswith(_FIELDS):
            del st.session_state[key]
