"""The questions behind a number, a few at a time, each with a way to its request."""

from collections.abc import Callable, Sequence

import streamlit as st

from backend.errors import ReviewAppError
from backend.quality.record import Judged
from backend.request_logs.query import LogQuery
from components import states, times
from components.plain_text import escaped
from components.quality import address, words
from components.quality.kept import kept
from components.request_logs.readable import one_line
from components.session import Session

PAGE = 10
GONE = "Some of these questions are no longer on record."


def draw(session: Session, query: LogQuery, request_ids: Sequence[str], key: str) -> None:
    """Draw the first of these requests, and offer more."""
    shown = list(request_ids[: limit(key)])
    address.link_to_requests("In the request logs", query, request_ids)
    try:
        with st.spinner("Reading the questions …"):
            found = kept(
                "questions",
                query,
                lambda: session.services.quality.questions(session.viewer, query, shown),
                *shown,
            )
    except ReviewAppError as problem:
        states.error(problem, key=f"_{key}")
        return
    for request_id in shown:
        if request_id in found:
            draw_one(session, query, found[request_id], key)
    if len(found) < len(shown):
        st.caption(GONE)
    offer_more(len(request_ids), key)


def draw_folded(
    session: Session, query: LogQuery, request_ids: Sequence[str], group: str, key: str
) -> None:
    """Offer the requests of a group, and draw them where the address names it."""
    is_open = address.value(address.GROUP) == group
    st.button(
        "Hide the questions" if is_open else f"Show {words.count(len(request_ids), 'question')}",
        key=f"quality_open_{key}",
        icon=":material/expand_less:" if is_open else ":material/expand_more:",
        type="tertiary",
        on_click=address.choose_group,
        args=("" if is_open else group,),
    )
    if is_open:
        draw(session, query, request_ids, key)


def draw_one(
    session: Session,
    query: LogQuery,
    each: Judged,
    key: str,
    more: Callable[[], None] | None = None,
) -> None:
    """Draw one question with what was said, and where it leads."""
    with st.container(border=True, gap="xsmall", key=f"quality_question_{key}_{each.request_id}"):
        st.markdown(f"**{escaped(one_line(each.question)) or 'Without a question'}**")
        st.caption(in_short(each))
        if more:
            more()
        with st.container(horizontal=True, gap="small"):
            address.link_to_request("Open", query, each.request_id)
            address.link_to_conversation(session.viewer, query, each.conversation_id)


def in_short(each: Judged) -> str:
    """Return which version, when, and what was said, in a line."""
    said = [
        f"{number} {word}" for number, word in ((each.up, "right"), (each.down, "wrong")) if number
    ]
    parts = [f"Version {escaped(each.version)}"] if each.version else []
    return " · ".join([*parts, times.short(each.at), ", ".join(said) or "not judged"])


def limit(key: str) -> int:
    """Return how many of a list are shown."""
    return int(st.session_state.get(_name(key), PAGE))


def offer_more(total: int, key: str) -> None:
    """Offer the next ones, if there are any."""
    if (left := total - limit(key)) > 0:
        st.button(
            f"Show {PAGE} more of {left:,}" if left > PAGE else f"Show {left} more",
            icon=":material/expand_more:",
            key=f"quality_more_{key}",
            on_click=_show_more,
            args=(key,),
        )


def _show_more(key: str) -> None:
    st.session_state[_name(key)] = limit(key) + PAGE


def _name(key: str) -> str:
    return f"quality_shown_{key}"
