"""The list of requests, the newest first, and the one that is open beside it.

It is a part of the page of its own, so that opening, marking and turning pages draw nothing else.
"""

from dataclasses import replace

import streamlit as st

from backend.errors import ReviewAppError
from backend.request_logs.query import LogQuery
from components import pointer, states, times
from components.picked_requests import actions as picked_requests
from components.request_logs import address, beginning, columns, detail, kept_page, words
from components.request_logs.kept_page import Kept
from components.session import Session

_LAST_CELL, _NOT_COUNTED = "log_last_cell", "log_not_counted"
# Which request of a page that was turned to by going on is opened: its first or its last.
_TURNED_TO = "log_turned_to"
ROW_HEIGHT, HEADER, MOST_HEIGHT = 35, 37, 600
_ROW = "[data-testid=stHorizontalBlock]:has(.st-key-log_opened_head)"
STYLE = f"""<style>
@media (min-width: 641px) {{
  /* The list stays in sight however long the request beside it is. */
  {_ROW} > [data-testid=stColumn]:not(:has(.st-key-log_opened_head)) {{
    position: sticky; top: 0.6rem; align-self: flex-start; }}
  /* So does what leads from one request to the next. */
  [data-testid=stLayoutWrapper]:has(> .st-key-log_opened_head) {{
    position: sticky; top: 0; z-index: 2; padding: 0.6rem 0; margin: -0.6rem 0;
    background: color-mix(in srgb, Canvas 85%, transparent); backdrop-filter: blur(0.5rem); }}
  [data-testid=stMainBlockContainer] {{ max-width: 110rem; padding-left: 2.5rem;
    padding-right: 2.5rem; }}
}}
/* What can be done with marked requests is in sight where they are marked. */
[data-testid=stLayoutWrapper]:has(> .st-key-log_picked) {{
  position: sticky; bottom: 0.75rem; z-index: 2; border-radius: 0.6rem;
  background: color-mix(in srgb, Canvas 85%, transparent); backdrop-filter: blur(0.5rem); }}
/* Whether there is something new or nothing, the list stays where it is. */
.st-key-log_look {{ min-height: 2.5rem; justify-content: center; }}
/* Where there is no room for both, what is open takes the place of the list and its filters. */
@media (max-width: 640px) {{
  {_ROW} > [data-testid=stColumn]:not(:has(.st-key-log_opened_head)),
  [data-testid=stMainBlockContainer]:has(.st-key-log_opened_head)
    :is(.st-key-log_filters, .st-key-log_more, .st-key-log_chips, .st-key-log_tools) {{
    display: none; }}
}}
/* The file of the list is that of the export, whose cells no spreadsheet takes for formulas. */
[data-testid=stElementToolbar] button[aria-label^="Download as CSV"] {{ display: none; }}
</style>"""


@st.fragment
def draw(session: Session, query: LogQuery) -> None:
    """Draw the page of the list the address names."""
    try:
        kept = kept_page.current(session, query)
    except ReviewAppError as problem:
        states.error(problem, key="_log_list")
        return
    turned_to: int | None = st.session_state.pop(_TURNED_TO, None)
    if turned_to is not None and kept.rows:
        _open_in_new_page(kept, kept.rows[turned_to].request_id)
    opened = address.opened()
    # One column or two: the list stays the same part of the page and is not built anew.
    place, *beside = st.columns([5, 6] if opened else 1, gap="medium")
    with place:
        _draw_list(session, kept, opened)
    for each in beside:
        with each:
            _draw_opened(session, kept, opened)


def _draw_list(session: Session, kept: Kept, opened: str) -> None:
    if not kept.rows:
        _say_empty(kept.query)
        return
    _draw_head(session, kept)
    rows = kept.rows
    ids = [row.request_id for row in rows]
    st.dataframe(
        columns.frame(rows, opened),
        height=min(HEADER + ROW_HEIGHT * len(rows), MOST_HEIGHT),
        row_height=ROW_HEIGHT,
        hide_index=True,
        column_config=columns.settings(rows, is_beside=bool(opened)),
        column_order=[columns.MARK, *columns.shown()],
        key=kept.key,
        on_select=lambda: _follow_click(kept.key, ids),
        selection_mode=["multi-row", "single-cell"],
        alt="Requests, the newest first",
    )
    _draw_turns(kept)
    if marked := [row.request_id for row in kept_page.selected(kept)]:
        with st.container(border=True, key="log_picked"):
            _draw_marked(kept.query.endpoint, marked)
            picked_requests.draw(session, kept.query.endpoint, marked)


def _draw_marked(endpoint: str, marked: list[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="log_marked"):
        st.markdown(f"**{words.counted(len(marked), 'request')} marked**", width="content")
        only = st.button(
            "Only these",
            icon=":material/filter_list:",
            key="log_only",
            help="Show just these: to export them, to save the view, to share its address.",
        )
    if only:
        address.put(LogQuery(endpoint, requests=tuple(marked)))
        # The filters are not in this part of the page and follow it.
        st.rerun()


def _draw_head(session: Session, kept: Kept) -> None:
    with st.container(
        horizontal=True, gap="small", vertical_alignment="center", key="log_list_head"
    ):
        st.caption(_in_words(kept), width="content", help=times.full(kept.read_at))
        if kept.count is None:
            st.button(
                "Count all", key="log_count", type="tertiary", on_click=_count, args=(session, kept)
            )
        pointer.keep_awake()
    if problem := st.session_state.pop(_NOT_COUNTED, None):
        states.refused(problem)


def _in_words(kept: Kept) -> str:
    shown = words.counted(len(kept.rows), "request")
    if kept.count is not None and kept.count != len(kept.rows):
        shown = f"{len(kept.rows):,} of {words.counted(kept.count, 'request')}"
    return f"{shown}, as of {times.short(kept.read_at)}"


def _count(session: Session, kept: Kept) -> None:
    try:
        kept_page.count(session, kept)
    except ReviewAppError as problem:
        st.session_state[_NOT_COUNTED] = problem


def _draw_turns(kept: Kept) -> None:
    """Offer the pages beside this one."""
    if not (kept.before or kept.page.older):
        return
    with st.container(horizontal=True, gap="small", key="log_turns"):
        st.button(
            "Newer",
            icon=":material/chevron_left:",
            key="log_newer",
            disabled=kept.before is None,
            on_click=kept_page.go_newer,
            args=(kept,),
        )
        st.button(
            "Older",
            icon=":material/chevron_right:",
            icon_position="right",
            key="log_older",
            disabled=kept.page.older is None,
            on_click=kept_page.go_older,
            args=(kept,),
        )


def _draw_opened(session: Session, kept: Kept, opened: str) -> None:
    ids = [row.request_id for row in kept.rows]
    place = ids.index(opened) if opened in ids else None
    with st.container(
        horizontal=True, gap="small", vertical_alignment="center", key="log_opened_head"
    ):
        st.button(
            "Back to the list",
            icon=":material/close:",
            key="log_close",
            on_click=_turn_to,
            args=(kept, ""),
        )
        # Keys do nothing while somebody writes in a field.
        _draw_step(kept, "Previous", "K", place, -1)
        _draw_step(kept, "Next", "J", place, 1)
        beginning.show(opened)
    detail.draw(session, kept.query, opened)


def _draw_step(kept: Kept, label: str, key: str, place: int | None, step: int) -> None:
    """Lead to the request beside the open one; at the end of the page to that of the next."""
    to = None if place is None else place + step
    there = kept.rows[to].request_id if to is not None and 0 <= to < len(kept.rows) else ""
    goes_on = kept.page.older is not None if step > 0 else kept_page.knows_newer(kept)
    turns = place is not None and not there and goes_on
    st.button(
        label,
        key=f"log_{label.lower()}",
        shortcut=key,
        disabled=not (there or turns),
        on_click=_turn_page if turns else _turn_to,
        args=(kept, step) if turns else (kept, there),
    )


def _turn_page(kept: Kept, step: int) -> None:
    """Go on to the first request of the next page, or back to the last of the one before."""
    turn = kept_page.go_older if step > 0 else kept_page.go_newer
    turn(kept)
    st.session_state[_TURNED_TO] = 0 if step > 0 else -1


def _turn_to(kept: Kept, request_id: str) -> None:
    """Open another request, or none; the cell that is chosen in the table goes along."""
    address.set_opened(request_id)
    state = st.session_state.get(kept.key)
    if state and state["selection"]["cells"]:
        _choose_cell(kept, request_id, state["selection"]["cells"][0][1])


def _open_in_new_page(kept: Kept, request_id: str) -> None:
    """Open a request of a page that was just turned to; the table shows where it is."""
    address.set_opened(request_id)
    there = columns.shown()
    _choose_cell(kept, request_id, "question" if "question" in there else there[0])


def _choose_cell(kept: Kept, request_id: str, column: str) -> None:
    """Choose a request's cell; without a request none, so that any can be clicked again."""
    state = st.session_state.get(kept.key)
    marked = list(state["selection"]["rows"]) if state else []
    ids = [row.request_id for row in kept.rows]
    cells = [(ids.index(request_id), column)] if request_id in ids else []
    st.session_state[kept.key] = {"selection": {"rows": marked, "columns": [], "cells": cells}}
    st.session_state[_LAST_CELL] = (kept.key, request_id, column) if cells else None


def _follow_click(key: str, ids: list[str]) -> None:
    """Open the request of the cell that was clicked, or gone to with the arrow keys."""
    cells = [each for each in st.session_state[key]["selection"]["cells"] if each[0] < len(ids)]
    # By its request, which stays the same when others come on top.
    cell = (key, ids[cells[0][0]], cells[0][1]) if cells else None
    is_new = cell != st.session_state.get(_LAST_CELL)
    st.session_state[_LAST_CELL] = cell
    if cell and is_new:
        address.set_opened(cell[1])


def _say_empty(query: LogQuery) -> None:
    if address.before():
        states.empty("There is nothing older", "You have reached the end of what is on record.")
        st.button("To the newest", key="log_to_newest", on_click=address.set_before, args=(None,))
        return
    states.empty(*words.nothing_found(query))
    with st.container(horizontal=True, gap="small", key="log_longer"):
        for span in ("30d", "90d"):
            if (query.span != span or query.since) and st.button(
                words.SPAN_WORDS[span], key=f"log_longer_{span}"
            ):
                address.put(replace(query, span=span, since=None, until=None))
                # The filters are not in this part of the page and follow it.
                st.rerun()
