"""How it went over time: requests, errors, speed and what people said, by version.

A span of time that is drawn over the first plot can be looked at alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st

from backend.errors import ReviewAppError
from backend.request_logs.query import USUAL_SPAN, LogQuery
from backend.request_logs.record import Bucket, Course
from components import states, times
from components.plain_text import escaped
from components.request_logs import address, course_axes, course_charts, release_marks, words
from components.request_logs.course_axes import Ends
from components.request_logs.course_charts import SPAN
from components.request_logs.readable import one_line
from components.session import Session

_KEPT, _FIGURE = "log_course", "log_figure"


def draw(session: Session, query: LogQuery) -> None:
    """Draw the plots and the figures they are made of."""
    try:
        course, ends = _read(session, query)
    except ReviewAppError as problem:
        states.error(problem, key="_log_course")
        return
    if ends is None or not any(each.requests for each in course.buckets):
        states.empty(*words.nothing_found(query))
        return
    marks = release_marks.of(session, query)
    _draw_sums(course)
    key = f"log_plot_{abs(hash(query))}"
    st.subheader("Requests", anchor=False)
    st.altair_chart(
        course_charts.requests(course, ends, marks.releases),
        width="stretch",
        key=key,
        on_select="rerun",
        selection_mode=SPAN,
        alt="Requests by version, and those that failed; the table below has the same figures.",
    )
    _offer_span(query, key)
    if marks.problem:
        st.caption(f"Releases cannot be shown now. {escaped(marks.problem)}")
    _draw_speed(course, ends, marks.releases)
    st.subheader("Called wrong", anchor=False)
    st.altair_chart(
        course_charts.called_wrong(course, ends, marks.releases),
        width="stretch",
        alt="Share of judged answers called wrong; the table below has the same figures.",
    )
    st.caption(
        "Of the answers somebody has judged; the pale band holds the true share 19 of 20 times."
    )
    _draw_table(course)


def _read(session: Session, query: LogQuery) -> tuple[Course, Ends | None]:
    """Return it as it was read for the same requests; without requests it has no ends."""
    known: tuple[LogQuery, Course, Ends | None] | None = st.session_state.get(_KEPT)
    if known and known[0] == query:
        return known[1:]
    with st.spinner("Counting …"):
        course = session.services.request_logs.course(session.viewer, query)
    # Now is when it was read: a plot whose axis moves on forgets what was drawn over it.
    ends = course_axes.ends_of(course, query) if course.buckets else None
    st.session_state[_KEPT] = (query, course, ends)
    return course, ends


def forget() -> None:
    """Count anew with the next look."""
    st.session_state.pop(_KEPT, None)


def _draw_sums(course: Course) -> None:
    buckets = course.buckets
    requests, errors = sum(b.requests for b in buckets), sum(b.errors for b in buckets)
    up, down = sum(b.up for b in buckets), sum(b.down for b in buckets)
    with st.container(horizontal=True, gap="medium"):
        st.metric("Requests", f"{requests:,}", width="content")
        st.metric("Failed", f"{errors:,} ({errors / requests:.1%})", width="content")
        st.metric("Called right", f"{up:,}", width="content")
        st.metric("Called wrong", f"{down:,}", width="content")


def _draw_speed(course: Course, ends: Ends, marks: Sequence[release_marks.Mark]) -> None:
    st.subheader("How long answers took", anchor=False)
    figure = ""
    if len(course_charts.versions(course)) > 1:
        named = address.figure()
        figures = list(course_charts.FIGURES)
        address.show_in(_FIGURE, named if named in figures else course_charts.USUAL_FIGURE)
        figure = str(
            st.segmented_control(
                "Figure",
                figures,
                format_func=lambda each: course_charts.FIGURES[each],
                key=_FIGURE,
                required=True,
                on_change=_choose_figure,
                label_visibility="collapsed",
            )
        )
    st.altair_chart(
        course_charts.speed(course, ends, marks, figure),
        width="stretch",
        alt="How long answers took; the table below has the same figures.",
    )


def _choose_figure() -> None:
    chosen = str(st.session_state[_FIGURE])
    address.set_figure(chosen if chosen != course_charts.USUAL_FIGURE else "")


def _offer_span(query: LogQuery, key: str) -> None:
    """Offer to look at the span of time that was drawn over the plot."""
    drawn = _drawn(st.session_state.get(key))
    if drawn is None:
        st.caption(
            "The dashed red line counts those that failed; a grey diamond is a release. "
            "Draw over a span of time with the mouse to look at it alone."
        )
        return
    since, until = drawn
    chosen = replace(query, span=USUAL_SPAN, since=since, until=until)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            escaped(f"Only {words.time_range(chosen)}"),
            icon=":material/zoom_in:",
            key="log_zoom",
            on_click=address.put,
            args=(chosen,),
        )
        st.button(
            "List these requests",
            key="log_zoom_list",
            type="tertiary",
            on_click=_list,
            args=(chosen,),
        )


def _list(chosen: LogQuery) -> None:
    address.put(chosen)
    address.set_view(address.LIST)


def _drawn(state: Any) -> tuple[datetime, datetime] | None:
    """Return the span of time as the plot tells it, in whole seconds."""
    found = (state or {}).get("selection", {}).get(SPAN, {}).get(course_charts.TIME)
    if not found or len(found) != 2:
        return None
    low, high = sorted(float(each) for each in found)
    since = datetime.fromtimestamp(int(low / 1000), UTC)
    until = datetime.fromtimestamp(int(high / 1000) + 1, UTC)
    return since, until


def _draw_table(course: Course) -> None:
    with st.expander("The same as a table", type="compact", key="log_course_table"):
        st.dataframe(
            pd.DataFrame([_told(each) for each in course.buckets]),
            hide_index=True,
            alt="Figures of each span of time, by version.",
        )


def _told(bucket: Bucket) -> dict[str, Any]:
    return {
        "From": bucket.since.astimezone(times.zone()),
        "Version": one_line(bucket.version),
        "Requests": bucket.requests,
        "Failed": bucket.errors,
        "50 of 100 within (ms)": bucket.p50_ms,
        "95 of 100 within (ms)": bucket.p95_ms,
        "99 of 100 within (ms)": bucket.p99_ms,
        "Called right": bucket.up,
        "Called wrong": bucket.down,
    }
