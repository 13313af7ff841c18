"""One test run or load test: how far it is, and what came of it."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from backend.long_work.record import Job, JobKind
from components import job_progress, times
from components.deployments import served_versions
from components.endpoint_tests import charts as endpoint_test_charts
from components.plain_text import escaped
from components.session import Session

# The tables of the run, see `backend/jobs`.
_ANSWERS, _SECONDS, _ERRORS = "answers", "seconds", "errors"
_NAMES = {JobKind.TEST_RUN: "Test run", JobKind.LOAD_TEST: "Load test"}
KINDS = tuple(_NAMES)


def draw(session: Session, job: Job, version: str) -> None:
    """Draw where it stands; when it is over, all that came of it."""
    of = f" of version {escaped(version)}" if version else ""
    st.subheader(f"{_NAMES[job.kind]}{of}", anchor=False)
    st.caption(
        f"{escaped(job.endpoint)}, asked for {times.short(job.asked_at)} by {escaped(job.by)}"
    )
    job_progress.draw(session, job)
    if not job.is_over or not job.result.get("requests"):
        return
    st.markdown(_how(job.result))
    _draw_notes(job.result)
    if job.kind is JobKind.TEST_RUN:
        _draw_run(session, job)
    else:
        _draw_load(session, job)
    if said := job.result.get("tables"):
        st.caption(escaped(str(said)))
    st.caption(f"In MLflow it is the run {escaped(job.id)} of /Shared/reviewapp-jobs.")


def _how(result: Mapping[str, Any]) -> str:
    """Say how it was tested."""
    if "concurrency" in result:
        seconds = result.get("asked_seconds", 0)
        return f"{result['concurrency']} at once for {seconds} second{'' if seconds == 1 else 's'}."
    source = escaped(str(result.get("source") or "not known"))
    return f"Where the questions come from: {source}. {result.get('at_once', 1)} at once."


def _draw_notes(result: Mapping[str, Any]) -> None:
    versions = [escaped(str(each)) for each in result.get("versions", [])]
    if versions:
        plural = "s" if len(versions) > 1 else ""
        st.markdown(f"Answered by version{plural} {' and '.join(versions)}.")
    if error := result.get("first_error"):
        st.markdown(f":red[:material/error:] The first that failed: {escaped(str(error))}")


def _draw_run(session: Session, job: Job) -> None:
    _draw_figures(
        {
            "Questions": f"{job.result['requests']:,.0f}",
            "Answered": served_versions.percent(job.result.get("success_rate")),
            **_latencies(job.result, "p50", "p95"),
        }
    )
    rows = session.services.long_work.table(session.viewer, job, _ANSWERS)
    st.dataframe(
        [_answer(row) for row in rows],
        hide_index=True,
        width="stretch",
        alt="What each question was answered, how fast, or why it was not.",
        key="tests_answers",
    )


def _draw_load(session: Session, job: Job) -> None:
    asked = f"{job.result['requests']:,.0f}"
    _draw_figures(
        {
            "Answers a second": f"{job.result.get('throughput_rps', 0):,.1f}",
            "Questions": asked,
            "Answered": served_versions.percent(job.result.get("success_rate")),
            **_latencies(job.result, "p50", "p95", "p99"),
        }
    )
    rows = session.services.long_work.table(session.viewer, job, _SECONDS)
    if rows:
        endpoint_test_charts.draw_seconds(rows, int(job.result.get("asked_seconds", len(rows))))
        with st.expander("Second by second, as a table", type="compact"):
            st.dataframe(
                [_second(row) for row in rows],
                hide_index=True,
                width="stretch",
                alt="Answers, failures and latencies of each second.",
                key="tests_seconds_table",
            )
    errors = session.services.long_work.table(session.viewer, job, _ERRORS)
    if errors:
        st.markdown("What went wrong:")
        st.dataframe(
            [_error(row) for row in errors],
            hide_index=True,
            width="stretch",
            alt="How often what went wrong.",
            key="tests_errors",
        )


def _draw_figures(figures: Mapping[str, str]) -> None:
    with st.container(horizontal=True, gap="medium"):
        for label, value in figures.items():
            st.metric(label, value, width="content")


def _latencies(result: Mapping[str, Any], *names: str) -> dict[str, str]:
    return {
        f"{name[1:]} of 100 within": served_versions.seconds(result.get(f"latency_{name}_ms"))
        for name in names
    }


def _answer(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "Question": str(row["question"]),
        "Answer": str(row["answer"]) if row["success"] else "",
        "Took": served_versions.seconds(row["latency_ms"]),
        "Why not": str(row["error"]),
        "Request": str(row["request_id"]),
    }


def _second(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "Second": f"{row['second']:,}",
        "Answered": f"{row['answered']:,}",
        "Failed": f"{row['failed']:,}",
        "50 of 100 within": served_versions.seconds(row["p50_ms"]),
        "95 of 100 within": served_versions.seconds(row["p95_ms"]),
        "99 of 100 within": served_versions.seconds(row["p99_ms"]),
    }


def _error(row: Mapping[str, Any]) -> dict[str, str]:
    status = row["status"]
    return {
        "What": str(row["code"]),
        "Status": f"{status:.0f}" if status == status and status is not None else "nothing came",
        "Requests": f"{row['requests']:,}",
    }
