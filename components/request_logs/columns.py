"""What the list tells of each request: the columns there are, and which of them are shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st

from backend.request_logs.record import LogRow
from components import times
from components.request_logs import address, words
from components.request_logs.readable import one_line

_KEY = "log_columns"
# Which request is open beside the list, for who cannot see it.
MARK = "open"
_SIGN = "▶"
# What a year takes where it has to be said, and a question where time and question must do.
_YEAR_WIDTH, _QUESTION_BESIDE = 35, 210


@dataclass(frozen=True)
class Column:
    """One thing to tell of a request."""

    title: str
    of: Callable[[LogRow], Any]
    width: int
    is_number: bool = False


COLUMNS = {
    "at": Column("Time", lambda row: row.at, 130),
    "question": Column("Question", lambda row: one_line(row.question), 300),
    "outcome": Column("Outcome", lambda row: words.OUTCOME_WORDS[words.outcome_of(row)], 95),
    "said": Column("Verdicts", words.said_of, 150),
    "version": Column("Version", lambda row: one_line(row.version), 72),
    "latency": Column("Took (ms)", lambda row: row.latency_ms, 90, is_number=True),
    "requester": Column("Who asked", lambda row: one_line(row.requester), 190),
    "conversation": Column("Conversation", lambda row: one_line(row.conversation_id), 150),
    "status": Column("Status", lambda row: row.status, 75, is_number=True),
    "error": Column("Error", lambda row: one_line(row.error_code), 170),
    "id": Column("Id", lambda row: one_line(row.request_id), 150),
    "client_id": Column("Id of the caller", lambda row: one_line(row.client_request_id), 150),
}
USUAL = ("at", "question", "outcome", "said", "version", "latency", "requester")


def shown() -> list[str]:
    """Return which columns are shown, in the order they are told here."""
    asked = address.columns()
    return [each for each in COLUMNS if each in asked] or list(USUAL)


def draw_choice() -> None:
    """Let the person choose the columns."""
    address.show_in(_KEY, shown())
    st.pills(
        "Columns",
        list(COLUMNS),
        selection_mode="multi",
        format_func=lambda each: COLUMNS[each].title,
        key=_KEY,
        on_change=_choose,
        label_visibility="collapsed",
    )


def _choose() -> None:
    chosen = [each for each in COLUMNS if each in st.session_state[_KEY]]
    address.set_columns([] if tuple(chosen) in ((), USUAL) else chosen)


def frame(rows: Sequence[LogRow], opened: str) -> pd.DataFrame:
    """Return the requests as a table."""
    told: dict[str, Any] = {MARK: [_SIGN if row.request_id == opened else "" for row in rows]}
    told |= {name: [COLUMNS[name].of(row) for row in rows] for name in shown()}
    table = pd.DataFrame(told)
    if "at" in told:
        table["at"] = pd.to_datetime(table["at"], utc=True).dt.tz_convert(times.zone())
    if "latency" in told:
        table["latency"] = table["latency"].astype("Int64")
    return table


def settings(rows: Sequence[LogRow], *, is_beside: bool) -> dict[str, Any]:
    """Return how the columns are drawn; beside an open request there is less room."""
    drawn: dict[str, Any] = {
        name: st.column_config.NumberColumn(each.title, width=each.width)
        if each.is_number
        else st.column_config.TextColumn(each.title, width=_width(name, is_beside=is_beside))
        for name, each in COLUMNS.items()
    }
    is_of_this_year = _is_of_this_year(rows)
    drawn["at"] = st.column_config.DatetimeColumn(
        COLUMNS["at"].title,
        width=COLUMNS["at"].width + (0 if is_of_this_year else _YEAR_WIDTH),
        format="D MMM, HH:mm:ss" if is_of_this_year else "D MMM YYYY, HH:mm:ss",
    )
    drawn[MARK] = st.column_config.TextColumn(" ", width=30, pinned=True)
    return drawn


def _width(name: str, *, is_beside: bool) -> int:
    return _QUESTION_BESIDE if is_beside and name == "question" else COLUMNS[name].width


def _is_of_this_year(rows: Sequence[LogRow]) -> bool:
    zone = times.zone()
    year = datetime.now(UTC).astimezone(zone).year
    return all(row.at.astimezone(zone).year == year for row in rows)
