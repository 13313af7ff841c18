"""The statement before the person and the run they look at: in the tab, and in the address.

Whoever opens an address finds the statement, and nothing runs by that. A run is found again by its
id for as long as the workspace keeps the result, in a tab that was closed as well.
"""

import time
from dataclasses import dataclass
from urllib.parse import quote

import streamlit as st

from backend.errors import ReviewAppError
from backend.identity import Viewer
from backend.sql_console.record import Look
from components.session import Session

STATEMENT = "sql_statement"
ADDRESS, ADDRESS_OF_RUN = "q", "run"
# Longer addresses get lost on the way, in mail programs and before servers.
LONGEST_LINK = 4_000
# Most statements are answered by then; for the others there is a picture of waiting.
_PATIENCE = 0.6
_KEPT, _SEEN, _RUN = "sql_kept_statement", "sql_seen_in_address", "sql_run"


@dataclass
class Run:
    """One statement that was submitted, as the tab knows it."""

    id: str
    statement: str
    # By the clock of this process; unknown of a run that comes with the address.
    began: float | None = None
    seconds: float | None = None
    look: Look | None = None
    problem: ReviewAppError | None = None


def arrive() -> None:
    """Take over what the address says, unless it says what the tab itself has written there."""
    given = st.query_params.get(ADDRESS, "")
    is_back = STATEMENT not in st.session_state
    if is_back and not given:
        # From another page of the menu: what was here is here again.
        st.session_state[STATEMENT] = st.session_state.get(_KEPT, "")
        return
    if is_back or given != st.session_state.get(_SEEN, ""):
        st.session_state[STATEMENT] = given
        st.session_state[_SEEN] = given
        _take_run(st.query_params.get(ADDRESS_OF_RUN, ""), given)


def keep(statement: str) -> bool:
    """Write the statement into the address; False if it is too long for that."""
    st.session_state[_KEPT] = statement
    fits = len(quote(statement)) <= LONGEST_LINK
    written = statement if fits else ""
    if written != st.query_params.get(ADDRESS, ""):
        if written:
            st.query_params[ADDRESS] = written
        else:
            st.query_params.pop(ADDRESS, None)
        if (known := run()) is None or known.statement != statement:
            st.query_params.pop(ADDRESS_OF_RUN, None)
    st.session_state[_SEEN] = written
    return fits


def run() -> Run | None:
    """Return the run that is looked at."""
    known: Run | None = st.session_state.get(_RUN)
    return known


def begin(session: Session, statement: str) -> None:
    """Submit a statement; what is wrong with that is told where its result would be."""
    began = Run("", statement, began=time.monotonic())
    st.session_state[_RUN] = began
    st.query_params.pop(ADDRESS_OF_RUN, None)
    try:
        began.id = session.services.sql_console.submit(statement)
        st.query_params[ADDRESS_OF_RUN] = began.id
        look_at(session, began, _PATIENCE)
    except ReviewAppError as problem:
        began.problem = problem


def look_at(session: Session, looked_at: Run, patience: float = 0.0) -> Look:
    """Ask how the run stands, and remember how long it took."""
    looked_at.look = session.services.sql_console.look(looked_at.id, patience)
    if looked_at.look.state.is_over and looked_at.began and looked_at.seconds is None:
        looked_at.seconds = time.monotonic() - looked_at.began
    return looked_at.look


def put(statement: str) -> None:
    """Put a statement before the person, in place of what is there; for callbacks."""
    st.session_state[STATEMENT] = statement


def add(words: str) -> None:
    """Put words behind what is there; for callbacks."""
    before = str(st.session_state.get(STATEMENT, ""))
    gap = "" if not before or before[-1] in " \n(." else " "
    st.session_state[STATEMENT] = f"{before}{gap}{words}"


def show_again(run_id: str, statement: str) -> None:
    """Look at a former run once more; for callbacks."""
    put(statement)
    _take_run(run_id, statement)
    st.query_params[ADDRESS_OF_RUN] = run_id


def remembered_by(viewer: Viewer, name: str) -> str:
    """Return a key of session state for what one person has looked up."""
    return f"sql_{name}_{viewer.user_name}"


def in_words(seconds: float) -> str:
    """Return how long something took, as one would say it."""
    return f"{seconds:,.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def _take_run(run_id: str, statement: str) -> None:
    known = run()
    if run_id and (known is None or known.id != run_id):
        st.session_state[_RUN] = Run(run_id, statement)
    elif not run_id:
        st.session_state.pop(_RUN, None)
