"""What comes of a statement: how long it takes, cancelling it, its result or why there is none."""

import time

import streamlit as st

from backend.errors import NotFound, ReviewAppError
from backend.sql_console.problems import marked
from backend.sql_console.record import Problem, State
from components import states
from components.models.words import set_style
from components.plain_text import escaped
from components.request_logs.readable import readable
from components.session import Session
from components.sql_console import result_view, state
from components.sql_console.state import Run

POLL_SECONDS = 1.0
_NOT_STOPPED = "sql_not_stopped"
# A warehouse that has to be started takes a while before anything runs.
_LONG_WAIT = 5.0


def draw(session: Session) -> None:
    """Draw the run that is looked at, and follow it until it is over."""
    run = state.run()
    if run is None:
        st.caption("What a statement finds is shown here.")
        return
    try:
        _draw(session, run)
    except NotFound as gone:
        # Nothing is broken: a link came from somebody else, or the hour is over.
        st.markdown(f":material/history: {escaped(gone.sentence)}")
    except ReviewAppError as problem:
        states.error(problem, key="_sql")


def _draw(session: Session, run: Run) -> None:
    if run.problem:
        states.refused(run.problem)
        return
    look = run.look or state.look_at(session, run)
    if not look.state.is_over:
        st.fragment(_follow, run_every=POLL_SECONDS)(session, run)
    elif look.problem:
        _draw_problem(run.statement, look.problem)
    elif look.result is None:
        st.markdown(f":material/stop_circle: The statement was stopped{_after(run)}.")
    else:
        result_view.draw(session, run, look.result)


def _follow(session: Session, run: Run) -> None:
    try:
        look = state.look_at(session, run)
    except NotFound:
        st.rerun(scope="app")
    except ReviewAppError as problem:
        # What is away comes back; the next look is in a second.
        st.caption(f"How far it is cannot be told now. {escaped(problem.sentence)}")
        return
    if look.state.is_over:
        st.rerun(scope="app")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="sql_running"):
        st.markdown(_progress(look.state, run.began), width="content")
        st.button(
            "Cancel",
            icon=":material/stop_circle:",
            key="sql_cancel",
            on_click=_cancel,
            args=(session, run.id),
        )
    not_stopped: ReviewAppError | None = st.session_state.pop(_NOT_STOPPED, None)
    if not_stopped:
        states.refused(not_stopped)


def _progress(how: State, began: float | None) -> str:
    seconds = time.monotonic() - began if began else None
    lasting = f" for {seconds:.0f} seconds" if seconds is not None else ""
    if how is State.RUNNING:
        return f":material/hourglass_top: It has been running{lasting}."
    waits = f":material/hourglass_empty: It waits{lasting}"
    if seconds is None or seconds > _LONG_WAIT:
        return f"{waits}: the SQL warehouse is busy or starting."
    return f"{waits}."


def _cancel(session: Session, run_id: str) -> None:
    try:
        session.services.sql_console.cancel(run_id)
    except ReviewAppError as problem:
        st.session_state[_NOT_STOPPED] = problem


def _after(run: Run) -> str:
    return f" after {state.in_words(run.seconds)}" if run.seconds is not None else ""


def _draw_problem(statement: str, problem: Problem) -> None:
    with st.container(border=True, gap="small", key="sql_problem"):
        st.markdown(f":red[:material/error:] **{escaped(problem.sentence)}**")
        if drawn := marked(statement, problem):
            set_style()
            st.code(drawn, language=None, wrap_lines=True)
        told = [problem.code, f"SQLSTATE {problem.sql_state}" if problem.sql_state else ""]
        if problem.line is not None and problem.position is not None:
            told.insert(0, f"Line {problem.line}, character {problem.position + 1}")
        if said := [each for each in told if each]:
            st.caption(escaped(" · ".join(said)))
        if problem.message:
            with st.expander("What the workspace said", type="compact"):
                st.text(readable(problem.message))
