"""What a version's last replay has shown, for whoever is about to deploy it."""

import streamlit as st

from backend.errors import ReviewAppError
from backend.replay.record import ReplaySummary
from components import times
from components.plain_text import escaped
from components.replay import link as replay_link
from components.session import Session


def draw(session: Session, endpoint: str, served_name: str) -> None:
    """Draw the sentence and the way to the answers, or that nothing was replayed yet."""
    try:
        summary = session.services.replays.summary(session.viewer, endpoint, served_name)
    except ReviewAppError as problem:
        st.caption(f"What a replay has shown cannot be told now. {escaped(problem.sentence)}")
        return
    if summary is None:
        st.caption("Nothing that people asked was replayed against this version yet.")
        _link("Replay", {replay_link.ENDPOINT: endpoint, replay_link.CANDIDATE: served_name})
        return
    st.markdown(f":material/replay: {escaped(summary.sentence)}")
    when = f"Replayed {times.short(summary.asked_at)}. " if summary.asked_at else ""
    st.caption(f"{when}{_judged(summary)}")
    _link("See the answers", {replay_link.JOB: summary.job_id})


def _judged(summary: ReplaySummary) -> str:
    open_ = summary.asked - summary.failed - summary.judged
    return f"{open_} of the new answers nobody has judged yet." if open_ > 0 else "All are judged."


def _link(label: str, address: dict[str, str]) -> None:
    st.page_link(replay_link.PAGE, label=label, icon=":material/replay:", query_params=address)
