"""The requests of a filter as a file to take away: what will be in it, and how far it is.

The browser fetches the file from an address of its own, so it goes on while the page is used.
"""

import json

import streamlit as st

from backend.errors import ReviewAppError
from backend.log_export.manifest import in_words
from backend.log_export.record import Export, Kind, State, Wanted
from backend.request_logs.query import LogQuery
from components import states
from components.plain_text import escaped
from components.request_logs import words
from components.session import Session

POLL_SECONDS = 1.0
# As wide as what it says would reach beyond the page.
WIDTH = 440
_PREPARED = "log_export_prepared"
_KINDS = {
    Kind.CSV: "CSV",
    Kind.JSONL: "JSONL",
    Kind.PARQUET: "Parquet",
    Kind.DATASET: "Evaluation dataset",
}
_MEANINGS = {
    Kind.CSV: "For a spreadsheet. What it would take for a formula begins with an apostrophe.",
    Kind.JSONL: "For a program: one JSON document a line, with each person's verdict by itself.",
    Kind.PARQUET: "For a notebook: compressed, with numbers and times as such.",
    Kind.DATASET: "For MLflow: one record a line, with inputs, what was answered, and as "
    "expectations what people say the answer should have been.",
}
_IN_THE_ARCHIVE = (
    "It comes as a ZIP together with a manifest, which says what was asked for, the columns, how "
    "many requests there are, and a checksum. A ZIP that was broken off does not open."
)
_STATES = {
    State.DONE: ":material/check_circle: {number} in the file.",
    State.STOPPED: ":material/stop_circle: Stopped after {number}. What was saved is not whole.",
    State.FAILED: ":red[:material/error:] Broken off after {number}, the file is not whole.",
}


def draw(session: Session, query: LogQuery, count: int | None) -> None:
    """Draw the choice, the way to the file, and the downloads there were."""
    with st.container(width=WIDTH):
        _draw(session, query, count)


def _draw(session: Session, query: LogQuery, count: int | None) -> None:
    st.markdown(_how_many(count))
    kind = st.segmented_control(
        "As",
        list(_KINDS),
        default=Kind.CSV,
        required=True,
        format_func=_KINDS.__getitem__,
        key="log_export_kind",
    )
    st.caption(_MEANINGS[kind])
    with_bodies = kind is not Kind.DATASET and st.checkbox(
        "With raw requests, responses and traces",
        value=True,
        key="log_export_bodies",
        help="They are most of what the file weighs. Question and answer are in it anyway.",
    )
    st.caption(_IN_THE_ARCHIVE)
    wanted = Wanted(query, kind, with_bodies)
    st.fragment(_draw_way, run_every=POLL_SECONDS)(session, wanted, count)


def _how_many(count: int | None) -> str:
    if count is None:
        return "All requests of this filter, the oldest first."
    return f"**{count:,} request{'' if count == 1 else 's'}** of this filter, the oldest first."


def _draw_way(session: Session, wanted: Wanted, count: int | None) -> None:
    """Draw the link, and follow what is under way."""
    try:
        prepared = _prepared(session, wanted, count)
        latest = session.services.log_export.latest(session.viewer)
    except ReviewAppError as problem:
        states.refused(problem)
        return
    st.link_button(
        "Download",
        f"export/requests/{prepared.id}",
        icon=":material/download:",
        disabled=count == 0,
        key="log_export_download",
    )
    for export in latest[:3]:
        _draw_one(session, export)


def _prepared(session: Session, wanted: Wanted, count: int | None) -> Export:
    """Return a download nobody has begun yet; each can be begun once."""
    exports = session.services.log_export
    known: Export | None = st.session_state.get(_PREPARED)
    if known and known.wanted == wanted:
        try:
            if exports.read(session.viewer, known.id).state is State.READY:
                return known
        except ReviewAppError:
            # The app was started again meanwhile.
            known = None
    made = exports.prepare(session.viewer, wanted, count)
    st.session_state[_PREPARED] = made
    return made


def _draw_one(session: Session, export: Export) -> None:
    with st.container(border=True, gap="xsmall", key=f"log_export_{export.id}"):
        query = export.wanted.query
        said = in_words(query, words.time_range(query))
        st.caption(f"{_KINDS[export.wanted.kind]}. {escaped(said)}")
        if export.state is State.RUNNING:
            of = f" of {export.total:,}" if export.total is not None else ""
            st.progress(export.share, f"{export.done:,}{of}")
            st.button(
                "Stop it",
                icon=":material/stop_circle:",
                key=f"log_export_stop_{export.id}",
                on_click=_stop,
                args=(session, export),
            )
            return
        number = f"{export.done:,} request{'' if export.done == 1 else 's'}"
        st.markdown(_STATES[export.state].format(number=number))
        if export.problem:
            st.markdown(escaped(export.problem))
        if export.manifest:
            _draw_manifest(export)


def _draw_manifest(export: Export) -> None:
    st.caption(f"{export.manifest['bytes'] / 1e6:,.1f} MB, SHA-256 {export.manifest['sha256']}")
    st.download_button(
        "Manifest",
        data=json.dumps(dict(export.manifest), ensure_ascii=False, indent=2),
        file_name="manifest.json",
        mime="application/json",
        on_click="ignore",
        type="tertiary",
        icon=":material/description:",
        key=f"log_export_manifest_{export.id}",
    )


def _stop(session: Session, export: Export) -> None:
    try:
        session.services.log_export.stop(session.viewer, export.id)
    except ReviewAppError:
        # It is over, and the page says so.
        return
