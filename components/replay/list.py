"""An endpoint's replays and searches, the newest first, each with what came of it."""

from collections.abc import Sequence

import streamlit as st

from backend.long_work.record import Job, JobKind, JobState
from components import times
from components.plain_text import escaped
from components.replay import link as replay_link

_STATES = {
    JobState.WAITING: "waits",
    JobState.RUNNING: "is being asked",
    JobState.DONE: "done",
    JobState.FAILED: "failed",
    JobState.CANCELED: "stopped",
}


def draw(jobs: Sequence[Job], versions: dict[str, str]) -> None:
    """Draw one line for each; `versions` are the numbers by the names they are served under."""
    st.subheader("Replays so far", anchor=False)
    if not jobs:
        st.caption("Nothing was replayed at this endpoint yet.")
    for job in jobs:
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", key=f"job_line_{job.id}"
        ):
            st.button(
                _title(job, versions),
                key=f"open_{job.id}",
                type="tertiary",
                on_click=replay_link.go_to_job,
                args=(job.id,),
            )
            st.caption(
                f"{_outcome(job)} · {escaped(job.by)} · {times.short(job.asked_at)}",
                width="content",
            )


def _title(job: Job, versions: dict[str, str]) -> str:
    if job.kind is JobKind.BISECT:
        return "Which version began it?"
    version = versions.get(job.subject)
    return f"Version {escaped(version)} asked again" if version else f"{escaped(job.subject)}"


def _outcome(job: Job) -> str:
    asked = job.result.get("asked")
    if job.state is JobState.DONE and isinstance(asked, int):
        changed = job.result.get("changed")
        return f"{changed} of {asked} answers changed"
    return _STATES[job.state]
