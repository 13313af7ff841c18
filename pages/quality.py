"""Quality: what reviewers say of a chain's answers, of what, and how sure one can be."""

from collections.abc import Callable

import streamlit as st

from backend.errors import ReviewAppError
from backend.identity import Role
from backend.request_logs.query import SPANS, LogQuery
from components import states
from components.plain_text import escaped
from components.quality import (
    address,
    disputes_view,
    documents_view,
    overview_view,
    report_view,
    topics_view,
    unjudged_view,
    versions_view,
)
from components.quality.kept import forget
from components.request_logs import address as log_address
from components.request_logs import chain_choice
from components.request_logs import words as log_words
from components.saved_views import views as saved_views
from components.session import Session, require

# What the address calls each view, what the page does, and what draws it.
VIEWS: dict[str, tuple[str, Callable[[Session, LogQuery], None]]] = {
    "said": ("What people say", overview_view.draw),
    "topics": ("Topics", topics_view.draw),
    "documents": ("Documents", documents_view.draw),
    "differ": ("Where they differ", disputes_view.draw),
    "unjudged": ("To judge next", unjudged_view.draw),
    address.VERSIONS: ("Two versions", versions_view.draw),
    "report": ("Report", report_view.draw),
}
USUAL = "said"
_VIEW = "quality_view"
_TIME = "quality_time"
_SPANS = ("24h", "7d", "30d", "90d")
_EXACT = "exact"
_STYLE = """<style>
@media (min-width: 641px) {
  [data-testid=stMainBlockContainer] { max-width: 110rem; padding-left: 2.5rem;
    padding-right: 2.5rem; }
}
[class*="st-key-quality_"] [data-testid="stMarkdown"] { overflow-wrap: anywhere; }
</style>"""
_NOTHING = (
    "No requests are on record",
    "No chain you may look at keeps a log of its requests. What is deployed with "
    "backend.agents.deploy keeps one, and so does any endpoint with inference tables.",
)


def _view() -> str:
    """Let the person choose what to look at; the address names it."""
    named = address.value(address.VIEW)
    view = named if named in VIEWS else USUAL
    log_address.show_in(_VIEW, view)
    st.segmented_control(
        "Show",
        list(VIEWS),
        format_func=lambda each: VIEWS[each][0],
        label_visibility="collapsed",
        required=True,
        key=_VIEW,
        on_change=_choose_view,
        wrap=True,
    )
    return view


def _choose_view() -> None:
    chosen = str(st.session_state[_VIEW])
    # The two that were compared narrow down nothing else.
    of_comparison = (address.VERSION, address.OTHER)
    for name in (
        address.GROUP,
        *(of_comparison if address.value(address.VIEW) == address.VERSIONS else ()),
    ):
        address.put(name, "")
    address.put(address.VIEW, "" if chosen == USUAL else chosen)


def _draw_time(query: LogQuery) -> None:
    """Let the person choose the time; two moments come from a link only."""
    is_exact = bool(query.since or query.until)
    options = [*_SPANS, *([query.span] if query.span not in _SPANS else [])]
    options += [_EXACT] if is_exact else []
    chosen = _EXACT if is_exact else query.span
    words = log_words.SPAN_WORDS | {_EXACT: log_words.time_range(query)}
    log_address.show_in(_TIME, chosen)
    st.selectbox(
        "Time",
        options,
        format_func=lambda each: words[each],
        key=_TIME,
        on_change=_choose_time,
        label_visibility="collapsed",
        width=200,
    )


def _choose_time() -> None:
    chosen = str(st.session_state[_TIME])
    if chosen in SPANS:
        for name in ("from", "to"):
            address.put(name, "")
        address.put(address.SPAN, chosen)


def _offer_saved_views(session: Session) -> None:
    """Offer what the team has saved; it is only read by who looks."""
    label, icon = "Saved views", ":material/bookmark:"
    with st.popover(label, icon=icon, key="quality_saved", on_change="rerun") as fold:
        if fold.open:
            saved_views.draw(session, "quality", st.query_params.to_dict())


def _draw(session: Session) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        endpoint = chain_choice.choose(session)
        if endpoint:
            _draw_time(address.query(endpoint))
            st.button("Look again", icon=":material/refresh:", key="quality_again", on_click=forget)
            _offer_saved_views(session)
    if not endpoint:
        states.empty(*_NOTHING)
        return
    view = _view()
    query = address.query(endpoint)
    if query.version and view != address.VERSIONS:
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.caption(f"Only version {escaped(query.version)}", width="content")
            st.button(
                "All versions",
                icon=":material/close:",
                type="tertiary",
                key="quality_all_versions",
                on_click=address.put,
                args=(address.VERSION, ""),
            )
    try:
        VIEWS[view][1](session, query)
    except ReviewAppError as problem:
        states.error(problem, key=f"_quality_{view}")


session = require(Role.ANALYST)
st.html(_STYLE)
st.title("Quality", anchor=False)
_draw(session)
