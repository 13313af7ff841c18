"""Putting a question again whose answer was wrong, in a new conversation with the chain as it is.

What the reviewer said of the former answer stands beside the new one.
"""

import uuid

import streamlit as st

from backend.errors import NotFound, ReviewAppError
from backend.reviews.my_reviews import Review
from backend.turns.answers import Conversation, Turn
from components import times
from components.chat import chain_chooser, chat_state, conversation_link
from components.chat.chat_state import Chat, Judgement
from components.plain_text import escaped
from components.session import Session

CHAT_PAGE = "../pages/chat.py"
_KEY = "rechecks"
_GONE = "The conversation this was asked in cannot be brought back, so it cannot be asked again."


def begin(session: Session, review: Review) -> None:
    """Open the chat, where the question is asked; raise a `ReviewAppError` if it cannot be."""
    chat = _chat(session, review)
    chat_state.put(chat)
    st.session_state.setdefault(_KEY, {})[chat.id] = review
    chain_chooser.turn_to(chain_chooser.chains(session), review.endpoint)
    address = {"endpoint": review.endpoint, "conversation": chat.id}
    st.switch_page(CHAT_PAGE, query_params=address)


def draw(chat: Chat) -> None:
    """Recall what the reviewer said of the former answer, if this conversation is about that."""
    review: Review | None = st.session_state.get(_KEY, {}).get(chat.id)
    if review is None:
        return
    with st.container(border=True, gap="xsmall", key="recheck"):
        st.markdown(f"**You are checking again: {escaped(_former(review))}**")
        if review.verdict.comment:
            st.text(f"You said: {review.verdict.comment}")
        if review.verdict.corrected_answer:
            st.caption("You would have answered")
            st.text(review.verdict.corrected_answer)


def _former(review: Review) -> str:
    version = review.request.version if review.request else None
    who = f"version {version.number}" if version else "a former version"
    given_at = review.verdict.given_at
    when = f", {times.short(given_at)}" if given_at else ""
    return f"{who} was wrong{when}"


def _chat(session: Session, review: Review) -> Chat:
    """Return a new conversation that has come as far as the old one had, and the question."""
    request = review.request
    if request is None:
        raise NotFound(_GONE)
    turns = _before(session, review) if request.before else ()
    chat = conversation_link.restored(Conversation(str(uuid.uuid4()), review.endpoint, turns))
    _recall_verdicts(session, chat)
    chat.add(request.question)
    return chat


def _before(session: Session, review: Review) -> tuple[Turn, ...]:
    """Return the turns the question followed: without them it would be another one."""
    conversation_id = review.request.conversation_id if review.request else None
    if not conversation_id:
        raise NotFound(_GONE)
    conversations = session.services.conversations
    recorded = conversations.open(session.viewer, conversation_id, review.endpoint)
    former = conversation_link.restored(recorded.conversation)
    asked = (each for each in former.asked if each.request_id == review.verdict.request_id)
    entry = next(asked, None)
    if entry is None:
        raise NotFound(_GONE)
    return former.before(entry).turns


def _recall_verdicts(session: Session, chat: Chat) -> None:
    """Show what was said of the turns before, so that nobody replaces it unawares."""
    ids = [each.request_id for each in chat.asked if each.request_id]
    if not ids:
        return
    try:
        read = session.services.feedback.read(session.viewer, chat.endpoint, ids)
    except ReviewAppError as problem:
        st.toast(f"Verdicts given before cannot be shown now. {problem.sentence}")
        return
    for entry in chat.asked:
        given = read.by_request.get(entry.request_id or "", [])
        own = [each for each in given if each.reviewer == session.viewer.user_name]
        entry.judgement = Judgement(own[0], is_saved=True) if own else None
