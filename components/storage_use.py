"""What takes how much of the disk, what of it may go, and the button that lets it go."""

import streamlit as st

from backend.errors import ReviewAppError
from backend.serving.endpoints import Endpoint
from backend.storage import StorageUse, StoredItem, StoredPart
from components import states, times
from components.chat import endpoint_card
from components.session import Session

# What each part is, and what deleting its unused items means; without the second it is kept.
_WORDS = {
    "tables": ("Inference tables", "questions, answers and verdicts"),
    "user_tables": ("Tables made with SQL", "made by people"),
    "waiting": ("Not in the tables yet", "on record, and on its way"),
    "traces": ("Traces and runs", "MLflow's database"),
    "artifacts": ("Registered models", "files of models and runs"),
    "logs": ("Logs", "what processes have printed"),
    "models": ("Models fetched to be served", "copies, fetched again if needed"),
    "environments": ("Python environments", "built again if needed"),
    "scratch": ("Scratch", "left behind by chains"),
}
_ITEMS = {
    "tables": "Table",
    "user_tables": "Table",
    "models": "Version",
    "environments": "Environment",
}
_FREED = "storage_freed"
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def draw(session: Session, use: StorageUse) -> None:
    """Draw the parts, the largest first, and what may be cleaned."""
    st.markdown(
        f"This workspace takes **{size(use.size)}** of the disk; {size(use.free)} are free."
    )
    times.draw(use.measured_at, "Measured ")
    largest_first = sorted(use.parts, key=lambda part: -part.size)
    st.dataframe(
        [_row(part) for part in largest_first], hide_index=True, width="stretch", key="storage"
    )
    _offer_cleaning(session, use)
    for part in largest_first:
        if part.items and part.name in _ITEMS:
            with st.expander(f"{_title(part)}: {len(part.items):,}"):
                _draw_items(_ITEMS[part.name], part)


def draw_elsewhere(session: Session, endpoints: list[Endpoint]) -> None:
    """Say whose the disk is, and how large the tables of an endpoint are."""
    st.markdown(
        "The disk is the platform's: it keeps models and environments, and cleans up after itself. "
        "What grows with use is the tables."
    )
    if not endpoints:
        states.empty("Nothing is deployed yet", "An endpoint's tables are listed here.")
        return
    chosen = st.selectbox(
        "Endpoint", endpoints, format_func=endpoint_card.title_of, key="storage_endpoint"
    )
    tables = session.services.storage.tables(chosen.name)
    if not tables:
        states.empty("No tables", "This endpoint keeps no log of its requests.")
        return
    rows = [{"Table": each.name, "Size": size(each.size)} for each in tables]
    st.dataframe(rows, hide_index=True, width="stretch", key="storage_tables")


def size(count: int) -> str:
    """Return a number of bytes as people read it."""
    value, unit = float(count), 0
    while value >= 1000 and unit + 1 < len(_UNITS):
        value, unit = value / 1000, unit + 1
    return (
        f"{value:.0f} {_UNITS[unit]}" if value >= 10 or not unit else f"{value:.1f} {_UNITS[unit]}"
    )


def _row(part: StoredPart) -> dict[str, str]:
    return {
        "What": _title(part),
        "Size": size(part.size),
        "May be cleaned": size(part.cleanable) if part.cleanable else "-",
        "What it holds": _WORDS.get(part.name, ("", ""))[1],
    }


def _title(part: StoredPart) -> str:
    return _WORDS.get(part.name, (part.name, ""))[0]


def _draw_items(what: str, part: StoredPart) -> None:
    items = sorted(part.items, key=lambda item: -item.size)
    st.dataframe(
        [_item(what, each) for each in items],
        hide_index=True,
        width="stretch",
        key=f"storage_{part.name}",
    )


def _item(what: str, item: StoredItem) -> dict[str, str]:
    return {
        what: item.name,
        "Size": size(item.size),
        "In use": "yes" if item.is_used else "no, may be cleaned",
    }


def _offer_cleaning(session: Session, use: StorageUse) -> None:
    freed: int | None = st.session_state.pop(_FREED, None)
    if freed is not None:
        st.success(f"{size(freed)} are free again.")
    cleanable = [part for part in use.parts if part.cleanable]
    if not cleanable:
        st.caption("There is nothing that could be cleaned without losing anything.")
        return
    total = sum(part.cleanable for part in cleanable)
    if st.button(f"Clean {size(total)}", icon=":material/mop:", key="storage_clean"):
        _ask(session, cleanable)


@st.dialog("Clean up", icon=":material/mop:")
def _ask(session: Session, cleanable: list[StoredPart]) -> None:
    st.markdown(
        "Only what can be fetched or built again is deleted. Questions, answers, verdicts, traces "
        "and registered models stay."
    )
    with st.form("storage_clean_form", border=False):
        chosen = [
            part.name
            for part in cleanable
            if st.checkbox(
                f"{_title(part)}: {size(part.cleanable)}",
                value=True,
                key=f"storage_clean_{part.name}",
                help=_WORDS.get(part.name, ("", None))[1],
            )
        ]
        if st.form_submit_button("Clean now"):
            _clean(session, chosen)


def _clean(session: Session, chosen: list[str]) -> None:
    if not chosen:
        st.markdown("Choose what may go.")
        return
    try:
        with st.spinner("Cleaning …"):
            st.session_state[_FREED] = session.services.storage.clean(chosen)
    except ReviewAppError as problem:
        states.refused(problem)
        return
    st.rerun()
