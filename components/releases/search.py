"""Looking something up in the ledger: by person, kind, outcome, version, reason and time."""

from datetime import date, datetime, time, timedelta

import streamlit as st

from backend.errors import ReviewAppError
from backend.releases.query import ReleaseQuery
from backend.releases.record import Kind, Outcome
from components import states, times
from components.plain_text import escaped
from components.releases import timeline as release_timeline
from components.session import Session

KINDS = {
    "Prepared": Kind.PREPARE,
    "Deployed": Kind.DEPLOY,
    "Rolled back": Kind.ROLL_BACK,
    "Divided the questions": Kind.TRAFFIC,
    "Removed a version": Kind.REMOVE,
    "Stopped": Kind.STOP,
    "Started": Kind.START,
    "Deleted": Kind.DELETE,
    "Changed outside the app": Kind.OBSERVED,
}
OUTCOMES = {
    "Live": Outcome.LIVE,
    "Under way": Outcome.PENDING,
    "Failed": Outcome.FAILED,
    "Cancelled": Outcome.CANCELED,
    "Overtaken": Outcome.UNKNOWN,
}
_ANY = "Any"
_ASKED, _TOKEN = "release_query", "release_query_token"


def draw(session: Session, endpoint: str = "") -> None:
    """Draw the form, and below it what was found."""
    with st.form("release_search", border=False):
        query = _form(endpoint)
        if st.form_submit_button("Search", icon=":material/search:"):
            st.session_state[_ASKED] = query
            st.session_state.pop(_TOKEN, None)
    request_id = _asked_request() if endpoint else ""
    asked: ReleaseQuery | None = st.session_state.get(_ASKED)
    if request_id:
        _draw_release_of(session, endpoint, request_id)
    elif asked and asked.endpoint == endpoint:
        _draw_found(session, asked)


def _form(endpoint: str) -> ReleaseQuery:
    with st.container(horizontal=True, gap="small"):
        by = st.text_input("By whom", key="search_by", width=180)
        text = st.text_input("Reason contains", key="search_text", width=220)
        version = st.text_input("Version", key="search_version", width=100)
        kind = st.selectbox("What", [_ANY, *KINDS], key="search_kind", width=200)
        outcome = st.selectbox("Outcome", [_ANY, *OUTCOMES], key="search_outcome", width=140)
        first = st.date_input("From", value=None, format="YYYY-MM-DD", key="search_from", width=150)
        last = st.date_input("To", value=None, format="YYYY-MM-DD", key="search_to", width=150)
    return ReleaseQuery(
        endpoint=endpoint,
        by=by.strip(),
        text=text.strip(),
        version=version.strip(),
        kind=KINDS.get(kind),
        outcome=OUTCOMES.get(outcome),
        since=_midnight(first),
        until=_midnight(last + timedelta(days=1)) if isinstance(last, date) else None,
    )


def _midnight(day: object) -> datetime | None:
    """Return when a day begins, where the viewer is."""
    return datetime.combine(day, time(), times.zone()) if isinstance(day, date) else None


def _asked_request() -> str:
    """Return the request somebody has just asked about; empty if nobody has."""
    with (
        st.form("release_of_request", border=False),
        st.container(horizontal=True, gap="small", vertical_alignment="bottom"),
    ):
        request_id = st.text_input("Or the id of a request", key="search_request", width=340)
        is_asked = st.form_submit_button("Which release answered?")
    return request_id.strip() if is_asked else ""


def _draw_release_of(session: Session, endpoint: str, request_id: str) -> None:
    """Answer which release a request was answered by."""
    search = session.services.release_search
    try:
        release = search.release_of_request(session.viewer, endpoint, request_id)
    except ReviewAppError as problem:
        st.markdown(f":red[:material/error:] {escaped(problem.sentence)}")
        return
    if release is None:
        st.markdown("Nothing on record says because of which release it was answered.")
    else:
        release_timeline.draw_release(release)


def _draw_found(session: Session, query: ReleaseQuery) -> None:
    token = st.session_state.get(_TOKEN)
    try:
        page = session.services.release_search.search(session.viewer, query, token)
    except ReviewAppError as problem:
        states.error(problem, key="_release_search")
        return
    if not page.releases:
        states.empty("No such release", "Nothing on record is like that. Ask for less.")
        return
    if token:
        st.button("Back to the first", on_click=_show, args=(None,), type="tertiary")
    release_timeline.draw(page, _show)


def _show(token: str | None) -> None:
    st.session_state[_TOKEN] = token
