"""Which time is looked at: the last so much of it, or from one moment to another."""

from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st

from backend.request_logs.query import SPANS, USUAL_SPAN, LogQuery
from components import times
from components.request_logs import address, unfolded, words

_FOLD, _CHOICE, _SINCE, _UNTIL = "log_time", "log_span", "log_since", "log_until"
_PROBLEM = "log_time_problem"
_EXACT = "exact"


def draw(query: LogQuery) -> None:
    """Draw the choice, folded; two moments are named by their chip alone."""
    label = "Time" if query.since or query.until else words.time_range(query)
    with st.popover(label, icon=":material/schedule:", key=_FOLD, on_change="rerun") as fold:
        if fold.open:
            _draw_choice(query)
            _draw_moments(query)
            unfolded.take_keys("time")


def _draw_choice(query: LogQuery) -> None:
    is_exact = bool(query.since or query.until)
    options = [*SPANS, _EXACT] if is_exact else list(SPANS)
    chosen = _EXACT if is_exact else query.span
    address.show_in(_CHOICE, chosen)
    st.radio(
        "Time",
        options,
        format_func=lambda each: words.SPAN_WORDS.get(each, "From one moment to another"),
        key=_CHOICE,
        on_change=_choose,
        args=(query,),
    )


def _draw_moments(query: LogQuery) -> None:
    """Draw the form of two moments, in the viewer's own time; an open end is now."""
    since, until = query.moments()
    with st.form("log_moments", border=False):
        st.datetime_input("From", _local(since), key=_SINCE)
        st.datetime_input("To (empty: until now)", until and _local(until), key=_UNTIL)
        st.form_submit_button("Show this time", on_click=_choose_moments, args=(query,))
    if problem := st.session_state.pop(_PROBLEM, ""):
        st.markdown(f":red[:material/error:] {problem}")
    st.caption(f"Times are those of {times.place()}.")


def _choose(query: LogQuery) -> None:
    chosen = st.session_state[_CHOICE]
    if chosen in SPANS:
        address.put(replace(query, span=chosen, since=None, until=None))
        _fold()


def _choose_moments(query: LogQuery) -> None:
    since, until = (_aware(st.session_state.get(each)) for each in (_SINCE, _UNTIL))
    if since is None:
        st.session_state[_PROBLEM] = "Say from when."
    elif until and until <= since:
        st.session_state[_PROBLEM] = "The end lies before the beginning."
    else:
        address.put(replace(query, span=USUAL_SPAN, since=since, until=until))
        _fold()


def _fold() -> None:
    st.session_state[_FOLD] = False


def _local(moment: datetime) -> datetime:
    return moment.astimezone(times.zone()).replace(tzinfo=None, second=0, microsecond=0)


def _aware(moment: object) -> datetime | None:
    """Return a moment somebody has typed, which is one of their own time zone."""
    if not isinstance(moment, datetime):
        return None
    return moment.replace(tzinfo=times.zone()).astimezone(UTC)
