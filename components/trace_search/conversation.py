"""One conversation: what was asked and answered in it, each answer with the way to its trace."""

import streamlit as st

from backend.errors import ReviewAppError
from backend.trace_search.record import SessionTurn
from components import states, times
from components.chat import chain_titles, chat_transcript
from components.chat.chat_state import Chat, Entry
from components.plain_text import escaped
from components.request_logs.readable import readable
from components.session import Session
from components.trace_search import place, rows
from components.trace_search.list import draw_turns


def draw(session: Session, session_id: str) -> None:
    """Draw the part of the conversation the address names, the earliest first."""
    st.button(
        "All conversations",
        icon=":material/arrow_back:",
        type="tertiary",
        key="traces_all_sessions",
        on_click=place.go_to_session,
        args=("",),
    )
    try:
        with st.spinner("Reading the conversation …"):
            found = session.services.trace_search.session(session.viewer, session_id, place.after())
    except ReviewAppError as problem:
        states.error(problem, key="_session")
        return
    st.subheader("A conversation", anchor=False)
    people = dict.fromkeys(each.row.user for each in found.turns if each.row.user)
    titles = chain_titles.titles(session)
    endpoints = dict.fromkeys(each.row.endpoint for each in found.turns if each.row.endpoint)
    chains = [titles.get(each, each) for each in endpoints]
    who = f"{', '.join(people) or 'Somebody'} and {', '.join(chains) or 'a chain'}"
    st.caption(f"{escaped(who)} · {escaped(session_id)}")
    # A part of it is read from its beginning, whatever the chat shows of a long one.
    turns = {_key(each): each for each in found.turns}

    def draw_below(entry: Entry) -> None:
        _draw_below(turns[entry.key])

    chat = _chat(session_id, turns)
    st.session_state[f"everything_{session_id}"] = len(turns)
    chat_transcript.draw_to_read(chat, draw_below)
    draw_turns(found.after)


def _chat(session_id: str, turns: dict[str, SessionTurn]) -> Chat:
    asked: list[Entry] = []
    for key, each in turns.items():
        before = asked[-1] if asked else None
        question = readable(each.turn.asked.question)
        asked.append(Entry(question, before, key, answer=each.turn.answer))
    return Chat("", session_id, asked, asked[-1] if asked else None)


def _key(turn: SessionTurn) -> str:
    return f"traced_{turn.row.trace_id}"


def _draw_below(turn: SessionTurn) -> None:
    row = turn.row
    facts = [times.short(row.at)]
    facts += [f"{row.took_ms:,} ms"] if row.took_ms is not None else []
    facts += [f"version {escaped(row.version)}"] if row.version else []
    facts += [rows.said(row)] if rows.said(row) else []
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(" · ".join(facts), width="content", help=times.full(row.at))
        st.button(
            "See its trace",
            icon=":material/account_tree:",
            key=f"traced_see_{row.trace_id}",
            type="tertiary",
            on_click=place.go_to_trace,
            args=(row.trace_id,),
        )
