"""The traces a filter finds, the newest first or the slowest; a part of the page of its own."""

from collections.abc import Mapping

import streamlit as st

from backend.errors import Refused, ReviewAppError
from backend.trace_search.record import TracePage, TraceQuery
from components import pointer, states
from components.chat import chain_titles
from components.session import Session
from components.trace_search import hand, place, rows

_LAST_CELL = "traces_last_cell"


def draw(session: Session, query: TraceQuery) -> None:
    """Draw the page of the list the address names."""
    try:
        with st.spinner("Asking MLflow …"):
            found = session.services.trace_search.page(session.viewer, query, place.after())
    except Refused as problem:
        # What somebody has typed is wrong; there is nothing to try again.
        states.refused(problem)
        return
    except ReviewAppError as problem:
        states.error(problem, key="_traces")
        return
    if not found.rows:
        _say_empty()
        return
    titles = chain_titles.titles(session)
    _draw_table(found, f"traces_{hash((query, place.after()))}", titles)
    draw_turns(found.after)


@st.fragment
def _draw_table(found: TracePage, key: str, titles: Mapping[str, str]) -> None:
    ids = [row.trace_id for row in found.rows]
    pointer.keep_awake()
    by_keys, is_entered = hand.draw()
    selected = st.dataframe(
        rows.frame(found.rows, titles),
        height=rows.height(len(ids)),
        row_height=rows.ROW_HEIGHT,
        hide_index=True,
        column_config=rows.settings(),
        placeholder="",
        key=key,
        on_select="rerun",
        selection_mode=["multi-row", "single-cell"],
        alt="Traces. Enter or a click opens one, the box in front marks it for comparing.",
    )
    cells = [each for each in selected["selection"]["cells"] if each[0] < len(ids)]
    cell = (key, *cells[0]) if cells else None
    is_new = cell != st.session_state.get(_LAST_CELL)
    st.session_state[_LAST_CELL] = cell
    if cells and (is_entered if by_keys else is_new):
        place.go_to_trace(ids[cells[0][0]])
        st.rerun()
    _draw_marked([ids[each] for each in selected["selection"]["rows"] if each < len(ids)])


def _draw_marked(marked: list[str]) -> None:
    """Offer what can be done with the traces that are marked."""
    if not marked:
        st.caption("A click or Enter opens a trace. Mark two to compare them.")
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if len(marked) == 1:
            if st.button("Open this trace", icon=":material/account_tree:", key="traces_open"):
                place.go_to_trace(marked[0])
                st.rerun()
            st.caption("Mark another one to compare the two.", width="content")
        elif len(marked) == 2:
            if st.button("Compare the two", icon=":material/compare_arrows:", key="traces_two"):
                # The one further down the list is usually the earlier one.
                place.go_to_trace(marked[1], marked[0])
                st.rerun()
        else:
            st.caption("Two traces can be compared. Take marks off the others.")


def draw_turns(after: str) -> None:
    """Offer the first page, and the one after this."""
    if not (after or place.after()):
        return
    with st.container(horizontal=True, gap="small", key="traces_turns"):
        st.button(
            "First page",
            icon=":material/first_page:",
            key="traces_first",
            disabled=not place.after(),
            on_click=place.go_after,
            args=("",),
        )
        st.button(
            "Next page",
            icon=":material/chevron_right:",
            icon_position="right",
            key="traces_next",
            disabled=not after,
            on_click=place.go_after,
            args=(after,),
        )


def _say_empty() -> None:
    if place.after():
        states.empty("There is nothing further", "You have reached the end of what was found.")
        st.button("First page", key="traces_first", on_click=place.go_after, args=("",))
        return
    states.empty(
        "No trace is like this", "Look at a longer time, or take something off the filter."
    )
