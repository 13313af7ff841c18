"""A conversation in the address: `?conversation=…&endpoint=…` brings it back in any browser."""

import time
from dataclasses import dataclass

import streamlit as st

from backend.conversations.conversations import RecordedConversation
from backend.errors import NotFound, ReviewAppError
from backend.feedback.verdicts import Verdict
from backend.identity import Role
from backend.serving.endpoints import Endpoint
from backend.turns.answers import Answer, Conversation
from components import states
from components.chat import chain_chooser, chat_state, under_way
from components.chat.chat_state import Chat, Entry, Judgement
from components.session import Session

_ID, _ENDPOINT = "conversation", "endpoint"
_WANTED = "wanted_conversation"
_READ = "read_conversation"
# How long what was just interrupted may take to be on record.
PATIENCE_SECONDS, POLL_SECONDS = 4, 0.2
_NOTHING = Answer("", None, is_interrupted=True)


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
    if here := chat_state.left(conversation_id):
        chat_state.put(here)
        chain_chooser.turn_to(known, here.endpoint)
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
    try:
        with st.spinner("Bringing back the conversation …"):
            endpoint = st.query_params.get(_ENDPOINT)
            recorded = _opened(session, conversation_id, endpoint)
            return Reading(recorded, _verdicts(session, recorded.conversation))
    except NotFound:
        _say_not_there(session)
    except ReviewAppError as problem:
        states.error(problem)
    st.stop()


def _opened(session: Session, conversation_id: str, endpoint: str | None) -> RecordedConversation:
    """Return it with what was under way when this tab was loaded anew, which takes a moment."""
    lost, last_coming = under_way.left_behind(conversation_id), time.monotonic()
    was_coming = under_way.is_arriving(conversation_id)
    while True:
        if under_way.is_arriving(conversation_id):
            last_coming = time.monotonic()
        is_late = time.monotonic() - last_coming > PATIENCE_SECONDS
        try:
            recorded = session.services.conversations.open(
                session.viewer, conversation_id, endpoint
            )
        except NotFound:
            # Its first answer is still arriving in another tab; then it is here, too.
            if not (lost or was_coming) or is_late:
                raise
        else:
            answers = (turn.answer for turn in recorded.conversation.tree)
            if is_late or lost <= {each.request_id for each in answers if each}:
                return recorded
        time.sleep(POLL_SECONDS)


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
    answers = (turn.answer for turn in conversation.tree)
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
    for entry in chat.asked:
        given = verdicts.get(entry.answer.request_id or "", []) if entry.answer else []
        own = [each for each in given if each.reviewer == session.viewer.user_name]
        entry.judgement = Judgement(own[-1], is_saved=True) if own else None
    return chat


def restored(conversation: Conversation) -> Chat:
    """Return entries nothing is asked for any more."""
    asked: list[Entry] = []
    for turn in conversation.tree:
        follows = asked[turn.follows] if turn.follows is not None else None
        asked.append(Entry(turn.question, follows, answer=turn.answer or _NOTHING))
    return Chat(conversation.endpoint, conversation.id, asked, asked[-1] if asked else None)
