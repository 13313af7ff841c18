"""Following a chain live: what is asked now comes on top of the list, unless somebody reads it."""

from datetime import UTC, datetime

import streamlit as st

from backend.errors import ReviewAppError
from backend.request_logs.query import LogQuery
from backend.request_logs.record import LogRow
from components.plain_text import escaped
from components.request_logs import address, kept_page, words
from components.session import Session

_SWITCH = "log_follow"
LOOK_SECONDS = 2.0


def draw(session: Session, query: LogQuery) -> None:
    """Draw the switch, and look for what is new for as long as it is on."""
    is_over = query.until is not None
    is_on = st.toggle(
        "Follow live",
        key=_SWITCH,
        disabled=is_over,
        help="The time chosen is over, so nothing new can come." if is_over else None,
    )
    if is_on and not is_over:
        st.fragment(_draw_look, run_every=LOOK_SECONDS)(session, query)


def _draw_look(session: Session, query: LogQuery) -> None:
    with st.container(key="log_look"):
        _look(session, query)


def _look(session: Session, query: LogQuery) -> None:
    """Put what is new on top of the list; beside what is being read, only say how much it is."""
    kept = kept_page.known()
    if kept is None or kept.query != query:
        # The list is read below this, or could not be.
        return
    if address.before():
        _say("An older page is open. What is new is on the newest one.")
        return
    try:
        came = session.services.request_logs.newer(session.viewer, query, kept.newest)
    except ReviewAppError as problem:
        # What is away comes back; the next look is in a moment.
        _say(f"What is new cannot be told now. {escaped(problem.sentence)}")
        return
    here = {each.request_id for each in kept.rows}
    came = tuple(each for each in came if each.request_id not in here)
    if not came:
        _say(f"Following. Nothing new as of {words.clock(datetime.now(UTC))}.")
    elif kept_page.is_read():
        _offer(came)
    else:
        kept_page.put_on_top(came)
        st.rerun()


def _offer(came: tuple[LogRow, ...]) -> None:
    many = "or more " if len(came) >= kept_page.MOST_AT_ONCE else ""
    number = words.counted(len(came), "new request")
    if st.button(f"Show {many}{number}", icon=":material/arrow_upward:", key="log_show_new"):
        kept_page.put_on_top(came)
        st.rerun()


def _say(sentence: str) -> None:
    st.caption(sentence, width="content")
