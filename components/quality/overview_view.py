"""What people say: altogether, over time, by version, reason and reviewer."""

from dataclasses import replace
from datetime import datetime

import streamlit as st

from backend.quality.record import Overview, Reason, Sum
from backend.request_logs.query import LogQuery, Said
from components import states
from components.plain_text import escaped
from components.quality import address, charts, sum_rows, words
from components.quality.kept import kept
from components.session import Session

_NOTHING = (
    "Nobody has judged an answer in this time",
    "Reviewers say under each answer in the chat whether it is right. Look at a longer time, or "
    "give people access to the chain.",
)


def draw(session: Session, query: LogQuery) -> None:
    """Draw all of it."""
    with st.spinner("Counting verdicts …"):
        found = kept(
            "overview", query, lambda: session.services.quality.overview(session.viewer, query)
        )
    total = found.total
    if not total.up + total.down + total.unknown:
        states.empty(*_NOTHING)
        return
    _draw_total(total, query)
    _draw_course(found, query)
    st.subheader("By version", anchor=False)
    sum_rows.draw(
        found.by_version,
        lambda each: words.version(each.name),
        lambda each: replace(query, version=each.name),
        "version",
        choose=None if query.version else address.choose_version,
    )
    st.subheader("By reason", anchor=False)
    _draw_reasons(found, query)
    st.subheader("By reviewer", anchor=False)
    sum_rows.draw(
        found.by_reviewer,
        lambda each: each.name or "Somebody without a name",
        lambda each: replace(query, said_by=each.name),
        "reviewer",
    )


def _draw_total(total: Sum, query: LogQuery) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{words.share_wrong(total)}**", width="content")
        sum_rows.links(total, query)
    if total.unknown:
        known = words.count(total.unknown, "time")
        st.caption(f"{known} somebody said they do not know; that counts as neither.")


def _draw_course(found: Overview, query: LogQuery) -> None:
    days = found.days_per_span
    if sum(bool(each.wrong.total) for each in found.by_time) < 2:
        # One point is no course, and its figures stand above.
        return
    st.subheader(f"By {'day' if days == 1 else 'week'}", anchor=False)
    charts.draw_course(found.by_time)
    latest = tuple(reversed(found.by_time))
    with st.expander("The same in numbers", type="compact", key="quality_course"):
        for place, each in enumerate(latest):
            since = datetime.fromisoformat(each.name)
            wanted = address.of_days(query, since, days)
            sum_rows.draw_one(f"{since:%-d %b %Y}", each, wanted, f"time_{place}")
        st.caption("Days and weeks are those of UTC, by when the question was asked.")


def _draw_reasons(found: Overview, query: LogQuery) -> None:
    if not found.reasons:
        st.caption("Nobody gave a reason.")
    for place, each in enumerate(found.reasons[: 2 * sum_rows.SHOWN]):
        _draw_reason(each, query, place)


def _draw_reason(each: Reason, query: LogQuery, place: int) -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"quality_row_reason_{place}"
    ):
        st.markdown(f"**{escaped(words.reason(each.key))}**", width="content")
        reasons = (each.key,)
        for number, word, kind in ((each.down, "wrong", Said.DOWN), (each.up, "right", Said.UP)):
            if number:
                address.link(f"{number:,} {word}", replace(query, reasons=reasons, said=kind))
