"""Where one is on the page of traces: everything of it is in the address.

What is looked for stays there while one of its traces is open, so that the way back leads to it.
"""

from dataclasses import replace

import streamlit as st

from backend.trace_search.record import TraceQuery
from components.trace_search.addresses import OTHER, REQUEST, SPAN, TRACE

VIEW, AFTER, SESSION, ENDPOINT = "view", "after", "session", "endpoint"
# What the address calls them, and what the page does.
VIEWS = {"traces": "Traces", "sessions": "Conversations", "unfiled": "Not yet in MLflow"}
USUAL_VIEW = "traces"
_OF_A_TRACE = (TRACE, SPAN, OTHER, REQUEST, ENDPOINT)
_OF_A_QUERY = ("filter", "span", "experiment", "order")
# `span` is a step of a trace where one is open, and otherwise how far back is looked.
_TIME = "time"


def query() -> TraceQuery:
    """Return what is looked for."""
    given = {name: str(st.query_params.get(name, "")) for name in _OF_A_QUERY}
    return TraceQuery.from_parameters(given | {"span": str(st.query_params.get(_TIME, ""))})


def parameters(wanted: TraceQuery) -> dict[str, str]:
    """Return what stands for it in the address."""
    named = wanted.parameters()
    if "span" in named:
        named[_TIME] = named.pop("span")
    return named


def shared() -> dict[str, str]:
    """Return what is shown, as it is given a name and shared."""
    return parameters(query()) | ({} if view() == USUAL_VIEW else {VIEW: view()})


def put(wanted: TraceQuery) -> None:
    """Look for something else, from the first page on."""
    for name in ("filter", _TIME, "experiment", "order", AFTER):
        st.query_params.pop(name, None)
    st.query_params.update(parameters(wanted))


def put_text(text: str) -> None:
    """Look for what another filter finds."""
    put(replace(query(), text=text))


def view() -> str:
    """Return what is listed."""
    named = str(st.query_params.get(VIEW, ""))
    return named if named in VIEWS else USUAL_VIEW


def go_to_view(name: str) -> None:
    """List something else of what is looked for."""
    _leave(AFTER, SESSION, VIEW)
    if name != USUAL_VIEW:
        st.query_params[VIEW] = name


def after() -> str:
    """Return after what the page of the list begins; empty for the first."""
    return str(st.query_params.get(AFTER, ""))


def go_after(token: str) -> None:
    """Turn to another page; without a token to the first."""
    _leave(AFTER)
    if token:
        st.query_params[AFTER] = token


def session() -> str:
    """Return the conversation that is open; empty if none."""
    return str(st.query_params.get(SESSION, ""))


def go_to_session(session_id: str) -> None:
    """Open a conversation; of none, go back to the list."""
    leave_trace()
    _leave(AFTER, SESSION)
    st.query_params[VIEW] = "sessions"
    if session_id:
        st.query_params[SESSION] = session_id


def trace() -> str:
    """Return the trace that is open; empty if none."""
    return str(st.query_params.get(TRACE, ""))


def span() -> str:
    """Return which of its steps is looked at; empty if none is named."""
    return str(st.query_params.get(SPAN, ""))


def name_span(span_id: str) -> None:
    """Let the address name a step of the trace."""
    if span() != span_id:
        st.query_params[SPAN] = span_id


def other() -> str:
    """Return the trace beside it; empty if none."""
    return str(st.query_params.get(OTHER, ""))


def request() -> str:
    """Return the request whose trace is looked for; empty if none."""
    return str(st.query_params.get(REQUEST, ""))


def endpoint() -> str:
    """Return which endpoint was asked, if the address says so."""
    return str(st.query_params.get(ENDPOINT, ""))


def go_to_trace(trace_id: str, other_id: str = "") -> None:
    """Open a trace, or two beside each other."""
    leave_trace()
    st.query_params[TRACE] = trace_id
    if other_id:
        st.query_params[OTHER] = other_id


def leave_trace() -> None:
    """Go back to what was looked for."""
    _leave(*_OF_A_TRACE)


def _leave(*names: str) -> None:
    for name in names:
        st.query_params.pop(name, None)
