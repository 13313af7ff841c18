"""Plots over time, with releases as marks on the axis; told apart by more than colours.

What they show stands in a table as well. Knows no service and draws nothing by itself.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import altair as alt
import pandas as pd

from backend.guard_rails.statistics import share_of
from backend.request_logs.record import Bucket, Course
from components import times
from components.request_logs import course_axes
from components.request_logs.course_axes import MOST_VERSIONS, OTHERS, Ends
from components.request_logs.readable import one_line
from components.request_logs.release_marks import Mark

HEIGHT = 230
# As elements of the page, what is drawn over a plot would have no name for who cannot see it.
_ON_CANVAS = {"embedOptions": {"renderer": "canvas"}}
# The name of the selection, and of the field it is about.
SPAN, TIME = "span", "at"
# Where a figure of a span of time is drawn; at its beginning, that of the first would be cut off.
_MIDDLE = "middle"
CONFIDENCE = 0.95
FIGURES = {"p50": "50 of 100 within", "p95": "95 of 100 within", "p99": "99 of 100 within"}
USUAL_FIGURE = "p95"
_FAILED = "#dc2626"


def versions(course: Course) -> list[str]:
    """Return the versions that are told apart, those with the most requests, in their order."""
    counts: dict[str, int] = {}
    for bucket in course.buckets:
        counts[bucket.version] = counts.get(bucket.version, 0) + bucket.requests
    most = sorted(counts, key=lambda each: counts[each], reverse=True)[:MOST_VERSIONS]
    return sorted(most, key=lambda each: (each.isdigit(), len(each), each))


def requests(course: Course, ends: Ends, marks: Sequence[Mark]) -> alt.LayerChart:
    """Draw how many requests there were, and how many failed; a span can be drawn over it."""
    named = versions(course)
    table = _table(
        {
            **_times(course, bucket),
            "end": _there(bucket.since) + pd.Timedelta(seconds=course.seconds_per_bucket),
            "version": _name(bucket, named),
            "requests": bucket.requests,
            "errors": bucket.errors,
        }
        for bucket in course.buckets
    )
    base = alt.Chart(table, height=HEIGHT)
    bars = base.mark_bar().encode(
        x=course_axes.time(ends, TIME),
        x2="end:T",
        y=alt.Y("sum(requests):Q", title="Requests", axis=alt.Axis(tickMinStep=1)),
        color=_color(course),
        tooltip=[
            _when(),
            alt.Tooltip("version:N", title=" "),
            alt.Tooltip("sum(requests):Q", title="Requests", format=","),
            alt.Tooltip("sum(errors):Q", title="Failed", format=","),
        ],
    )
    failed = base.mark_line(
        color=_FAILED, point=alt.OverlayMarkDef(color=_FAILED, shape="triangle"), strokeDash=[4, 2]
    ).encode(
        x=course_axes.time(ends, _MIDDLE),
        y=alt.Y("sum(errors):Q"),
        tooltip=[_when(), alt.Tooltip("sum(errors):Q", title="Failed", format=",")],
    )
    chosen = alt.selection_interval(name=SPAN, encodings=["x"])
    chart: alt.LayerChart = _with_marks(ends, [bars.add_params(chosen), failed], marks).properties(
        usermeta=_ON_CANVAS
    )
    return chart


def speed(course: Course, ends: Ends, marks: Sequence[Mark], figure: str) -> alt.LayerChart:
    """Draw how long answers took: all figures of one version, or one figure of several."""
    named = versions(course)
    wanted = [figure] if figure in FIGURES else list(FIGURES)
    table = _table(
        {
            **_times(course, bucket),
            "of": _name(bucket, named) if figure else FIGURES[each],
            "ms": getattr(bucket, f"{each}_ms"),
        }
        for bucket in course.buckets
        for each in wanted
        # Of several versions together there is no such figure.
        if getattr(bucket, f"{each}_ms") is not None and bucket.version in named
    )
    order = [course_axes.name_of(each) for each in named] if figure else list(FIGURES.values())
    return _with_marks(ends, [_lines(ends, table, "ms", "Milliseconds", order)], marks)


def called_wrong(course: Course, ends: Ends, marks: Sequence[Mark]) -> alt.LayerChart:
    """Draw the share of judged answers called wrong, with what is known of its true value."""
    named = versions(course)
    table = _table(
        {
            **_times(course, bucket),
            "of": course_axes.name_of(bucket.version),
            "share": bucket.down / (bucket.up + bucket.down),
            "low": share_of(bucket.down, bucket.up + bucket.down, CONFIDENCE).low,
            "high": share_of(bucket.down, bucket.up + bucket.down, CONFIDENCE).high,
            "judged": bucket.up + bucket.down,
        }
        for bucket in course.buckets
        if bucket.up + bucket.down and bucket.version in named
    )
    order = [course_axes.name_of(each) for each in named]
    scale = alt.Scale(domain=[0, 1])
    base = alt.Chart(table, height=HEIGHT).encode(
        x=course_axes.time(ends, _MIDDLE),
        color=course_axes.color("of", order, "stroke"),
    )
    percent = alt.Axis(format="%")
    band = base.mark_area(opacity=0.18).encode(
        y=alt.Y("low:Q", scale=scale, title="Share called wrong", axis=percent), y2="high:Q"
    )
    # Where there is only one figure an area has no width.
    reach = base.mark_rule(opacity=0.5).encode(y=alt.Y("low:Q", scale=scale), y2="high:Q")
    lines = _lines(ends, table, "share", "Share called wrong", order, percent)
    return _with_marks(ends, [band, reach, lines], marks)


def _lines(
    ends: Ends,
    table: pd.DataFrame,
    value: str,
    title: str,
    order: list[str],
    axis: alt.Axis | None = None,
) -> alt.Chart:
    chart: alt.Chart = (
        alt.Chart(table, height=HEIGHT)
        .mark_line(point=True, clip=True)
        .encode(
            x=course_axes.time(ends, _MIDDLE),
            y=alt.Y(f"{value}:Q", title=title, axis=axis or alt.Undefined),
            color=course_axes.color("of", order, "stroke"),
            strokeDash=alt.StrokeDash(
                "of:N", legend=course_axes.legend(order, "stroke"), sort=order
            ),
            tooltip=[
                _when(),
                alt.Tooltip("of:N", title=" "),
                alt.Tooltip(f"{value}:Q", title=title, format=".0%" if axis else ",.0f"),
            ],
        )
    )
    return chart


def _with_marks(ends: Ends, layers: list[Any], marks: Sequence[Mark]) -> alt.LayerChart:
    if marks:
        table = _table({TIME: _there(each.at), "what": one_line(each.title)} for each in marks)
        base = alt.Chart(table).encode(
            x=course_axes.time(ends, TIME), tooltip=[_when(), alt.Tooltip("what:N", title=" ")]
        )
        layers = [
            *layers,
            base.mark_rule(clip=True, color="#64748b", strokeDash=[6, 3], strokeWidth=2),
            base.mark_point(
                clip=True, color="#64748b", shape="diamond", size=70, filled=True
            ).encode(y=alt.value(0)),
        ]
    return alt.LayerChart(layer=layers, height=HEIGHT)


def _table(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows))


def _there(moment: datetime) -> pd.Timestamp:
    return pd.Timestamp(moment).tz_convert(times.zone())


def _times(course: Course, bucket: Bucket) -> dict[str, pd.Timestamp]:
    """Return when a span of time begins, and its middle."""
    begin = _there(bucket.since)
    return {TIME: begin, _MIDDLE: begin + pd.Timedelta(seconds=course.seconds_per_bucket / 2)}


def _when() -> alt.Tooltip:
    return alt.Tooltip(f"{TIME}:T", title="From", format="%Y-%m-%d %H:%M")


def _name(bucket: Bucket, named: list[str]) -> str:
    return course_axes.name_of(bucket.version) if bucket.version in named else OTHERS


def _color(course: Course) -> alt.Color:
    named = versions(course)
    order = [course_axes.name_of(each) for each in named]
    if any(bucket.version not in named for bucket in course.buckets):
        order.append(OTHERS)
    return course_axes.color("version", order)
