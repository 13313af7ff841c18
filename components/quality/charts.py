"""Plots of shares with their intervals; everything they show is there as text beside them."""

from collections.abc import Sequence
from datetime import datetime

import altair as alt
import pandas as pd
import streamlit as st

from backend.quality.record import Sum

HEIGHT, ROW_HEIGHT = 220, 34
_MOST_DATES = 12
# To be seen on white and on black.
_COLOR = "#6366f1"


def draw_course(sums: Sequence[Sum]) -> None:
    """Draw the share called wrong over time, with a band that shows how sure it is."""
    rows = [_row(each) | _day(each.name) for each in sums]
    frame = pd.DataFrame([row for row in rows if row["verdicts"]])
    if frame.empty:
        return
    x = _time([str(each) for each in frame["name"]])
    chart = alt.layer(
        alt.Chart(frame)
        .mark_rule(strokeWidth=6, opacity=0.35, color=_COLOR)
        .encode(x=x, y=_share("low"), y2="high:Q", tooltip=_tooltip("day:N", "From")),
        alt.Chart(frame).mark_line(color=_COLOR, opacity=0.6).encode(x=x, y=_share("share")),
        alt.Chart(frame)
        .mark_point(filled=True, size=60, color=_COLOR, opacity=1)
        .encode(x=x, y=_share("share"), tooltip=_tooltip("day:N", "From")),
        height=HEIGHT,
    )
    st.altair_chart(
        chart,
        width="stretch",
        alt="Share of verdicts that call an answer wrong, over time; the same figures are below.",
    )


def _day(name: str) -> dict[str, object]:
    at = datetime.fromisoformat(name)
    return {"at": at, "day": f"{at:%-d %b %Y}"}


def _time(names: Sequence[str]) -> alt.X:
    """Return the axis: days are those of UTC, and so many of them are named as there is room."""
    dates = [datetime.fromisoformat(each) for each in names[:: -(-len(names) // _MOST_DATES)]]
    named = [alt.DateTime(year=at.year, month=at.month, date=at.day, utc=True) for at in dates]
    axis = alt.Axis(format="%-d %b", values=named)
    return alt.X("at:T", title=None, scale=alt.Scale(type="utc"), axis=axis)


def _row(each: Sum) -> dict[str, object]:
    interval = each.wrong.interval
    return {
        "name": each.name,
        "share": each.wrong.value or 0.0,
        "low": interval.low,
        "high": interval.high,
        "verdicts": each.wrong.total,
    }


def _share(field: str) -> alt.Y:
    scale = alt.Scale(domain=[0, 1])
    return alt.Y(f"{field}:Q", title="Called wrong", scale=scale, axis=alt.Axis(format="%"))


def _tooltip(field: str, title: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip(field, title=title),
        alt.Tooltip("share:Q", title="Called wrong", format=".0%"),
        alt.Tooltip("low:Q", title="At least", format=".0%"),
        alt.Tooltip("high:Q", title="At most", format=".0%"),
        alt.Tooltip("verdicts:Q", title="Verdicts"),
    ]
