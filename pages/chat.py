"""Talking to a chain and judging its answers."""

from functools import partial

import streamlit as st

from backend.endpoints import Endpoint, Readiness
from backend.identity import Role
from components import chain_chooser, chat_state, chat_transcript, states
from components.chat_state import Chat
from components.judging import Judge
from components.session import Session, require


def _draw(session: Session, endpoint: Endpoint) -> None:
    chat = chat_state.current(endpoint.name)
    is_ready = endpoint.readiness is Readiness.READY
    question = st.chat_input(
        "Ask a question",
        key=f"ask_{endpoint.name}",
        disabled=not is_ready,
        submit_mode="disable",
        max_chars=20_000,
    )
    if question and question.strip():
        chat.add(question.strip())
    chain_chooser.introduce(endpoint, partial(_offer_new_chat, chat))
    chain_chooser.say_if_not_ready(endpoint)
    if is_ready and not chat.entries:
        st.markdown("Ask what you would ask in your work, and say whether the answer is right.")
    judge = Judge(session.services.feedback, session.viewer, endpoint.name)
    chat_transcript.draw(session.services.chat, chat, judge)


def _offer_new_chat(chat: Chat) -> None:
    if not chat.entries:
        return
    st.button(
        "New chat",
        icon=":material/add:",
        type="tertiary",
        on_click=chat_state.start_anew,
        args=(chat.endpoint,),
    )


session = require(Role.REVIEWER)
known = chain_chooser.chains(session)
if known:
    _draw(session, chain_chooser.choose(known))
else:
    states.empty(
        "There is no chain for you yet",
        "As soon as somebody deploys one and gives you access, you can talk to it here.",
    )
