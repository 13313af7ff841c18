"""What can be done with all requests that are looked at: save the view, export, read them anew."""

import streamlit as st

from backend.request_logs.query import LogQuery
from components.log_export import export
from components.request_logs import address, columns, course, detail, kept_page, unfolded, values
from components.saved_views import views
from components.session import Session

# As saved views call this page.
PLACE = "request_logs"


def draw(session: Session, query: LogQuery) -> None:
    """Draw the tools, folded."""
    with st.popover(
        "Saved views", icon=":material/bookmark:", key="log_views", on_change="rerun"
    ) as fold:
        if fold.open:
            views.draw(session, PLACE, address.shared())
            unfolded.take_keys("views")
    with st.popover(
        "Export", icon=":material/download:", key="log_export", on_change="rerun"
    ) as fold:
        if fold.open:
            kept = kept_page.known()
            export.draw(session, query, kept.count if kept and kept.query == query else None)
            unfolded.take_keys("export")
    if address.view() == address.LIST:
        with st.popover("Columns", icon=":material/view_column:", key="log_columns_fold"):
            columns.draw_choice()
    st.button("Refresh", icon=":material/refresh:", key="log_refresh", on_click=_refresh)


def _refresh() -> None:
    for each in (kept_page, course, detail, values):
        each.forget()
