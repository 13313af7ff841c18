"""What stands above an open trace: the way back, its conversation, and another one beside it."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from backend.errors import ReviewAppError
from backend.trace_search.record import Neighbours, TraceRow
from components import times
from components.session import Session
from components.trace_search import place

_OTHER = "traces_other"
LONGEST_ID = 200


def draw(trace_id: str) -> DeltaGenerator:
    """Draw what asks nobody; return the row, to which the conversation may be added."""
    row = st.container(
        horizontal=True, gap="small", vertical_alignment="center", key="traces_around"
    )
    with row:
        draw_back()
        _draw_compare(trace_id)
    return row


def add_conversation(row: DeltaGenerator, session: Session, trace_id: str) -> None:
    """Add the ways to the trace's conversation, when nobody waits for them any more."""
    try:
        found = session.services.trace_search.neighbours(session.viewer, trace_id)
    except ReviewAppError:
        # It may be on record only; what is said of that is said below.
        return
    with row:
        _draw_conversation(found)


def draw_back() -> None:
    """Offer the way back to what was looked for."""
    has_session = bool(place.session())
    st.button(
        "Back to the conversation" if has_session else "Back to the search",
        icon=":material/arrow_back:",
        type="tertiary",
        key="traces_back",
        on_click=place.leave_trace,
    )


def _draw_conversation(found: Neighbours) -> None:
    if not found.row.session:
        return
    _draw_step("Earlier", ":material/chevron_left:", found.earlier)
    _draw_step("Later", ":material/chevron_right:", found.later)
    st.button(
        "The conversation",
        icon=":material/forum:",
        type="tertiary",
        key="traces_session",
        on_click=place.go_to_session,
        args=(found.row.session,),
    )


def _draw_step(label: str, icon: str, to: TraceRow | None) -> None:
    st.button(
        label,
        icon=icon,
        type="tertiary",
        key=f"traces_{label.lower()}",
        disabled=to is None,
        help=f"In the same conversation, {times.short(to.at)}" if to else None,
        on_click=place.go_to_trace,
        args=(to.trace_id if to else "",),
    )


def _draw_compare(trace_id: str) -> None:
    with (
        st.popover("Compare with …", icon=":material/compare_arrows:", key="traces_compare"),
        st.form("traces_compare_form", border=False),
    ):
        st.text_input("Id of the other trace", key=_OTHER, max_chars=LONGEST_ID, placeholder="tr-…")
        st.form_submit_button("Compare", on_click=_compare, args=(trace_id,))


def _compare(trace_id: str) -> None:
    if other := str(st.session_state[_OTHER]).strip():
        place.go_to_trace(trace_id, other)
