"""What the person has submitted of late, to put it back or to see its result once more."""

import streamlit as st

from backend.errors import NotFound, NotOffered, ReviewAppError
from backend.sql_console.record import PastStatement, State
from components import states, times
from components.plain_text import escaped
from components.request_logs.readable import one_line
from components.session import Session
from components.sql_console import state

_SHOWN_CHARACTERS = 90
_WORDS = {
    State.WAITING: "waits",
    State.RUNNING: "is running",
    State.DONE: "",
    State.FAILED: "failed",
    State.STOPPED: "stopped",
}


def draw(session: Session) -> None:
    """Draw the list, the latest first."""
    of_any_program = st.toggle(
        "Of other programs, too",
        key="sql_of_any_program",
        help="What pages of this app and other programs asked in your name.",
    )
    try:
        found = session.services.sql_console.mine(session.viewer, of_any_program=of_any_program)
    except (NotFound, NotOffered):
        st.caption("This workspace keeps no list of your statements.")
        return
    except ReviewAppError as problem:
        states.refused(problem)
        return
    if not found:
        st.caption("You have run no statement here of late.")
    for place, each in enumerate(found):
        _draw_one(each, place)


def _draw_one(past: PastStatement, place: int) -> None:
    with st.container(border=True, gap=None, key=f"sql_past_{place}"):
        line = one_line(past.text)
        short = f"{line[:_SHOWN_CHARACTERS]}…" if len(line) > _SHOWN_CHARACTERS else line
        st.button(
            escaped(short) or "An empty statement",
            type="tertiary",
            key=f"sql_put_{place}",
            on_click=state.put,
            args=(past.text,),
            help="Put it back into the field",
        )
        st.caption(_in_words(past))
        if past.state is State.DONE and past.run_id:
            st.button(
                "Its result",
                icon=":material/table:",
                type="tertiary",
                key=f"sql_result_{place}",
                on_click=state.show_again,
                args=(past.run_id, past.text),
            )


def _in_words(past: PastStatement) -> str:
    said = [
        times.short(past.at) if past.at else "",
        state.in_words(past.took_ms / 1000) if past.took_ms is not None else "",
        f"{past.rows:,} row{'' if past.rows == 1 else 's'}" if past.rows is not None else "",
        _WORDS[past.state],
    ]
    return " · ".join(each for each in said if each)
