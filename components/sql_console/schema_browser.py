"""What there is to name in a statement: catalogs, schemas, tables, columns with their types.

Each level is asked for when the one above is chosen, and remembered in the tab.
"""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from backend.errors import ReviewAppError
from backend.tables.sql import quoted
from components import states
from components.plain_text import escaped
from components.request_logs.readable import one_line
from components.session import Session
from components.sql_console import state

MOST_COLUMNS = 200
BEGINNING_ROWS = 100
LONGEST_TYPE = 28
_TABLE = "Table"
# They are in each catalog, and mostly without a table, or without one somebody looks for first.
_NOBODYS_OWN = ("default", "information_schema")
_KNOWN = "known_names"
T = TypeVar("T")


def draw(session: Session) -> None:
    """Draw the levels one below the other."""
    try:
        _draw(session)
    except ReviewAppError as problem:
        states.refused(problem)
    st.button(
        "Look again",
        icon=":material/refresh:",
        type="tertiary",
        key="sql_names_again",
        on_click=_forget,
        args=(session,),
        help="Tables that were made meanwhile are shown then.",
    )


def _draw(session: Session) -> None:
    console = session.services.sql_console
    catalog = _choose("Catalog", _known(session, console.catalogs))
    if catalog is None:
        return
    schema = _choose("Schema", _known(session, console.schemas, catalog), catalog)
    if schema is None:
        return
    names = _known(session, console.tables, catalog, schema)
    if not names:
        st.caption("There is no table in this schema that you may see.")
        return
    table = _choose(_TABLE, names, catalog, schema)
    if table is None:
        return
    _offer_table(quoted(catalog, schema, table))
    columns = _known(session, console.columns, catalog, schema, table)
    with st.container(gap=None, key="sql_columns"):
        for place, column in enumerate(columns[:MOST_COLUMNS]):
            st.button(
                f"{escaped(one_line(column.name))} :gray[{escaped(_short(column.type))}]",
                type="tertiary",
                key=f"sql_column_{place}",
                on_click=state.add,
                args=(_written(column.name),),
                help=f"Put it behind the statement. It is a {escaped(one_line(column.type))}.",
            )
    if len(columns) > MOST_COLUMNS:
        st.caption(f"{MOST_COLUMNS} of {len(columns):,} columns are shown.")


def _choose(level: str, names: list[str], *above: str) -> str | None:
    chosen: str | None = st.selectbox(
        level,
        names,
        # Its columns are asked for when a table is chosen.
        index=_first(names) if names and level != _TABLE else None,
        placeholder=f"Choose a {level.lower()}",
        format_func=one_line,
        # The same name in another place is another choice.
        key=f"sql_{level}_{'.'.join(above)}",
    )
    return chosen


def _first(names: list[str]) -> int:
    """Return the place of the first name that is somebody's own, for there the tables are."""
    own = (place for place, name in enumerate(names) if name.lower() not in _NOBODYS_OWN)
    return next(own, 0)


def _offer_table(name: str) -> None:
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Start a SELECT",
            icon=":material/start:",
            key="sql_begin_select",
            on_click=state.put,
            args=(f"SELECT *\nFROM {name}\nLIMIT {BEGINNING_ROWS}",),
        )
        st.button(
            "Use its name",
            icon=":material/add:",
            key="sql_use_name",
            on_click=state.add,
            args=(name,),
        )


def _short(kind: str) -> str:
    told = one_line(kind)
    return told if len(told) <= LONGEST_TYPE else f"{told[:LONGEST_TYPE]}…"


def _written(name: str) -> str:
    """Return a column's name as it may stand in a statement."""
    is_plain = name.isascii() and name.isidentifier()
    return name if is_plain else quoted(name)


def _known(session: Session, ask: Callable[..., list[T]], *above: str) -> list[T]:
    key = state.remembered_by(session.viewer, _KNOWN)
    known: dict[tuple[str, ...], list[T]] = st.session_state.setdefault(key, {})
    level = (ask.__name__, *above)
    if level not in known:
        known[level] = ask(*above)
    return known[level]


def _forget(session: Session) -> None:
    st.session_state.pop(state.remembered_by(session.viewer, _KNOWN), None)
