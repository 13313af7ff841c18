"""Putting picked requests into a review queue or an evaluation dataset of MLflow's."""

from collections.abc import Callable, Sequence

import streamlit as st

from backend.endpoint_tests.plan import Dataset
from backend.errors import ReviewAppError
from backend.picked_requests.picked import NAME_CHARACTERS, Added
from components import states
from components.plain_text import escaped
from components.session import Session

# So many ids are named; who has more of them knows enough.
NAMED_IDS = 5
_NEW = "A new one"


def draw_queue(session: Session, endpoint: str, request_ids: list[str]) -> None:
    """Draw the choice of a review queue, and add the answers to it."""
    st.markdown(
        "Reviewers work through a queue in MLflow, one answer after the other. What they say there "
        "is shown here, too."
    )
    picked = session.services.picked_requests
    try:
        known = picked.queues(session.viewer, endpoint)
    except ReviewAppError as problem:
        states.refused(problem)
        return
    name = _name("Review queue", known, f"Picked answers of {endpoint}", "queue")
    if _asks_for("Add to the queue", name, "queue"):
        _add(
            lambda: picked.add_to_queue(session.viewer, endpoint, request_ids, name),
            "{count} in the queue **{name}**.",
            "{count} could not be added, for the trace is not in MLflow, or not yet: {ids}. "
            "Try again in a minute.",
        )


def draw_dataset(session: Session, endpoint: str, request_ids: list[str]) -> None:
    """Draw the choice of a dataset, and add the requests to it."""
    st.markdown(
        "An evaluation dataset of MLflow keeps questions to put to new versions. An answer that a "
        "reviewer has corrected goes with its question as what is expected."
    )
    picked = session.services.picked_requests
    try:
        known = {each.name: each for each in picked.datasets(session.viewer)}
    except ReviewAppError as problem:
        states.refused(problem)
        return
    name = _name("Dataset", list(known), f"{endpoint} picked", "dataset")
    if _asks_for("Add to the dataset", name, "dataset"):
        dataset = known.get(name, Dataset(name))
        _add(
            lambda: picked.add_to_dataset(session.viewer, endpoint, request_ids, dataset),
            "{count} in the dataset **{name}**.",
            "{count} could not be added, for the question is not on record whole: {ids}.",
        )


def said_of(ids: Sequence[str]) -> str:
    """Return the first few ids as text for Markdown, and how many more there are."""
    shown = ", ".join(escaped(each) for each in ids[:NAMED_IDS])
    more = len(ids) - NAMED_IDS
    return f"{shown} and {more} more" if more > 0 else shown


def _name(label: str, known: list[str], suggested: str, key: str) -> str:
    """Return what was chosen among those there are, or typed for a new one."""
    options = [*known, _NEW]
    chosen = st.selectbox(label, options, key=f"picked_{key}_chosen") if known else _NEW
    if chosen != _NEW:
        return str(chosen)
    return st.text_input(
        "Its name", suggested, max_chars=NAME_CHARACTERS, key=f"picked_{key}_name"
    ).strip()


def _asks_for(label: str, name: str, key: str) -> bool:
    return st.button(label, icon=":material/add:", disabled=not name, key=f"picked_{key}_add")


def _add(add: Callable[[], Added], done: str, left_out: str) -> None:
    """Do it, and say what has come of it."""
    try:
        with st.spinner("Asking MLflow …"):
            came = add()
    except ReviewAppError as problem:
        states.refused(problem)
        return
    if came.added:
        said = done.format(count=_counted(len(came.added)), name=escaped(came.name))
        st.markdown(f":green[:material/check_circle:] {said}")
    if came.left_out:
        said = left_out.format(count=_counted(len(came.left_out)), ids=said_of(came.left_out))
        st.markdown(f":orange[:material/warning:] {said}")


def _counted(count: int) -> str:
    return f"{count} request{'' if count == 1 else 's'}"
