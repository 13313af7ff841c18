"""Asking for a test run or a load test; it goes on when nobody looks."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from backend.endpoint_tests.plan import (
    MOST_AT_ONCE,
    MOST_CONCURRENCY,
    MOST_SECONDS,
    LoadPlan,
    RunPlan,
)
from backend.errors import ReviewAppError
from backend.long_work.record import JobKind
from components import states
from components.endpoint_tests import questions as endpoint_test_questions
from components.endpoint_tests.target import Target
from components.session import Session

JOB = "job"
_REAL = (
    ":material/warning: These are real requests: they are in the endpoint's request logs, take "
    "capacity from people who ask at the same time, and may cost money where the chain asks a "
    "model that does."
)


def draw_run(session: Session, target: Target) -> None:
    """Offer a test run."""
    questions = endpoint_test_questions.draw(session, target.endpoint, "tests_run")
    with st.form("tests_run", border=False):
        at_once = st.number_input(
            "Questions at once",
            min_value=1,
            max_value=MOST_AT_ONCE,
            help="More than one is faster, and answers may have to wait for each other.",
            key="tests_at_once",
            width=200,
        )
        st.markdown(_REAL)
        if st.form_submit_button("Start the test run", icon=":material/play_arrow:"):
            _start(
                session,
                JobKind.TEST_RUN,
                target,
                lambda: RunPlan(
                    questions.asked, target.served_name, int(at_once), questions.source
                ).parameters(),
            )


def draw_load(session: Session, target: Target) -> None:
    """Offer a load test."""
    questions = endpoint_test_questions.draw(session, target.endpoint, "tests_load")
    with st.form("tests_load", border=False):
        with st.container(horizontal=True, gap="small"):
            concurrency = st.number_input(
                "Questions at once",
                min_value=1,
                max_value=MOST_CONCURRENCY,
                value=4,
                key="tests_concurrency",
                width=200,
            )
            seconds = st.number_input(
                "Seconds",
                min_value=1,
                max_value=MOST_SECONDS,
                value=30,
                key="tests_seconds",
                width=200,
            )
        st.markdown(_REAL)
        if st.form_submit_button("Start the load test", icon=":material/play_arrow:"):
            _start(
                session,
                JobKind.LOAD_TEST,
                target,
                lambda: LoadPlan(
                    questions.asked, int(concurrency), int(seconds), target.served_name
                ).parameters(),
            )


def _start(
    session: Session, kind: JobKind, target: Target, planned: Callable[[], Mapping[str, Any]]
) -> None:
    """Put it on record and turn to it; the address names it from then on."""
    try:
        with st.spinner("Asking for it …"):
            job = session.services.long_work.ask(
                session.viewer, kind, target.endpoint.name, target.served_name, planned()
            )
    except ReviewAppError as problem:
        states.refused(problem)
        return
    st.query_params[JOB] = job.id
    st.rerun()
