"""What all plots over time have in common: the axis, and what versions are called and coloured.

Draws nothing by itself.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import altair as alt

from backend.request_logs.query import LogQuery
from backend.request_logs.record import Course
from components.request_logs.readable import one_line

# So many versions are told apart; those with fewer requests are one.
MOST_VERSIONS = 6
OTHERS = "others"
_VERSION = "Version "
# To be seen on white and on black.
_COLORS = ["#6366f1", "#0d9488", "#d97706", "#a855f7", "#0284c7", "#65a30d"]
_OTHER_COLOR = "#64748b"
_LINE = "stroke"
_TICKS, _EDGE = 8, 20
# With so many ticks, a longer time has at most one a day, and a shorter one several in a minute.
_DAYS_ALONE, _WITH_SECONDS = timedelta(days=6), timedelta(minutes=8)


@dataclass(frozen=True)
class Ends:
    """From when to when plots reach."""

    since: datetime
    until: datetime


def ends_of(course: Course, query: LogQuery) -> Ends:
    """Return the whole time that is looked at, also where nothing was asked in it."""
    begins = [bucket.since for bucket in course.buckets]
    first, last = min(begins), max(begins) + timedelta(seconds=course.seconds_per_bucket)
    if query.names_requests:
        return Ends(first, last)
    since, until = query.moments()
    return Ends(min(first, since), max(last, until or datetime.now(UTC)))


def time(ends: Ends, field: str) -> alt.X:
    """Return the axis, which is the same in all plots."""
    # A domain of mere numbers is not always taken for moments: then all is drawn at the left edge.
    domain = [_moment(each) for each in (ends.since, ends.until)]
    return alt.X(
        f"{field}:T",
        title=None,
        scale=alt.Scale(domain=domain),
        axis=alt.Axis(
            tickCount=_TICKS,
            labelExpr=_tick(ends.until - ends.since),
            # At the edges they would be cut off.
            labelFlush=_EDGE,
        ),
    )


def _tick(whole: timedelta) -> str:
    """Return what stands at the axis: the day, and the time above it where a day has several."""
    if whole > _DAYS_ALONE:
        return "timeFormat(datum.value, '%-d %b')"
    clock = "%H:%M" if whole > _WITH_SECONDS else "%H:%M:%S"
    return f"[timeFormat(datum.value, '{clock}'), timeFormat(datum.value, '%-d %b')]"


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


def name_of(version: str) -> str:
    """Return what a version is called in a plot."""
    return f"{_VERSION}{one_line(version)}" if version else "No version"


def color(field: str, order: list[str], symbol: str = "square") -> alt.Color:
    """Return by what versions or figures are told apart."""
    scale = alt.Scale(domain=order, range=_colors(order))
    return alt.Color(f"{field}:N", legend=legend(order, symbol), sort=order, scale=scale)


def legend(order: list[str], symbol: str) -> alt.Legend:
    """Return what names them, in as little room as a telephone has."""
    look: dict[str, Any] = {"orient": "top", "symbolType": symbol, "symbolOpacity": 1}
    if symbol == _LINE:
        # As long as a dash takes to be seen as one.
        look |= {"symbolSize": 400, "symbolStrokeWidth": 2}
    if not any(each.startswith(_VERSION) for each in order):
        return alt.Legend(title=None, columns=2, **look)
    look |= {"title": "Version", "titleOrient": "left", "columns": MOST_VERSIONS + 1}
    return alt.Legend(labelExpr=f"replace(datum.label, '{_VERSION}', '')", **look)


def _colors(order: list[str]) -> list[str]:
    """Return a colour for each; a version keeps its own, whatever else is shown, if it is free."""
    free = list(_COLORS)
    found: list[str] = []
    for each in order:
        number = each.removeprefix(_VERSION)
        place = int(number) - 1 if number.isascii() and number.isdigit() else len(found)
        wanted = _COLORS[place % len(_COLORS)]
        color = _OTHER_COLOR if each == OTHERS else wanted if wanted in free else free[0]
        free = [other for other in free if other != color]
        found.append(color)
    return found
