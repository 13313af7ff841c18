"""What is looked for: MLflow's filter as a text, and simple controls that write it.

The text is what counts and stands in the address. The controls show as much of it as they have
words for; the rest stays in the text, and a text they cannot read at all is said to be one.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import streamlit as st

from backend.errors import ReviewAppError
from backend.trace_search import filter_text
from backend.trace_search.filter_text import LONGEST_VALUE, Judged, State, TraceFilter
from backend.trace_search.record import ANY_TIME, Order, TraceQuery
from components import states, times
from components.models.words import set_style
from components.request_logs.words import SPAN_WORDS
from components.trace_search import place

LONGEST_FILTER = 4000
_TEXT, _WRITTEN, _PROBLEM = "traces_filter", "traces_written", "traces_problem"
_FOLD = "traces_write"
_CHAIN, _TIME, _ORDER = "traces_chain", "traces_time", "traces_order"
# The controls by the part of the filter each of them writes.
_TEXTS = {
    "text": "Text in inputs and outputs",
    "session": "Conversation",
    "user": "Person",
    "version": "Version",
    "name": "Name of the trace",
    "tag": "Tag",
    "tag_value": "Value of the tag",
}
_NUMBERS = {"min_ms": "Took at least (ms)", "max_ms": "Took less than (ms)"}
_MOMENTS = {"since": "From", "until": "Until"}
_STATES = {State.OK: "Answered", State.ERROR: "Failed", State.IN_PROGRESS: "Still running"}
_JUDGED = {
    Judged.UP: "Somebody said: right",
    Judged.DOWN: "Somebody said: wrong",
    Judged.ANYTHING: "Judged",
    Judged.NOTHING: "Not judged",
}
_ORDERS = {Order.NEWEST: "Newest first", Order.SLOWEST: "Slowest first"}
_MOST_MS = 999_999_999
# Four of them beside each other on a laptop.
_FIELD_WIDTH = 210
_HELP = (
    "Comparisons joined by AND, for example: trace.status = 'ERROR' AND "
    "trace.execution_time_ms > 2000. MLflow's filters know no OR."
)


def draw(query: TraceQuery, chains: Mapping[str, str], add: Callable[[], None]) -> None:
    """Draw the text, what goes beside it, what the page adds to that, and the controls.

    `chains` are the names of the chains by their experiments.
    """
    known = query.filter
    _show(query, known)
    st.text_input(
        "Filter",
        key=_TEXT,
        placeholder="Filter, in MLflow's language: trace.status = 'ERROR'",
        icon=":material/filter_alt:",
        help=_HELP,
        max_chars=LONGEST_FILTER,
        on_change=_take_text,
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="traces_rest"):
        _draw_chain(query, chains)
        _draw_time(query)
        if place.view() == place.USUAL_VIEW:
            # Conversations are in the order of their latest turn, whatever else is chosen.
            _draw_order(query)
        add()
    fold = st.expander(
        "Write the filter for me", icon=":material/edit_note:", key=_FOLD, on_change="rerun"
    )
    with fold:
        _draw_form(known)
    if problem := st.session_state.pop(_PROBLEM, None):
        states.refused(problem)
    _say_what_is_looked_at(query, known)


def draw_chain(query: TraceQuery, chains: Mapping[str, str], add: Callable[[], None]) -> None:
    """Draw the choice of a chain alone, for what no filter narrows down."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="traces_rest"):
        _draw_chain(query, chains)
        add()


def _show(query: TraceQuery, known: TraceFilter | None) -> None:
    """Put into the controls what the address says, if it has changed or they are new."""
    shown = (query.text, times.place())
    if st.session_state.get(_WRITTEN) == shown and _TEXT in st.session_state:
        return
    st.session_state[_WRITTEN] = shown
    st.session_state[_TEXT] = query.text
    said = known or TraceFilter()
    for name in (*_TEXTS, *_NUMBERS, "state", "judged"):
        st.session_state[_key(name)] = getattr(said, name)
    for name in _MOMENTS:
        st.session_state[_key(name)] = _local(getattr(said, name))


def _take_text() -> None:
    place.put_text(str(st.session_state[_TEXT]).strip())


def _draw_chain(query: TraceQuery, names: Mapping[str, str]) -> None:
    st.session_state[_CHAIN] = query.experiment if query.experiment in names else ""
    st.selectbox(
        "Chain",
        ["", *names],
        format_func=lambda each: names.get(each, "All chains"),
        key=_CHAIN,
        on_change=_choose,
        args=(query,),
        width=250,
    )


def _draw_time(query: TraceQuery) -> None:
    is_said = not query.bound and query.span != ANY_TIME
    options = {**SPAN_WORDS, ANY_TIME: "Any time"}
    st.session_state[_TIME] = query.span
    st.selectbox(
        "Time",
        [*options],
        format_func=lambda each: "As the filter says" if is_said else options[each],
        key=_TIME,
        disabled=is_said,
        on_change=_choose,
        args=(query,),
        width=175,
    )


def _draw_order(query: TraceQuery) -> None:
    st.session_state[_ORDER] = query.order
    st.selectbox(
        "Order",
        list(_ORDERS),
        format_func=lambda each: _ORDERS[each],
        key=_ORDER,
        on_change=_choose,
        args=(query,),
        width=155,
    )


def _choose(query: TraceQuery) -> None:
    chosen = st.session_state
    span, order = chosen.get(_TIME, query.span), chosen.get(_ORDER, query.order)
    place.put(replace(query, experiment=chosen[_CHAIN], span=span, order=order))


def _draw_form(known: TraceFilter | None) -> None:
    set_style()
    if known is None:
        st.markdown(
            "These controls cannot read the filter above, so it alone counts. Empty it to use them."
        )
    elif known.rest:
        st.caption("The filter says more than these controls can show. This stays as it is:")
        st.code(" AND ".join(known.rest), language=None, wrap_lines=True)
    is_off = known is None
    with st.form("traces_form", border=False):
        with st.container(horizontal=True, gap="small"):
            for name, label in _TEXTS.items():
                st.text_input(
                    label,
                    key=_key(name),
                    max_chars=LONGEST_VALUE,
                    disabled=is_off,
                    width=_FIELD_WIDTH,
                )
            _draw_choice("state", "How it ended", _STATES, is_off)
            _draw_choice("judged", "Verdicts", _JUDGED, is_off)
            for name, label in _NUMBERS.items():
                st.number_input(
                    label,
                    0,
                    _MOST_MS,
                    key=_key(name),
                    value=None,
                    disabled=is_off,
                    width=_FIELD_WIDTH,
                )
            for name, label in _MOMENTS.items():
                st.datetime_input(label, None, key=_key(name), disabled=is_off, width=_FIELD_WIDTH)
        st.caption(
            f"Times are those of {times.place()}. In a text, % stands for anything and _ for "
            "any one letter."
        )
        st.form_submit_button("Write and search", disabled=is_off, on_click=_write, args=(known,))


def _draw_choice(name: str, label: str, words: Mapping[Any, str], is_off: bool) -> None:
    st.selectbox(
        label,
        [None, *words],
        format_func=lambda each: words.get(each, "Any"),
        placeholder="Any",
        key=_key(name),
        disabled=is_off,
        width=_FIELD_WIDTH,
    )


def _write(known: TraceFilter | None) -> None:
    """Write the filter from the controls; what they have no word for stays."""
    chosen: dict[str, Any] = {name: str(_value(name)).strip() for name in _TEXTS}
    chosen |= {name: _value(name) or None for name in (*_NUMBERS, "state", "judged")}
    chosen |= {name: _moment(_value(name)) for name in _MOMENTS}
    wanted = replace(known or TraceFilter(), **chosen)
    try:
        place.put_text(filter_text.written(wanted))
    except ReviewAppError as problem:
        st.session_state[_PROBLEM] = problem
    else:
        # What was found is of more interest now.
        st.session_state[_FOLD] = False


def _value(name: str) -> object:
    return st.session_state[_key(name)]


def _key(name: str) -> str:
    return f"traces_{name}"


def _local(moment: datetime | None) -> datetime | None:
    """Return a moment as the field shows it, which knows no time zones."""
    return moment.astimezone(times.zone()).replace(tzinfo=None) if moment else None


def _moment(chosen: object) -> datetime | None:
    return chosen.replace(tzinfo=times.zone()) if isinstance(chosen, datetime) else None


def _say_what_is_looked_at(query: TraceQuery, known: TraceFilter | None) -> None:
    if known is None or not known.searches_text:
        return
    if not query.bound:
        st.caption("Text is looked for within the time the filter says.")
        return
    is_short = query.span == ANY_TIME
    why = " Say in the filter from when on, to look further back." if is_short else ""
    st.caption(f"Text is looked for within a time: {SPAN_WORDS[query.bound].lower()}.{why}")
