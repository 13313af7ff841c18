"""The verdict under an answer: the thumb first, all else only for who wants to say more."""

from functools import partial

import streamlit as st

from backend.verdicts import Thumb
from components.chat_state import Entry
from components.judging import Judge, is_said
from components.plain_text import escaped

_THUMBS = {
    Thumb.POSITIVE: ":material/thumb_up: Right",
    Thumb.NEGATIVE: ":material/thumb_down: Wrong",
    Thumb.UNKNOWN: ":material/question_mark: Don't know",
}
_REASONS = {
    Thumb.POSITIVE: {
        "correct": "Correct",
        "complete": "Complete",
        "clear": "Clear",
        "well_sourced": "Good sources",
    },
    Thumb.NEGATIVE: {
        "incorrect": "Incorrect",
        "incomplete": "Incomplete",
        "outdated": "Outdated",
        "made_up": "Made up",
        "not_asked": "Not what I asked",
        "unclear": "Unclear",
    },
}


def draw_thumbs(entry: Entry, judge: Judge) -> None:
    """Draw the three verdicts; a second click on the same one takes it back."""
    key = f"thumb_{entry.key}"
    st.segmented_control(
        "Is this answer right?",
        list(_THUMBS),
        default=judge.verdict(entry).thumb,
        format_func=_THUMBS.__getitem__,
        key=key,
        on_change=partial(_save_thumb, entry, judge, key),
        label_visibility="collapsed",
    )


def draw_rest(entry: Entry, judge: Judge) -> None:
    """Draw whether it is saved, the reasons, and what can be said in words."""
    _draw_state(entry, judge)
    thumb = judge.verdict(entry).thumb
    if thumb in _REASONS:
        _draw_reasons(entry, judge, thumb)
    with st.expander("Comment, or give a better answer", type="compact", key=f"more_{entry.key}"):
        _draw_words(entry, judge)


def _draw_state(entry: Entry, judge: Judge) -> None:
    judgement = entry.judgement
    if judgement is None:
        return
    if judgement.is_saved:
        word = "Your verdict is saved" if is_said(judgement.verdict) else "Taken back"
        st.caption(f":material/check: {word}")
        return
    problem = judgement.problem
    sentence = escaped(f"Not saved. {problem.sentence} {problem.advice}" if problem else "")
    with st.container(border=True, gap="small", key=f"unsaved_{entry.key}"):
        st.markdown(f":red[:material/error:] {sentence}")
        if problem and problem.request_id:
            st.caption(f"Request id: {escaped(problem.request_id)}")
        st.button("Save again", key=f"save_again_{entry.key}", on_click=partial(judge.save, entry))


def _draw_reasons(entry: Entry, judge: Judge, thumb: Thumb) -> None:
    words, key = _REASONS[thumb], f"reasons_{thumb}_{entry.key}"
    st.pills(
        "What is good about it?" if thumb is Thumb.POSITIVE else "What is wrong with it?",
        list(words),
        selection_mode="multi",
        default=[each for each in words if each in judge.verdict(entry).reasons],
        format_func=words.__getitem__,
        key=key,
        on_change=partial(_save_reasons, entry, judge, key),
    )


def _draw_words(entry: Entry, judge: Judge) -> None:
    verdict = judge.verdict(entry)
    answer = entry.answer.text if entry.answer else ""
    comment, better = f"comment_{entry.key}", f"better_{entry.key}"
    save = partial(_save_words, entry, judge, comment, better)
    st.text_area("Comment", verdict.comment, key=comment, height=90, on_change=save, max_chars=5000)
    st.text_area(
        "I would have answered",
        verdict.corrected_answer or answer,
        key=better,
        height=180,
        on_change=save,
        help="Starts with the chain's answer. Change what should be different.",
    )
    with st.container(horizontal=True, gap="small"):
        # Leaving a field saves it, too; the button is for who looks for one.
        st.button("Save", key=f"save_{entry.key}", on_click=save)
        if entry.judgement and is_said(verdict):
            st.button(
                "Take back my verdict",
                key=f"take_back_{entry.key}",
                type="tertiary",
                on_click=partial(_take_back, entry, judge),
            )


def _save_thumb(entry: Entry, judge: Judge, key: str) -> None:
    thumb: Thumb | None = st.session_state[key]
    kept = judge.verdict(entry).reasons & _REASONS.get(thumb or Thumb.UNKNOWN, {}).keys()
    judge.save(entry, thumb=thumb, reasons=frozenset(kept))


def _save_reasons(entry: Entry, judge: Judge, key: str) -> None:
    judge.save(entry, reasons=frozenset(st.session_state[key]))


def _save_words(entry: Entry, judge: Judge, comment: str, better: str) -> None:
    """Save what is in the fields, unless that is what is saved already."""
    answer = entry.answer.text if entry.answer else ""
    said = st.session_state[comment].strip()
    written = st.session_state[better]
    corrected = written if written.strip() and written.strip() != answer.strip() else None
    verdict, saved = judge.verdict(entry), entry.judgement and entry.judgement.is_saved
    if not saved or (said, corrected) != (verdict.comment, verdict.corrected_answer):
        judge.save(entry, comment=said, corrected_answer=corrected)


def _take_back(entry: Entry, judge: Judge) -> None:
    judge.take_back(entry)
    for name in ("thumb", "comment", "better"):
        st.session_state.pop(f"{name}_{entry.key}", None)
    for key in [str(key) for key in st.session_state if str(key).endswith(entry.key)]:
        if key.startswith(("reasons_", "source_")):
            st.session_state.pop(key)
