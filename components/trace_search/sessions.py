"""Conversations as a list: what each began with, how long it is, who led it."""

from collections.abc import Mapping

import streamlit as st

from backend.errors import Refused, ReviewAppError
from backend.trace_search.record import SessionRow, TraceQuery
from components import states, times
from components.chat import chain_titles
from components.plain_text import escaped
from components.request_logs.readable import one_line
from components.session import Session
from components.trace_search import place
from components.trace_search.list import draw_turns

_TITLE_CHARACTERS = 120
_STYLE = """<style>
[class*="st-key-traced_session_"] button { text-align: left; overflow-wrap: anywhere; }
[class*="st-key-traced_session_"] button p { font-weight: 600; }
</style>"""


def draw(session: Session, query: TraceQuery) -> None:
    """Draw the page of the list the address names."""
    before = place.after()
    try:
        with st.spinner("Asking MLflow …"):
            found = session.services.trace_search.sessions(
                session.viewer, query, int(before) if before.isdigit() else None
            )
    except Refused as problem:
        states.refused(problem)
        return
    except ReviewAppError as problem:
        states.error(problem, key="_sessions")
        return
    st.html(_STYLE)
    if not found.rows and found.before is None:
        states.empty(
            "No conversation is like this",
            "Only what was asked within a conversation is here. Look at a longer time, or take "
            "something off the filter.",
        )
    titles = chain_titles.titles(session) if found.rows else {}
    for row in found.rows:
        _draw_row(row, titles)
    draw_turns(str(found.before or ""))


def _draw_row(row: SessionRow, titles: Mapping[str, str]) -> None:
    with st.container(border=True, gap="xsmall", key=f"traced_session_{row.id}"):
        words = one_line(row.question)
        title = words[:_TITLE_CHARACTERS] + ("…" if len(words) > _TITLE_CHARACTERS else "")
        st.button(
            escaped(title) or "Without a question",
            key=f"traced_open_{row.id}",
            type="tertiary",
            on_click=place.go_to_session,
            args=(row.id,),
        )
        st.caption(" · ".join(_facts(row, titles)), help=times.full(row.last_at))


def _facts(row: SessionRow, titles: Mapping[str, str]) -> list[str]:
    turns = f"{row.turns}{'+' if row.is_cut else ''} question{'' if row.turns == 1 else 's'}"
    facts = [turns, times.short(row.last_at)]
    facts += [escaped(", ".join(row.people))] if row.people else []
    chains = ", ".join(titles.get(each, each) for each in row.endpoints)
    facts += [escaped(chains)] if chains else []
    facts += [f"{row.errors} failed"] if row.errors else []
    facts += [f"{row.up} right"] if row.up else []
    facts += [f"{row.down} wrong"] if row.down else []
    return facts
