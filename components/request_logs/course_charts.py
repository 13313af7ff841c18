"""Plots over time, with releases as marks on the axis; told apart by more than colours.

What they show stands in a table as well. Knows no service and draws nothing by itself.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import altair as alt
import pandas as pd

from backend.guard_rails.statistics import share_of
from backend.request_logs.record import Bucket, Course
from components import times
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
# So many versions are told apart; those with fewer requests are one.
MOST_VERSIONS = 6
OTHERS = "others"
# To be seen on white and on black.
_COLORS = ["#6366f1", "#0d9488", "#d97706", "#a855f7", "#0284c7", "#84cc16", "#64748b"]
_FAILED = "#dc2626"


def versions(course: Course) -> list[str]:
    """Return the versions that are told apart, those with the most requests, in their order."""
    counts: dict[str, int] = {}
    for bucket in course.buckets:
        counts[bucket.version] = counts.get(bucket.version, 0) + bucket.requests
    most = sorted(counts, key=lambda each: counts[each], reverse=True)[:MOST_VERSIONS]
    return sorted(most, key=lambda each: (each.isdigit(), len(each), each))


def requests(course: Course, marks: Sequence[Mark]) -> alt.LayerChart:
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
        x=_time(course),
        x2="end:T",
        y=alt.Y("sum(requests):Q", title="Requests", axis=alt.Axis(tickMinStep=1)),
        color=_color(course),
        tooltip=[
            _when(),
            alt.Tooltip("version:N", title="Version"),
            alt.Tooltip("sum(requests):Q", title="Requests", format=","),
            alt.Tooltip("sum(errors):Q", title="Failed", format=","),
        ],
    )
    failed = base.mark_line(
        color=_FAILED, point=alt.OverlayMarkDef(color=_FAILED, shape="triangle"), strokeDash=[4, 2]
    ).encode(
        x=_time(course, _MIDDLE),
        y=alt.Y("sum(errors):Q"),
        tooltip=[_when(), alt.Tooltip("sum(errors):Q", title="Failed", format=",")],
    )
    chosen = alt.selection_interval(name=SPAN, encodings=["x"])
    chart: alt.LayerChart = _with_marks(
        course, [bars.add_params(chosen), failed], marks
    ).properties(usermeta=_ON_CANVAS)
    return chart


def speed(course: Course, marks: Sequence[Mark], figure: str) -> alt.LayerChart:
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
    order = [_version(each) for each in named] if figure else list(FIGURES.values())
    return _with_marks(course, [_lines(course, table, "ms", "Milliseconds", order)], marks)


def called_wrong(course: Course, marks: Sequence[Mark]) -> alt.LayerChart:
    """Draw the share of judged answers called wrong, with what is known of its true value."""
    named = versions(course)
    table = _table(
        {
            **_times(course, bucket),
            "of": _version(bucket.version),
            "share": bucket.down / (bucket.up + bucket.down),
            "low": share_of(bucket.down, bucket.up + bucket.down, CONFIDENCE).low,
            "high": share_of(bucket.down, bucket.up + bucket.down, CONFIDENCE).high,
            "judged": bucket.up + bucket.down,
        }
        for bucket in course.buckets
        if bucket.up + bucket.down and bucket.version in named
    )
    order = [_version(each) for each in named]
    scale = alt.Scale(domain=[0, 1])
    base = alt.Chart(table, height=HEIGHT).encode(
        x=_time(course, _MIDDLE),
        color=alt.Color("of:N", legend=None, sort=order, scale=_scale(order)),
    )
    percent = alt.Axis(format="%")
    band = base.mark_area(opacity=0.18).encode(
        y=alt.Y("low:Q", scale=scale, title="Share called wrong", axis=percent), y2="high:Q"
    )
    # Where there is only one figure an area has no width.
    reach = base.mark_rule(opacity=0.5).encode(y=alt.Y("low:Q", scale=scale), y2="high:Q")
    lines = _lines(course, table, "share", "Share called wrong", order, percent)
    return _with_marks(course, [band, reach, lines], marks)


def _lines(
    course: Course,
    table: pd.DataFrame,
    value: str,
    title: str,
    order: list[str],
    axis: alt.Axis | None = None,
) -> alt.Chart:
    legend = alt.Legend(title=None, orient="top", columns=MOST_VERSIONS + 1)
    chart: alt.Chart = (
        alt.Chart(table, height=HEIGHT)
        .mark_line(point=True, clip=True)
        .encode(
            x=_time(course, _MIDDLE),
            y=alt.Y(f"{value}:Q", title=title, axis=axis or alt.Undefined),
            color=alt.Color("of:N", legend=legend, sort=order, scale=_scale(order)),
            strokeDash=alt.StrokeDash("of:N", legend=legend, sort=order),
            tooltip=[
                _when(),
                alt.Tooltip("of:N", title=" "),
                alt.Tooltip(f"{value}:Q", title=title, format=".0%" if axis else ",.0f"),
            ],
        )
    )
    return chart


def _with_marks(course: Course, layers: list[Any], marks: Sequence[Mark]) -> alt.LayerChart:
    if marks:
        table = _table({TIME: _there(each.at), "what": one_line(each.title)} for each in marks)
        base = alt.Chart(table).encode(
            x=_time(course), tooltip=[_when(), alt.Tooltip("what:N", title=" ")]
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


def _time(course: Course, field: str = TIME) -> alt.X:
    """Return the axis, which is the same in all plots."""
    begins = [bucket.since for bucket in course.buckets]
    end = max(begins) + timedelta(seconds=course.seconds_per_bucket)
    # A domain of mere numbers is not always taken for moments: then all is drawn at the left edge.
    ends = [_moment(each) for each in (min(begins), end)]
    return alt.X(f"{field}:T", title=None, scale=alt.Scale(domain=ends))


def _moment(moment: datetime) -> alt.DateTime:
    there = moment.astimezone(UTC)
    return alt.DateTime(
        year=there.year,
        month=there.month,
        date=there.day,
        hours=there.hour,
        minutes=there.minute,
        seconds=there.second,
        utc=True,
    )


def _when() -> alt.Tooltip:
    return alt.Tooltip(f"{TIME}:T", title="From", format="%Y-%m-%d %H:%M")


def _version(version: str) -> str:
    return f"Version {one_line(version)}" if version else "No version"


def _name(bucket: Bucket, named: list[str]) -> str:
    return _version(bucket.version) if bucket.version in named else OTHERS


def _color(course: Course) -> alt.Color:
    named = versions(course)
    order = [_version(each) for each in named]
    if any(bucket.version not in named for bucket in course.buckets):
        order.append(OTHERS)
    legend = alt.Legend(title=None, orient="top", columns=MOST_VERSIONS + 1)
    return alt.Color("version:N", legend=legend, sort=order, scale=_scale(order))


def _scale(order: list[str]) -> alt.Scale:
    return alt.Scale(domain=order, range=_COLORS[: len(order)])
