"""Judging an answer that does not exist, to see what reviewers will see; nothing is kept."""

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from backend.feedback.label_schemas import Question
from components.chat.chat_state import Entry, Judgement
from components.session import Session
from components.verdicts import custom_questions
from components.verdicts.judging import Judge


@dataclass(frozen=True)
class Rehearsal(Judge):
    """Keeps what is said for as long as the preview is open, and tells nobody."""

    def save(self, entry: Entry, **changes: Any) -> None:
        """Remember what was said."""
        entry.judgement = Judgement(replace(self.verdict(entry), **changes))


def draw(session: Session, questions: tuple[Question, ...], key: str) -> None:
    """Draw the questions as they stand under an answer."""
    entry: Entry = st.session_state.setdefault(f"rehearsal_{key}", Entry("", key=f"preview_{key}"))
    judge = Rehearsal(session.services.feedback, session.viewer, "")
    st.caption("What reviewers see")
    with st.container(border=True, gap="small", key=f"preview_{key}"):
        custom_questions.draw(entry, judge, questions)
