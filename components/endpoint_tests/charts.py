"""Plots of load tests and of runs beside each other; what they show is also there as a table."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

HEIGHT = 240
# Told apart by their dashes as well: nobody should need to see colours.
_LATENCIES = {
    "p50_ms": "50 of 100 within",
    "p95_ms": "95 of 100 within",
    "p99_ms": "99 of 100 within",
}
_COUNTS = {"answered": "answered", "failed": "failed"}
# To be seen on white and on black.
_COLORS = {
    "50 of 100 within": "#6366f1",
    "95 of 100 within": "#0d9488",
    "99 of 100 within": "#dc2626",
    "answered": "#6366f1",
    "failed": "#dc2626",
}
Rows = Sequence[Mapping[str, Any]]


def draw_seconds(rows: Rows, seconds: int) -> None:
    """Draw the latencies and the answers of each second of a load test that lasted so long."""
    st.altair_chart(
        _lines(rows, _LATENCIES, "Milliseconds"),
        width="stretch",
        alt="Latencies of each second; the same figures are in the table below.",
    )
    st.altair_chart(
        # Behind its end come a few answers more, and no whole second of them.
        _lines(rows[:seconds], _COUNTS, "Requests a second"),
        width="stretch",
        alt="Answers and failures of each second; the same figures are in the table below.",
    )


def draw_versions(rows: Rows) -> None:
    """Draw the speed of each run by version."""
    chart = (
        alt.Chart(pd.DataFrame(list(rows)), height=HEIGHT)
        .mark_point(filled=True, size=90, color="#6366f1")
        .encode(
            x=alt.X("version:N", title="Version", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("p95_ms:Q", title="95 of 100 within (ms)", scale=alt.Scale(zero=True)),
            tooltip=[
                alt.Tooltip("version:N", title="Version"),
                alt.Tooltip("p95_ms:Q", title="95 of 100 within (ms)", format=".0f"),
                alt.Tooltip("when:N", title="When"),
            ],
        )
    )
    st.altair_chart(
        chart, width="stretch", alt="Speed by version; the same figures are in the table."
    )


def _lines(rows: Rows, names: Mapping[str, str], title: str) -> alt.Chart:
    long = [
        {"second": row["second"], "of": label, "value": row[name]}
        for row in rows
        for name, label in names.items()
        if row.get(name) is not None
    ]
    series = alt.Legend(title=None, orient="top")
    order = list(names.values())
    colors = alt.Scale(domain=order, range=[_COLORS[each] for each in order])
    chart: alt.Chart = (
        alt.Chart(pd.DataFrame(long, columns=["second", "of", "value"]), height=HEIGHT)
        .mark_line(point=len(rows) < 2)
        .encode(
            x=alt.X("second:Q", title="Second", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("value:Q", title=title, scale=alt.Scale(zero=True)),
            color=alt.Color("of:N", legend=series, sort=order, scale=colors),
            strokeDash=alt.StrokeDash("of:N", legend=series, sort=order),
            tooltip=[
                alt.Tooltip("second:Q", title="Second"),
                alt.Tooltip("of:N", title=" "),
                alt.Tooltip("value:Q", title=title, format=",.0f"),
            ],
        )
    )
    return chart
