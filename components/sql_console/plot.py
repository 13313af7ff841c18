"""A plot of what a statement found; what goes where is chosen, and a good guess comes first."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import pandas as pd
import streamlit as st

from backend.sql_console.record import Column, Kind
from components.request_logs.readable import one_line
from components.sql_console.cells import Cells, typed

HEIGHT = 340
KINDS = {"line": "Line", "bar": "Bars", "area": "Area", "points": "Points"}
_NO_COLOUR = "One colour"
_ACCENT = "#6366f1"
_LONGEST_LABEL = 60


@dataclass(frozen=True)
class Choice:
    """What goes where; columns by their place."""

    x: int
    y: int
    kind: str


def usual(columns: Sequence[Column]) -> Choice | None:
    """Return a sensible beginning: time or names along, a number upwards; None without numbers."""
    numbers = [place for place, column in enumerate(columns) if column.kind.is_number]
    times = [place for place, column in enumerate(columns) if column.kind.is_time]
    texts = [
        place for place, column in enumerate(columns) if column.kind in (Kind.TEXT, Kind.BOOLEAN)
    ]
    if not numbers:
        return None
    if times:
        return Choice(times[0], numbers[0], "line")
    if texts:
        return Choice(texts[0], numbers[0], "bar")
    return Choice(numbers[0], numbers[-1], "points")


def draw(columns: Sequence[Column], rows: Sequence[Cells], run_id: str) -> None:
    """Draw the choices and the plot of the rows that are shown."""
    first = usual(columns)
    if first is None:
        st.caption("A plot needs a column with numbers, and there is none here.")
        return
    x, y, colour, kind = _choose(columns, first, run_id)
    table = pd.DataFrame(
        {
            "x": _along(columns[x], rows, x),
            "y": typed(columns[y].kind, [row[y] for row in rows]),
            **({} if colour is None else {"colour": _names(rows, colour)}),
        }
    )
    chart = _chart(table, columns[x], columns[y], kind)
    if colour is not None:
        chart = chart.encode(color=alt.Color("colour:N", title=_title(columns[colour])))
    st.altair_chart(chart, width="stretch", alt="A plot of the rows that the table shows.")


def _choose(
    columns: Sequence[Column], first: Choice, run_id: str
) -> tuple[int, int, int | None, str]:
    numbers = [place for place, column in enumerate(columns) if column.kind.is_number]
    others = [place for place, column in enumerate(columns) if not column.kind.is_number]
    name = dict(enumerate(map(_title, columns)))
    left, middle, right = st.columns(3)
    # A choice belongs to the columns it was made for.
    x = left.selectbox(
        "Along", list(name), index=first.x, format_func=name.__getitem__, key=f"sql_x_{run_id}"
    )
    y = middle.selectbox(
        "Upwards",
        numbers,
        index=numbers.index(first.y),
        format_func=name.__getitem__,
        key=f"sql_y_{run_id}",
    )
    colour = right.selectbox(
        "Colour by",
        [None, *others],
        format_func=lambda place: _NO_COLOUR if place is None else name[place],
        key=f"sql_colour_{run_id}",
    )
    kind = st.segmented_control(
        "Drawn as",
        list(KINDS),
        default=first.kind,
        format_func=KINDS.__getitem__,
        required=True,
        key=f"sql_kind_{run_id}",
    )
    return x, y, colour, str(kind or first.kind)


def _along(column: Column, rows: Sequence[Cells], place: int) -> pd.Series:
    if column.kind.is_time:
        # A plot knows moments only; a day is its first.
        return typed(Kind.MOMENT, [row[place] for row in rows])
    if column.kind.is_number:
        return typed(column.kind, [row[place] for row in rows])
    return _names(rows, place)


def _names(rows: Sequence[Cells], place: int) -> pd.Series:
    named = ["NULL" if row[place] is None else one_line(row[place] or "") for row in rows]
    return pd.Series([each[:_LONGEST_LABEL] for each in named], dtype=object)


def _chart(table: pd.DataFrame, x: Column, y: Column, kind: str) -> alt.Chart:
    base = alt.Chart(table, height=HEIGHT)
    drawn = {
        "line": base.mark_line(point=len(table) < 60, color=_ACCENT),
        "bar": base.mark_bar(color=_ACCENT),
        "area": base.mark_area(color=_ACCENT, opacity=0.7),
        "points": base.mark_point(filled=True, size=60, color=_ACCENT),
    }[kind]
    along = "T" if x.kind.is_time else "Q" if x.kind.is_number else "N"
    chart: alt.Chart = drawn.encode(
        # Names stay in the order in which the statement gave them.
        x=alt.X(f"x:{along}", title=_title(x), sort=None if along == "N" else alt.Undefined),
        y=alt.Y("y:Q", title=_title(y)),
        tooltip=[
            alt.Tooltip(f"x:{along}", title=_title(x)),
            alt.Tooltip("y:Q", title=_title(y)),
        ],
    )
    return chart


def _title(column: Column) -> str:
    return one_line(column.label)[:_LONGEST_LABEL] or " "
