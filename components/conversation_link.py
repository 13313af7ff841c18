"""A conversation in the address: `?conversation=…&endpoint=…` brings it back in any browser."""

from dataclasses import dataclass

import streamlit as st

from backend.answers import Conversation
from backend.conversations import RecordedConversation
from backend.endpoints import Endpoint
from backend.errors import NotFound, ReviewAppError
from backend.identity import Role
from backend.verdicts import Verdict
from components import chain_chooser, chat_state, states
from components.chat_state import Chat, Entry, Judgement
from components.session import Session

_ID, _ENDPOINT = "conversation", "endpoint"
_WANTED = "wanted_conversation"
_READ = "read_conversation"


@dataclass(frozen=True)
class Reading:
    """A conversation that is only read here, with what people said of its answers."""

    recorded: RecordedConversation
    verdicts: dict[str, list[Verdict]]


def is_linked() -> bool:
    """Tell whether the address names a conversation."""
    return _ID in st.query_params


def want(endpoint: str, conversation_id: str) -> None:
    """Go to a conversation with the next run of the page."""
    st.session_state[_WANTED] = (endpoint, conversation_id)


def write(chat: Chat) -> None:
    """Put the conversation into the address as soon as there is one."""
    if not chat.entries:
        leave()
    elif st.query_params.get(_ID) != chat.id:
        st.query_params.update({_ID: chat.id, _ENDPOINT: chat.endpoint})


def leave() -> None:
    """Take the conversation out of the address."""
    if is_linked():
        del st.query_params[_ID]


def follow(session: Session, known: list[Endpoint]) -> Reading | None:
    """Bring back the conversation the address names; return it if it can only be read.

    Stops the page with a sentence if there is none for this person.
    """
    if wanted := st.session_state.pop(_WANTED, None):
        chain_chooser.turn_to(known, wanted[0])
        st.query_params[_ENDPOINT], st.query_params[_ID] = wanted
    conversation_id = st.query_params.get(_ID)
    if not conversation_id or chat_state.opened(conversation_id):
        return None
    reading: Reading | None = st.session_state.get(_READ)
    if reading is None or reading.recorded.conversation.id != conversation_id:
        reading = _read(session, conversation_id)
    recorded = reading.recorded
    names = [each.name for each in known]
    is_theirs = recorded.owner == session.viewer.user_name
    if not is_theirs or recorded.conversation.endpoint not in names:
        st.session_state[_READ] = reading
        return reading
    chat_state.put(_chat(session, recorded.conversation, reading.verdicts))
    chain_chooser.turn_to(known, recorded.conversation.endpoint)
    return None


def _read(session: Session, conversation_id: str) -> Reading:
    conversations = session.services.conversations
    try:
        with st.spinner("Bringing back the conversation …"):
            endpoint = st.query_params.get(_ENDPOINT)
            recorded = conversations.open(session.viewer, conversation_id, endpoint)
            return Reading(recorded, _verdicts(session, recorded.conversation))
    except NotFound:
        _say_not_there(session)
    except ReviewAppError as problem:
        states.error(problem)
    st.stop()


def _say_not_there(session: Session) -> None:
    states.empty(
        "This conversation is not here",
        "It does not exist, it was removed, or it is not yours. What was asked a moment ago can "
        "take a few seconds.",
    )
    with st.container(horizontal=True, gap="small"):
        st.button("Look again", icon=":material/refresh:")
        if session.viewer.has_any((Role.REVIEWER,)):
            st.button("Start a new chat", icon=":material/add:", on_click=leave)


def _verdicts(session: Session, conversation: Conversation) -> dict[str, list[Verdict]]:
    """Return what was said of the answers; without it the conversation is shown all the same."""
    answers = (turn.answer for turn in conversation.turns)
    ids = [each.request_id for each in answers if each and each.request_id]
    try:
        read = session.services.feedback.read(session.viewer, conversation.endpoint, ids)
    except ReviewAppError as problem:
        st.toast(f"Verdicts given before cannot be shown now. {problem.sentence}")
        return {}
    return dict(read.by_request)


def _chat(session: Session, conversation: Conversation, verdicts: dict[str, list[Verdict]]) -> Chat:
    """Return the conversation as it stood on the page, with this person's own verdicts."""
    chat = restored(conversation)
    for entry in chat.entries:
        given = verdicts.get(entry.answer.request_id or "", []) if entry.answer else []
        own = [each for each in given if each.reviewer == session.viewer.user_name]
        entry.judgement = Judgement(own[-1], is_saved=True) if own else None
    return chat


def restored(conversation: Conversation) -> Chat:
    """Return entries nothing is asked for any more."""
    entries = [
        Entry(turn.question, was_asked=True, answer=turn.answer, former=list(turn.former))
        for turn in conversation.turns
    ]
    return Chat(conversation.endpoint, conversation.id, entries)
