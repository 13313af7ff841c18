"""Two traces beside each other: which steps both have, and how much longer each took."""

from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st

from backend.errors import ReviewAppError
from backend.trace_search.alignment import MOST_ALIGNED, Aligned, Alignment, align
from backend.traces.record import Outline, TraceSpan
from components import pointer, states, times
from components.plain_text import escaped
from components.request_logs.readable import one_line
from components.session import Session
from components.trace_search import place, step_changes, surroundings
from components.trace_search.rows import ROW_HEIGHT, height

_LARGEST = 12
_NAME_CHARACTERS = 60
_NS_PER_MS = 1_000_000
# To be seen on white and on black.
_COLOR = "#6366f1"
_INDENT = "\N{EM SPACE}"
Pair = Aligned[TraceSpan]


def draw(session: Session, first_id: str, second_id: str) -> None:
    """Draw both; the first is what the other is compared with."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        surroundings.draw_back()
        st.button(
            "Swap",
            icon=":material/swap_horiz:",
            type="tertiary",
            key="traces_swap",
            on_click=place.go_to_trace,
            args=(second_id, first_id),
        )
    st.subheader("Two traces compared", anchor=False)
    reading = session.services.trace_reading
    try:
        with st.spinner("Reading both traces …"):
            first = reading.outline(session.viewer, first_id)
            second = reading.outline(session.viewer, second_id)
    except ReviewAppError as problem:
        states.error(problem, key="_comparison")
        return
    _draw_heads(first, second)
    alignment = align(first.spans, second.spans)
    _draw_sums(first, second, alignment)
    _draw_largest(alignment.steps)
    _draw_steps(session, first, second, alignment)


def _draw_heads(first: Outline, second: Outline) -> None:
    for column, label, outline in zip(
        st.columns(2), ("First", "Second"), (first, second), strict=True
    ):
        head = outline.head
        with column, st.container(border=True, gap="xsmall", key=f"traces_{label.lower()}_head"):
            st.markdown(f"**{label}:** {outline.total_ns / _NS_PER_MS:,.0f} ms")
            version = f"version {head.served}" if head.served else ""
            facts = [times.short(head.at)] if head.at else []
            facts += [escaped(each) for each in (head.endpoint, version, head.user) if each]
            st.caption(" · ".join([*facts, escaped(head.trace_id)]))
            st.button(
                "See this trace",
                icon=":material/account_tree:",
                type="tertiary",
                key=f"traces_see_{label.lower()}",
                on_click=place.go_to_trace,
                args=(head.trace_id,),
            )


def _draw_sums(first: Outline, second: Outline, alignment: Alignment[TraceSpan]) -> None:
    difference = (second.total_ns - first.total_ns) / _NS_PER_MS
    told = [f"The second took {abs(difference):,.0f} ms {'longer' if difference > 0 else 'less'}."]
    for word, count in (
        ("first", alignment.only(second=False)),
        ("second", alignment.only(second=True)),
    ):
        if count:
            told.append(f"{count:,} step{' is' if count == 1 else 's are'} only in the {word}.")
    st.markdown(" ".join(told))
    if alignment.is_cut or first.is_cut or second.is_cut:
        st.caption(f"These are large traces: only the first {MOST_ALIGNED:,} steps are compared.")


def _draw_largest(steps: Sequence[Pair]) -> None:
    """Draw where the time went: the steps that differ most."""
    differing = [(place, each.difference_ns or 0) for place, each in enumerate(steps)]
    differing = [each for each in differing if abs(each[1]) >= _NS_PER_MS]
    largest = sorted(differing, key=lambda each: -abs(each[1]))[:_LARGEST]
    if not largest:
        return
    names = {place: f"{place + 1}. {_named(steps[place])}" for place, _ in largest}
    table = pd.DataFrame(
        [{"Step": names[place], "ms": round(took / _NS_PER_MS, 1)} for place, took in largest]
    )
    bars = (
        alt.Chart(table)
        .mark_bar(color=_COLOR)
        .encode(
            x=alt.X("ms:Q", title="Difference, second to first (ms)"),
            y=alt.Y("Step:N", sort=list(table["Step"]), title=None, axis=alt.Axis(labelLimit=240)),
            tooltip=["Step", "ms"],
        )
    )
    st.altair_chart(
        bars, alt="The steps whose time differs most; the table below has the same numbers."
    )


@st.fragment
def _draw_steps(
    session: Session, first: Outline, second: Outline, alignment: Alignment[TraceSpan]
) -> None:
    steps = alignment.steps
    pointer.keep_awake()
    selected = st.dataframe(
        pd.DataFrame([_line(number, each) for number, each in enumerate(steps, start=1)]),
        height=height(len(steps)),
        row_height=ROW_HEIGHT,
        hide_index=True,
        column_config={
            "#": st.column_config.NumberColumn(width=45),
            "Step": st.column_config.TextColumn(width=320),
            "First (ms)": st.column_config.NumberColumn(format="%.1f"),
            "Second (ms)": st.column_config.NumberColumn(format="%.1f"),
            "Difference (ms)": st.column_config.NumberColumn(format="%+.1f"),
        },
        key=f"traces_steps_{first.head.trace_id}_{second.head.trace_id}",
        on_select="rerun",
        selection_mode="single-cell",
        placeholder="",
        alt="The steps of both traces with their times. Click one to see what differs in it.",
    )
    cells = selected["selection"]["cells"]
    at = cells[0][0] if cells else len(steps)
    chosen = steps[at] if at < len(steps) else _named_in_address(steps)
    st.caption("Click a step to see what differs in its inputs and outputs.")
    if chosen is None:
        # What was asked and answered as a whole says most.
        if steps:
            step_changes.draw(session, first.head.trace_id, second.head.trace_id, steps[0])
        return
    known = chosen.first or chosen.second
    if known:
        place.name_span(known.span_id)
    step_changes.draw(session, first.head.trace_id, second.head.trace_id, chosen)


def _named_in_address(steps: Sequence[Pair]) -> Pair | None:
    named = place.span()
    for each in steps:
        if named and named in [span.span_id for span in (each.first, each.second) if span]:
            return each
    return None


def _line(number: int, pair: Pair) -> dict[str, object]:
    difference = pair.difference_ns
    only = "only first" if pair.second is None else "only second"
    return {
        "#": number,
        "Step": _INDENT * pair.depth + _named(pair),
        "In": "both" if difference is not None else only,
        "First (ms)": pair.first.duration_ns / _NS_PER_MS if pair.first else None,
        "Second (ms)": pair.second.duration_ns / _NS_PER_MS if pair.second else None,
        "Difference (ms)": None if difference is None else difference / _NS_PER_MS,
        "Kind": (pair.first or pair.second or _NOTHING).kind.lower().replace("_", " "),
    }


def _named(pair: Pair) -> str:
    name = one_line(pair.name)[:_NAME_CHARACTERS]
    return f"{name} ({pair.number})" if pair.number > 1 else name


_NOTHING = TraceSpan("", "", "", "", 0, None)
