"""Which release a request was answered by, looked up in the ledger when somebody asks."""

import streamlit as st

from backend.errors import NotFound, ReviewAppError
from backend.request_logs.record import LogDetail
from components import states
from components.releases import timeline as release_timeline
from components.session import Session


def draw(session: Session, found: LogDetail) -> None:
    """Offer to look it up, and draw it."""
    with st.expander(
        "Which release answered?",
        type="compact",
        key=f"log_release_{found.row.request_id}",
        on_change="rerun",
    ) as fold:
        if fold.open:
            _draw_release(session, found)


def _draw_release(session: Session, found: LogDetail) -> None:
    try:
        with st.spinner("Looking it up …"):
            release = session.services.release_search.release_of_request(
                session.viewer, found.endpoint, found.row.request_id
            )
    except NotFound:
        release = None
    except ReviewAppError as problem:
        states.refused(problem)
        return
    if release is None:
        st.caption("Nothing on record says because of which release it was answered.")
    else:
        release_timeline.draw_release(release, is_alone=True)
