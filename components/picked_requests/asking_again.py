"""Asking another version what picked requests asked."""

import streamlit as st

from backend.errors import ReviewAppError
from backend.identity import Role
from backend.serving.endpoints import ServedVersion
from components import states
from components.plain_text import escaped
from components.replay import link as replay_link
from components.session import Session

NOT_THEIRS = "Asking again takes an administrator who may manage the endpoint."
NO_VERSION = "This endpoint serves no version that could be asked."


def draw(session: Session, endpoint: str, request_ids: list[str]) -> None:
    """Draw the choice of the version, and begin with one click."""
    if not session.viewer.has_any((Role.ADMIN,)):
        st.markdown(NOT_THEIRS)
        return
    picked = session.services.picked_requests
    try:
        count = picked.repeatable(session.viewer, endpoint, request_ids)
        versions = picked.versions(session.viewer, endpoint)
    except ReviewAppError as problem:
        states.refused(problem)
        return
    st.markdown(in_words(count, len(request_ids)))
    if not versions:
        st.markdown(NO_VERSION)
        return
    version = st.selectbox(
        "Ask this version", versions, format_func=_label, key="picked_replay_version"
    )
    if st.button(
        f"Ask version {escaped(version.version)}",
        icon=":material/replay:",
        disabled=not count,
        key="picked_replay_begin",
    ):
        _begin(session, endpoint, request_ids, version)


def in_words(count: int, picked: int) -> str:
    """Return how many of them can be asked again, as a sentence."""
    if count >= picked:
        what = "The question is" if picked == 1 else f"All {picked} questions are"
        return f"{what} asked again in the same words, with what was said before in them."
    if not count:
        return (
            "None of them can be asked again: they are not on record in the words they were "
            "asked, or the app had asked them itself."
        )
    return (
        f"{count} of {picked} questions can be asked again. The others are not on record in the "
        "words they were asked, or the app had asked them itself."
    )


def _begin(session: Session, endpoint: str, request_ids: list[str], version: ServedVersion) -> None:
    picked = session.services.picked_requests
    try:
        with st.spinner("Putting it on record …"):
            job = picked.replay(session.viewer, endpoint, request_ids, version.name)
    except ReviewAppError as problem:
        states.refused(problem)
        return
    st.markdown(":green[:material/check_circle:] They are being asked, also if you close this.")
    st.page_link(
        replay_link.PAGE,
        label="The new answers",
        icon=":material/replay:",
        query_params={replay_link.JOB: job.id},
    )


def _label(version: ServedVersion) -> str:
    share = version.traffic_percentage
    return f"Version {version.version}, {f'{share} % of the traffic' if share else 'not live'}"
