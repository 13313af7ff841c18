"""What a view was told, kept for a while: clicking within it asks nobody again.

Kept are sums, ids and the beginnings of questions, never a whole body.
"""

import time
from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from backend.request_logs.query import LogQuery

# Sums of days change slowly; whoever wants to know looks again.
FRESH_SECONDS = 120.0
MOST_KEPT = 8
_KEPT = "quality_kept"
_Found = TypeVar("_Found")


def kept(name: str, query: LogQuery, read: Callable[[], _Found], *more: str) -> _Found:
    """Return what was read for these requests a moment ago, or read it."""
    store: dict[tuple[object, ...], tuple[float, _Found]]
    store = st.session_state.setdefault(_KEPT, {})
    key = (name, query, *more)
    if key in store and time.monotonic() - store[key][0] < FRESH_SECONDS:
        return store[key][1]
    found = read()
    store.pop(key, None)
    store[key] = (time.monotonic(), found)
    while len(store) > MOST_KEPT:
        del store[next(iter(store))]
    return found


def forget() -> None:
    """Read everything anew with the next run."""
    st.session_state.pop(_KEPT, None)
