"""Questions nobody has judged that are like some whose answers were called wrong."""

from functools import partial

import streamlit as st

from backend.quality.record import Alike
from backend.request_logs.query import LogQuery
from components import states
from components.picked_requests import actions
from components.plain_text import escaped
from components.quality import request_list, words
from components.quality.kept import kept
from components.request_logs.readable import one_line
from components.session import Session

KEY = "alike"
_SAME, _MUCH = 0.95, 0.7


def draw(session: Session, query: LogQuery) -> None:
    """Draw them, the most alike first."""
    with st.spinner("Comparing questions …"):
        found = kept(
            "unjudged", query, lambda: session.services.quality.unjudged(session.viewer, query)
        )
    if not found.wrong:
        states.empty(
            "No answer was called wrong in this time",
            "As soon as some are, questions like theirs that nobody has judged are shown here.",
        )
        return
    st.caption(
        f"Of the newest {words.count(found.compared, 'unjudged question')}, those that have words "
        f"in common with one of the newest {words.count(found.wrong, 'question')} whose answer was "
        "called wrong. Pick some to have them judged."
    )
    if not found.alike:
        st.caption("None is like them.")
    shown = found.alike[: request_list.limit(KEY)]
    for each in shown:
        request_list.draw_one(session, query, each.question, KEY, partial(_draw_like, each))
    request_list.offer_more(len(found.alike), KEY)
    ids = [each.question.request_id for each in shown]
    picked = [each for each in ids if st.session_state.get(_picked(each))]
    actions.draw(session, query.endpoint, picked)


def likeness(value: float) -> str:
    """Return how much alike two questions are, in words."""
    if value >= _SAME:
        return "About the same as"
    return "Much like" if value >= _MUCH else "Somewhat like"


def _draw_like(each: Alike) -> None:
    like = escaped(one_line(each.like.question))
    st.markdown(f"{likeness(each.likeness)}: “{like}” :gray[called wrong]")
    st.checkbox("Pick", key=_picked(each.question.request_id))


def _picked(request_id: str) -> str:
    return f"quality_picked_{request_id}"
