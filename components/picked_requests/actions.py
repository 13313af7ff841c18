"""What can be done with picked requests: a row of buttons, each with a dialog of its own."""

import streamlit as st

from backend.identity import Role
from components.picked_requests import adding, asking_again, comparing
from components.session import Session

_COMPARED = 2


def draw(session: Session, endpoint: str, request_ids: list[str]) -> None:
    """Draw the row under the list; nothing without a picked request."""
    if not request_ids:
        return
    ids = list(dict.fromkeys(request_ids))
    with st.container(horizontal=True, gap="small", key="picked_actions"):
        if st.button(
            "Compare",
            icon=":material/compare:",
            key="picked_compare",
            disabled=len(ids) != _COMPARED,
            help="Two questions and their answers side by side. Pick just two.",
        ):
            _compare(session, endpoint, ids)
        if st.button("Have them judged", icon=":material/playlist_add:", key="picked_queue"):
            _have_judged(session, endpoint, ids)
        if st.button("Keep for evaluation", icon=":material/dataset:", key="picked_dataset"):
            _keep(session, endpoint, ids)
        may_ask = session.viewer.has_any((Role.ADMIN,))
        if st.button(
            "Ask again",
            icon=":material/replay:",
            key="picked_replay",
            disabled=not may_ask,
            help=None if may_ask else asking_again.NOT_THEIRS,
        ):
            _ask_again(session, endpoint, ids)


@st.dialog("Two answers side by side", width="large", icon=":material/compare:")
def _compare(session: Session, endpoint: str, request_ids: list[str]) -> None:
    comparing.draw(session, endpoint, request_ids[0], request_ids[1])


@st.dialog("Have them judged", icon=":material/playlist_add:")
def _have_judged(session: Session, endpoint: str, request_ids: list[str]) -> None:
    adding.draw_queue(session, endpoint, request_ids)


@st.dialog("Keep for evaluation", icon=":material/dataset:")
def _keep(session: Session, endpoint: str, request_ids: list[str]) -> None:
    adding.draw_dataset(session, endpoint, request_ids)


@st.dialog("Ask again", icon=":material/replay:")
def _ask_again(session: Session, endpoint: str, request_ids: list[str]) -> None:
    asking_again.draw(session, endpoint, request_ids)
