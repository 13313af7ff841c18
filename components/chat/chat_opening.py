"""What stands above an empty conversation: what is expected, and questions to begin with."""

import streamlit as st

from backend.serving.reviewer_guide import ReviewerGuide
from components.chat.answer_text import safe_markdown
from components.chat.chat_state import Chat
from components.plain_text import escaped

_FOR_EVERYBODY = "Ask what you would ask in your work, and say whether the answer is right."


def draw(guide: ReviewerGuide, chat: Chat) -> None:
    """Draw the instructions and the questions; a click on one asks it."""
    with st.container(gap="small", key="opening"):
        # Set by admins, but an endpoint's tags are open to everybody who manages it.
        st.markdown(safe_markdown(guide.instructions) or _FOR_EVERYBODY, anchors=False)
    if not guide.suggested_questions:
        return
    with st.container(gap="xsmall", key="suggested_questions"):
        st.caption("To begin with")
        for number, question in enumerate(guide.suggested_questions):
            st.button(
                escaped(question),
                key=f"suggested_{chat.id}_{number}",
                on_click=_begin,
                args=(chat, question),
            )


def _begin(chat: Chat, question: str) -> None:
    # The second click of a double click comes when the first has asked already.
    if not chat.entries:
        chat.add(question)
