"""What reviewers of a chain read before they ask: title, instructions, questions to begin with."""

from dataclasses import replace

import streamlit as st

from backend.access.guides import (
    INSTRUCTIONS_CHARACTERS,
    QUESTION_CHARACTERS,
    TITLE_CHARACTERS,
)
from backend.errors import ReviewAppError
from backend.serving.reviewer_guide import SHOWN_QUESTIONS, ReviewerGuide
from components import states
from components.chat import chain_chooser, chat_opening
from components.chat.chat_state import Chat
from components.plain_text import escaped
from components.session import Session

_SAVED = "access_saved"


def draw(session: Session, endpoint: str, guide: ReviewerGuide, usual_title: str) -> None:
    """Draw the fields, and beside them what reviewers will see."""
    new = _fields(endpoint, guide, usual_title)
    _draw_preview(endpoint, new, usual_title)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button("Save", icon=":material/save:", key="save_guide", disabled=new == guide):
            save(session, endpoint, new)
        st.caption("Reviewers see it with their next conversation.", width="content")
    say_saved(endpoint)


def save(session: Session, endpoint: str, guide: ReviewerGuide) -> None:
    """Tell reviewers this from now on, and draw the page anew; say why if that was refused."""
    try:
        with st.spinner("Asking the workspace …"):
            session.services.review_setup.save(session.viewer, endpoint, guide)
    except ReviewAppError as problem:
        states.refused(problem)
        return
    note_saved(endpoint)
    st.rerun()


def note_saved(endpoint: str) -> None:
    """Remember to say, with the next run, that it was saved."""
    st.session_state[_SAVED] = endpoint
    chain_chooser.forget()


def say_saved(endpoint: str) -> None:
    """Say once that what was changed is saved."""
    if st.session_state.get(_SAVED) == endpoint:
        del st.session_state[_SAVED]
        st.caption(":material/check: Saved.")


def _fields(endpoint: str, guide: ReviewerGuide, usual_title: str) -> ReviewerGuide:
    title = st.text_input(
        "Title",
        guide.title,
        max_chars=TITLE_CHARACTERS,
        placeholder=usual_title,
        key=f"guide_title_{endpoint}",
    )
    instructions = st.text_area(
        "Instructions for reviewers",
        guide.instructions,
        height=180,
        max_chars=INSTRUCTIONS_CHARACTERS,
        help="Markdown: headings, lists, emphasis and links. Pictures become links.",
        key=f"guide_instructions_{endpoint}",
    )
    questions = st.text_area(
        "Questions to begin with, one on each line",
        "\n".join(guide.suggested_questions),
        height=140,
        max_chars=SHOWN_QUESTIONS * (QUESTION_CHARACTERS + 1),
        help=f"Up to {SHOWN_QUESTIONS}. A click on one asks it.",
        key=f"guide_questions_{endpoint}",
    )
    listed = dict.fromkeys(each.strip() for each in questions.splitlines() if each.strip())
    if len(listed) > SHOWN_QUESTIONS:
        st.caption(f"Only the first {SHOWN_QUESTIONS} are offered.")
    return replace(
        guide,
        title=" ".join(title.split()),
        instructions=instructions.strip(),
        suggested_questions=tuple(listed)[:SHOWN_QUESTIONS],
    )


def _draw_preview(endpoint: str, guide: ReviewerGuide, usual_title: str) -> None:
    st.caption("What reviewers see")
    with st.container(border=True, gap="small", key="guide_preview"):
        st.markdown(f"### {escaped(guide.title or usual_title)}", anchors=False)
        # A conversation of its own, which nobody ever asks anything.
        chat_opening.draw(guide, Chat(endpoint, id="preview"))
