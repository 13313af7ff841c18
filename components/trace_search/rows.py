"""Traces as lines of a table: which columns there are and what they are called."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from backend.trace_search.filter_text import State
from backend.trace_search.record import TraceRow
from components import times
from components.request_logs.readable import one_line

# Tables need room; and a spreadsheet would take some cells of a file of them for formulas.
STYLE = """<style>
@media (min-width: 641px) {
  [data-testid=stMainBlockContainer] { max-width: 110rem; padding-left: 2.5rem;
    padding-right: 2.5rem; }
}
[data-testid=stElementToolbar] button[aria-label^="Download as CSV"] { display: none; }
</style>"""
ROW_HEIGHT, HEADER, MOST_HEIGHT = 35, 37, 640
_ENDED = {State.OK.value: "answered", State.ERROR.value: "failed", State.IN_PROGRESS.value: "runs"}


def frame(rows: Sequence[TraceRow], titles: Mapping[str, str]) -> pd.DataFrame:
    """Return the table, with chains by their titles; columns without anything are left out."""
    found = pd.DataFrame([_line(row, titles) for row in rows])
    empty = [name for name in found if found[name].isna().all() or (found[name] == "").all()]
    return found.drop(columns=empty)


def settings() -> dict[str, ColumnConfig]:
    """Return how the columns are drawn."""
    return {
        "Asked": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm:ss", width=165),
        "Question": st.column_config.TextColumn(width="large"),
        "Took (ms)": st.column_config.NumberColumn(format="%d", width=85),
        "Verdicts": st.column_config.TextColumn(width=150),
        "Tokens": st.column_config.NumberColumn(format="%d", width=75),
        "Cost ($)": st.column_config.NumberColumn(format="%.4f", width=85),
    }


def height(count: int) -> int:
    """Return how high a table of so many lines is."""
    return min(HEADER + ROW_HEIGHT * count, MOST_HEIGHT)


def _line(row: TraceRow, titles: Mapping[str, str]) -> dict[str, object]:
    return {
        # The grid shows moments as they are, so this one is where the viewer is.
        "Asked": row.at.astimezone(times.zone()).replace(tzinfo=None),
        "Question": one_line(row.question),
        "Ended": _ENDED.get(row.state, row.state.lower()),
        "Took (ms)": row.took_ms,
        "Verdicts": said(row),
        "Version": row.version,
        "Person": row.user,
        "Name": row.name,
        "Tokens": row.tokens,
        "Cost ($)": row.cost,
        "Conversation": row.session,
        "Chain": titles.get(row.endpoint, row.endpoint),
    }


def said(row: TraceRow) -> str:
    """Return what was said of it, counted."""
    counts = ((row.up, "right"), (row.down, "wrong"), (row.others, "other"))
    return ", ".join(f"{count} {word}" for count, word in counts if count)
