"""The tests an endpoint has had: beside each other by version, and each to be opened again."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from backend.long_work.record import Job, JobKind, JobState
from backend.serving.endpoints import Endpoint
from components import states, times
from components.deployments import served_versions
from components.endpoint_tests import charts as endpoint_test_charts
from components.endpoint_tests import target as endpoint_test_target
from components.endpoint_tests.start import JOB
from components.session import Session

_CHOICE = "tests_earlier"
_STATES = {
    JobState.WAITING: "waits",
    JobState.RUNNING: "is running",
    JobState.DONE: "done",
    JobState.FAILED: "failed",
    JobState.CANCELED: "stopped",
}


def draw(session: Session, endpoint: Endpoint, kind: JobKind) -> None:
    """Draw the endpoint's last tests of this kind."""
    st.subheader("Earlier ones", anchor=False)
    jobs = session.services.long_work.latest(session.viewer, endpoint.name, kind)
    if not jobs:
        states.empty("Nothing was tested yet", "What you start appears here, for everybody to see.")
        return
    st.dataframe(
        [_row(endpoint, job) for job in jobs],
        hide_index=True,
        width="stretch",
        alt="The figures of each test, the newest first.",
        key=f"tests_history_{kind.value}",
    )
    _draw_beside(endpoint, jobs)
    st.selectbox(
        "Open one of them",
        jobs,
        index=None,
        format_func=lambda job: _name(endpoint, job),
        placeholder="Choose one",
        key=_CHOICE,
        on_change=_open,
        width=420,
    )


def _open() -> None:
    job: Job | None = st.session_state.get(_CHOICE)
    if job:
        st.query_params[JOB] = job.id


def _draw_beside(endpoint: Endpoint, jobs: Sequence[Job]) -> None:
    measured = [
        {
            "version": _versions(endpoint, job),
            "p95_ms": job.result["latency_p95_ms"],
            "when": times.short(job.asked_at),
        }
        for job in jobs
        if job.state is JobState.DONE and job.result.get("latency_p95_ms") is not None
    ]
    if len(measured) > 1:
        endpoint_test_charts.draw_versions(measured)


def _row(endpoint: Endpoint, job: Job) -> dict[str, str]:
    result = job.result
    row = {
        "When": times.short(job.asked_at),
        "Version": _versions(endpoint, job),
        "Questions": _count(result, "requests"),
        "Answered": served_versions.percent(result.get("success_rate")),
        "50 of 100 within": served_versions.seconds(result.get("latency_p50_ms")),
        "95 of 100 within": served_versions.seconds(result.get("latency_p95_ms")),
        "State": _STATES[job.state],
    }
    if job.kind is JobKind.LOAD_TEST:
        row["At once"] = _count(result, "concurrency")
        row["Answers a second"] = f"{result.get('throughput_rps', 0):,.1f}"
    return row


def _count(result: Mapping[str, Any], name: str) -> str:
    return f"{result[name]:,.0f}" if name in result else served_versions.NOTHING


def _versions(endpoint: Endpoint, job: Job) -> str:
    """Return which versions have answered; before that, which one is asked."""
    if answered := job.result.get("versions"):
        return ", ".join(str(each) for each in answered)
    named = endpoint_test_target.version_of(endpoint, job.subject) if job.subject else ""
    return named or "as divided"


def _name(endpoint: Endpoint, job: Job) -> str:
    return f"{times.short(job.asked_at)}: version {_versions(endpoint, job)}, {_STATES[job.state]}"
