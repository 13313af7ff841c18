"""Talking to a chain and judging its answers."""

from functools import partial

import streamlit as st

from backend.identity import Role
from backend.serving.endpoints import Endpoint, Readiness
from components import keyboard, states
from components.chat import (
    chain_chooser,
    chat_opening,
    chat_state,
    chat_transcript,
    comparison_setup,
    conversation_link,
    conversation_list,
    recheck,
    shared_conversation,
)
from components.chat.chat_state import Chat
from components.chat.comparison_terms import terms_of
from components.session import Session, require
from components.verdicts.judging import Judge


def _draw(session: Session, endpoint: Endpoint) -> None:
    chat = chat_state.current(endpoint.name)
    # A chain that is starting takes a question, too; it waits in its place.
    can_ask = endpoint.readiness not in (Readiness.FAILED, Readiness.STOPPED)
    question = st.chat_input(
        "Ask a question",
        key=f"ask_{endpoint.name}",
        disabled=not can_ask,
        submit_mode="disable",
        max_chars=20_000,
    )
    if question and question.strip():
        chat.add(question.strip())
    chat.terms = terms_of(endpoint)
    conversation_link.write(chat)
    # What is known stands there at once; asking for it comes after the answers.
    list_is_known = conversation_list.is_known(session)
    if list_is_known:
        conversation_list.draw(session, chat)
    chain_chooser.introduce(endpoint, partial(_draw_beside, session, endpoint, chat))
    chain_chooser.say_if_not_ready(endpoint)
    comparison_setup.say_if_impossible(session, endpoint)
    recheck.draw(chat)
    if can_ask and not chat.entries:
        chat_opening.draw(endpoint.guide, chat)
    judge = Judge(
        session.services.feedback,
        session.viewer,
        endpoint.name,
        endpoint.guide,
        session.services.label_schemas,
    )
    judge.prepare()
    keyboard.listen()
    chat_transcript.draw(session, chat, judge, endpoint.readiness)
    if not list_is_known:
        conversation_list.draw(session, chat)


def _draw_beside(session: Session, endpoint: Endpoint, chat: Chat) -> None:
    with st.container(horizontal=True, width="content", gap="small", key="beside_title"):
        keyboard.draw()
        comparison_setup.draw(session, endpoint)
        _offer_new_chat(chat)


def _offer_new_chat(chat: Chat) -> None:
    if not chat.entries:
        return
    st.button(
        "New chat",
        icon=":material/add:",
        type="tertiary",
        key="new_chat",
        on_click=_start_anew,
        args=(chat,),
    )


def _start_anew(chat: Chat) -> None:
    chat_state.start_anew(chat.endpoint)
    conversation_link.leave()


# Analysts come by a link, to read.
session = require(Role.REVIEWER, Role.ANALYST)
known = chain_chooser.chains(session)
reading = conversation_link.follow(session, known)
if reading:
    shared_conversation.draw(session.viewer, reading)
    if session.viewer.has_any((Role.REVIEWER,)):
        conversation_list.draw(session, None)
elif known and require(Role.REVIEWER):
    _draw(session, chain_chooser.choose(known))
else:
    states.empty(
        "There is no chain for you yet",
        "As soon as somebody deploys one and gives you access, you can talk to it here.",
    )
