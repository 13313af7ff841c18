"""What can be said of an answer in words: a comment, and what one would have answered."""

from functools import partial

import streamlit as st

from components import text_changes
from components.chat.chat_state import Entry
from components.plain_text import escaped
from components.verdicts.judging import Judge

COMMENT_CHARACTERS = 5_000
SHOWN_CHARACTERS = 300


def draw(entry: Entry, judge: Judge) -> None:
    """Draw the fields; leaving one saves it."""
    verdict = judge.verdict(entry)
    comment, better = f"comment_{entry.key}", f"better_{entry.key}"
    save = partial(_save, entry, judge, comment, better)
    st.text_area(
        "Comment",
        verdict.comment,
        key=comment,
        height=90,
        on_change=save,
        max_chars=max(COMMENT_CHARACTERS, len(verdict.comment)),
    )
    st.text_area(
        "I would have answered",
        verdict.corrected_answer or _answer(entry),
        key=better,
        height=180,
        on_change=save,
        help="Starts with the chain's answer. Change what should be different.",
    )
    # The button is for who looks for one.
    st.button("Save", key=f"save_{entry.key}", on_click=save)


def draw_comment(comment: str) -> None:
    """Show what was said, where the field for it is folded away."""
    if comment:
        cut = f"{comment[:SHOWN_CHARACTERS]} …" if len(comment) > SHOWN_CHARACTERS else comment
        st.caption(f":material/comment: Your comment: {escaped(cut)}")


def draw_changes(entry: Entry, judge: Judge) -> None:
    """Show what a saved better answer has changed in the chain's."""
    corrected = judge.verdict(entry).corrected_answer
    if not corrected or not (entry.judgement and entry.judgement.is_saved):
        return
    with st.expander("What you changed in the answer", type="compact", key=f"changed_{entry.key}"):
        text_changes.draw(_answer(entry), corrected)


def _answer(entry: Entry) -> str:
    return entry.answer.text if entry.answer else ""


def _save(entry: Entry, judge: Judge, comment: str, better: str) -> None:
    """Save what is in the fields, unless that is what is saved already."""
    said = st.session_state[comment].strip()
    written = st.session_state[better]
    is_changed = written.strip() and written.strip() != _answer(entry).strip()
    corrected = written if is_changed else None
    verdict, saved = judge.verdict(entry), entry.judgement and entry.judgement.is_saved
    if not saved or (said, corrected) != (verdict.comment, verdict.corrected_answer):
        judge.save(entry, comment=said, corrected_answer=corrected)
