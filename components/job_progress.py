"""One piece of long work on a page: how far it is, calling it off, and what went wrong.

It is asked for again and again in a part of the page of its own, until it is over; then the whole
page is drawn anew, with whatever came of it.
"""

import streamlit as st

from backend.errors import ReviewAppError
from backend.long_work.record import Job, JobState
from components import times
from components.plain_text import escaped
from components.session import Session

POLL_SECONDS = 1.0
_NOT_STOPPED = "not_stopped"
_WAITS = "Waits to be begun."
_NOBODY = (
    "Nobody is there who does the work at the moment. It begins as soon as somebody is: "
    "`python -m backend.jobs`, which `make run` starts beside the app."
)


def draw(session: Session, job: Job) -> None:
    """Draw how far it is, and follow it until it is over."""
    if job.is_over:
        _say_outcome(job)
    else:
        st.fragment(_follow, run_every=POLL_SECONDS)(session, job.id)


def _follow(session: Session, job_id: str) -> None:
    try:
        job = session.services.long_work.read(session.viewer, job_id)
    except ReviewAppError as problem:
        # What is away comes back; the next look is in a second.
        st.caption(f"How far it is cannot be told now. {escaped(problem.sentence)}")
        return
    if job.is_over:
        st.rerun(scope="app")
    with st.container(border=True, gap="small", key=f"job_{job.id}"):
        st.progress(job.progress.share, _in_words(job))
        st.caption(f"By {escaped(job.by)}, for {times.lasting(job.asked_at)}.")
        if job.state is JobState.WAITING and not session.services.long_work.is_attended():
            st.markdown(f":orange[:material/hourglass_empty:] {_NOBODY}")
        _offer_to_cancel(session, job)


def _in_words(job: Job) -> str:
    if job.state is JobState.WAITING:
        return _WAITS
    said = escaped(job.progress.sentence or "Begins.")
    of = f" ({job.progress.done:,} of {job.progress.total:,})" if job.progress.total else ""
    return f"{said}{of}"


def _offer_to_cancel(session: Session, job: Job) -> None:
    problem: ReviewAppError | None = st.session_state.pop(_NOT_STOPPED, None)
    if problem:
        st.markdown(f":red[:material/error:] {escaped(problem.sentence)}")
    if job.is_cancel_asked:
        st.caption("It stops after the step it is in.")
    else:
        st.button(
            "Stop it",
            icon=":material/stop_circle:",
            key=f"cancel_{job.id}",
            on_click=_cancel,
            args=(session, job),
        )


def _cancel(session: Session, job: Job) -> None:
    try:
        session.services.long_work.cancel(session.viewer, job)
    except ReviewAppError as problem:
        st.session_state[_NOT_STOPPED] = problem


def _say_outcome(job: Job) -> None:
    if job.state is JobState.FAILED:
        st.markdown(f":red[:material/error:] **{escaped(job.problem)}**")
    elif job.state is JobState.CANCELED:
        st.markdown(":material/stop_circle: It was stopped before it was finished.")
    elif job.ended_at:
        times.draw(job.ended_at, before="Finished ")
