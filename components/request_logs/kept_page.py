"""The page of the list this tab has before it: read once, and what has come since while following.

Clicks elsewhere on the page neither read it again nor move it. Only one page is kept, and none of
its requests as a whole.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import streamlit as st

from backend.request_logs.query import LogQuery
from backend.request_logs.record import Cursor, LogPage, LogRow
from components.request_logs import address
from components.session import Session

_KEPT, _WAY, _NUMBER = "log_page", "log_way", "log_page_number"
# What was left so long ago is read again by who comes back to it.
FRESH = timedelta(minutes=10)
# So many requests are put on top of a page while following; with more it is read anew.
MOST_NEW = 150
# What the service gives at most of what is new.
MOST_AT_ONCE = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Kept:
    """A page as it was read, and what has been put on top of it since."""

    query: LogQuery
    before: Cursor | None
    page: LogPage
    read_at: datetime
    # Tells pages apart: what is selected in one is not selected in another.
    number: int
    came: tuple[LogRow, ...] = ()
    # How many there are in all, if somebody wanted to know.
    count: int | None = None

    @property
    def rows(self) -> tuple[LogRow, ...]:
        """Return all requests of the page, the newest first.

        What took long is on record after what came in later, so it may belong further below.
        """
        both = (*self.came, *self.page.rows)
        return tuple(sorted(both, key=_place, reverse=True)) if self.came else both

    @property
    def newest(self) -> Cursor | None:
        """Return behind which a request is new."""
        return cursor_of(self.rows[0]) if self.came else self.page.newest

    @property
    def key(self) -> str:
        """Return what the table is called by Streamlit."""
        return f"log_rows_{self.number}"


def _place(row: LogRow) -> tuple[datetime, str]:
    return row.at, row.request_id


def cursor_of(row: LogRow) -> Cursor:
    """Return the place of a request in the list."""
    return Cursor((row.at - _EPOCH) // timedelta(microseconds=1), row.request_id)


def current(session: Session, query: LogQuery) -> Kept:
    """Return the page the address names, read anew if it is another one."""
    before = address.before()
    kept = known()
    if kept and (kept.query, kept.before) == (query, before) and not _is_stale(kept):
        return kept
    with st.spinner("Reading …"):
        page = session.services.request_logs.page(session.viewer, query, before)
    number = st.session_state.get(_NUMBER, 0) + 1
    st.session_state[_NUMBER] = number
    count = kept.count if kept and kept.query == query else None
    if before is None and page.older is None:
        # All of them are there to be seen.
        count = len(page.rows)
    return _keep(Kept(query, before, page, datetime.now(UTC), number, count=count))


def _is_stale(kept: Kept) -> bool:
    return datetime.now(UTC) - kept.read_at > FRESH and not address.opened()


def known() -> Kept | None:
    """Return the page that was read last."""
    kept: Kept | None = st.session_state.get(_KEPT)
    return kept


def forget() -> None:
    """Read it anew with the next run."""
    st.session_state.pop(_KEPT, None)


def put_on_top(came: tuple[LogRow, ...]) -> None:
    """Put what is new on top of the page; where it is too much, read the page anew."""
    kept = known()
    if kept is None:
        return
    if len(came) >= MOST_AT_ONCE or len(kept.came) + len(came) > MOST_NEW:
        forget()
        return
    here = {each.request_id for each in kept.rows}
    new = tuple(each for each in came if each.request_id not in here)
    count = None if kept.count is None else kept.count + len(new)
    now = replace(kept, came=new + kept.came, count=count)
    _move_along(kept, _keep(now))


def _move_along(kept: Kept, now: Kept) -> None:
    """Let the same requests stay marked and open; the table knows them by their places alone."""
    state = st.session_state.get(now.key)
    if not state:
        return
    places = {row.request_id: place for place, row in enumerate(now.rows)}
    there = [places[row.request_id] for row in kept.rows]
    marked = [there[place] for place in state["selection"]["rows"]]
    cells = [(there[place], column) for place, column in state["selection"]["cells"]]
    if marked or cells:
        selection = {"rows": sorted(marked), "columns": [], "cells": cells}
        st.session_state[now.key] = {"selection": selection}


def count(session: Session, kept: Kept) -> None:
    """Count how many there are in all."""
    number = session.services.request_logs.count(session.viewer, kept.query)
    _keep(replace(kept, count=number))


def selected(kept: Kept) -> list[LogRow]:
    """Return the requests that are marked in the table."""
    state = st.session_state.get(kept.key)
    marked = state["selection"]["rows"] if state else []
    return [kept.rows[place] for place in sorted(marked) if place < len(kept.rows)]


def is_read() -> bool:
    """Tell whether somebody reads something that must not move: a request, or an older page."""
    kept = known()
    return bool(address.opened() or address.before() or (kept and selected(kept)))


def go_older(kept: Kept) -> None:
    """Turn to the next page."""
    way = _way(kept.query)
    st.session_state[_WAY] = (kept.query, [*way, kept.before])
    address.set_before(kept.page.older)


def go_newer(kept: Kept) -> None:
    """Turn back to the page before; who came by a link to this one begins with the newest."""
    way = _way(kept.query)
    address.set_before(way[-1] if way else None)
    st.session_state[_WAY] = (kept.query, way[:-1])


def knows_newer(kept: Kept) -> bool:
    """Tell whether the page before this one is known, as it is not to who came by a link."""
    return bool(_way(kept.query))


def _way(query: LogQuery) -> list[Cursor | None]:
    """Return the pages somebody has come by to this one."""
    of, way = st.session_state.get(_WAY, (None, []))
    return list(way) if of == query else []


def _keep(kept: Kept) -> Kept:
    st.session_state[_KEPT] = kept
    return kept
