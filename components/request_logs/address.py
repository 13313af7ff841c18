"""What the address of the page of request logs says: which requests, how shown, which is open.

Everything a person chooses is there, and nothing that goes without saying: whoever opens a copy of
the address sees the same.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

from backend.request_logs.query import LogQuery
from backend.request_logs.record import Cursor

PATH = "/request_logs"
OPEN, VIEW, COLUMNS, BEFORE, FIGURE = "open", "view", "columns", "before", "figure"
LIST, COURSE = "list", "course"
# How it is shown stays when other requests are looked at; a place in the list does not.
_STAYS = (VIEW, COLUMNS, FIGURE)


def query(endpoint: str) -> LogQuery:
    """Return which requests of an endpoint the address names."""
    return LogQuery.from_parameters({**_given(), "endpoint": endpoint})


def endpoint() -> str:
    """Return the endpoint that is named; empty if none."""
    return str(st.query_params.get("endpoint", ""))


def name_endpoint(name: str) -> None:
    """Put an endpoint into the address that names none; all else there stays."""
    if endpoint() != name:
        st.query_params["endpoint"] = name


def put(query: LogQuery) -> None:
    """Turn to other requests, from their newest on."""
    stays = {name: text for name, text in _given().items() if name in _STAYS}
    st.query_params.from_dict({**query.parameters(), **stays})


def view() -> str:
    """Return how the requests are shown: one by one, or over time."""
    return COURSE if st.query_params.get(VIEW) == COURSE else LIST


def set_view(chosen: str) -> None:
    """Show the requests in another way; a place in the list means nothing there."""
    for name in (OPEN, BEFORE):
        _set(name, "")
    _set(VIEW, chosen if chosen != LIST else "")


def opened() -> str:
    """Return which request is open beside the list; empty if none."""
    return str(st.query_params.get(OPEN, ""))


def set_opened(request_id: str) -> None:
    """Open a request, or none."""
    _set(OPEN, request_id)


def columns() -> list[str]:
    """Return the columns that are asked for; none where it are the usual ones."""
    return [each for each in str(st.query_params.get(COLUMNS, "")).split(",") if each]


def set_columns(names: list[str]) -> None:
    """Ask for other columns, or for the usual ones."""
    _set(COLUMNS, ",".join(names))


def figure() -> str:
    """Return which figure of speed is shown by version; empty for the usual one."""
    return str(st.query_params.get(FIGURE, ""))


def set_figure(name: str) -> None:
    """Show another figure of speed."""
    _set(FIGURE, name)


def before() -> Cursor | None:
    """Return where in the list the address begins; None for its newest page."""
    micros, _, request_id = str(st.query_params.get(BEFORE, "")).partition(".")
    is_number = micros.isascii() and micros.isdigit() and len(micros) < 18
    return Cursor(int(micros), request_id) if is_number and request_id else None


def set_before(cursor: Cursor | None) -> None:
    """Turn to another page of the list."""
    _set(OPEN, "")
    _set(BEFORE, f"{cursor.micros}.{cursor.request_id}" if cursor else "")


def of_request(endpoint: str, request_id: str) -> str:
    """Return the address that opens one request, whatever is filtered."""
    return of({"endpoint": endpoint, OPEN: request_id})


def of(parameters: Mapping[str, str]) -> str:
    """Return the address of requests that are named by these parameters."""
    return f"{PATH}?{urlencode(parameters)}"


def show_in(key: str, value: object) -> None:
    """Let a widget that is about to be drawn show what the address says, whoever changed it."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def shared() -> dict[str, str]:
    """Return what a view is saved by: all but the place in the list and the open request."""
    return {name: text for name, text in _given().items() if name not in (OPEN, BEFORE)}


def _given() -> dict[str, str]:
    return {name: str(text) for name, text in st.query_params.to_dict().items()}


def _set(name: str, text: str) -> None:
    if text:
        st.query_params[name] = text
    elif name in st.query_params:
        del st.query_params[name]
