"""One request, as it is read beside the list: what was asked and answered, and all around it.

Whatever people and chains wrote is only text here. Of what is long the beginning is drawn.
"""

import streamlit as st

from backend.errors import ReviewAppError
from backend.request_logs.query import LogQuery
from backend.request_logs.record import LogDetail
from components import copy_button, states, times
from components.chat import source_cards, tool_steps
from components.chat.answer_text import SHOWN_CHARACTERS, cut, safe_markdown
from components.chat.chat_state import Entry
from components.plain_text import escaped
from components.request_logs import (
    address,
    alike,
    answering_release,
    bodies,
    earlier_turns,
    verdict_history,
    words,
)
from components.request_logs.readable import one_line, readable
from components.session import Session
from components.trace_search import addresses as trace_addresses

_KEPT = "log_detail"
# Larger ones are read again with every click, rather than kept in every tab's memory.
KEPT_CHARACTERS = 400_000
# So much of a question is shown before its answer.
QUESTION_CHARACTERS, QUESTION_LINES = 2_000, 30
_COLORS = {"Answered": "green", "Failed": "red", "Left before the end": "orange"}


@st.fragment
def draw(session: Session, query: LogQuery, request_id: str) -> None:
    """Draw the request; what is clicked within it draws nothing else anew."""
    try:
        found = _read(session, query.endpoint, request_id)
    except ReviewAppError as problem:
        states.error(problem, key="_log_detail")
        return
    with st.container(border=True, gap="small", key=f"log_opened_{found.row.request_id}"):
        _draw_head(found)
        earlier_turns.draw(session, found)
        _draw_turn(found)
        _draw_links(query, found)
        verdict_history.draw(found)
        answering_release.draw(session, found)
        bodies.draw(found)


def _read(session: Session, endpoint: str, request_id: str) -> LogDetail:
    """Return everything of the request, read once unless it is large."""
    known: tuple[str, str, LogDetail] | None = st.session_state.get(_KEPT)
    if known and known[:2] == (endpoint, request_id):
        return known[2]
    with st.spinner("Reading …"):
        found = session.services.request_logs.open(session.viewer, endpoint, request_id)
    texts = (found.request_body, found.response_body, found.trace, found.turn.answer.text)
    if sum(len(each or "") for each in texts) < KEPT_CHARACTERS:
        st.session_state[_KEPT] = (endpoint, request_id, found)
    else:
        st.session_state.pop(_KEPT, None)
    return found


def forget() -> None:
    """Read it anew with the next look."""
    st.session_state.pop(_KEPT, None)


def _draw_head(found: LogDetail) -> None:
    row = found.row
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        outcome = words.OUTCOME_WORDS[words.outcome_of(row)]
        st.badge(outcome, color=_COLORS[outcome])  # type: ignore[arg-type]
        if row.version:
            st.badge(escaped(words.version(one_line(row.version))), color="gray")
        times.draw(row.at)
    asked = [f"by {one_line(row.requester)}"] if row.requester else []
    if row.latency_ms is not None:
        asked.append(f"took {words.milliseconds(row.latency_ms)}")
    asked.append(f"status {words.status(str(row.status))}")
    asked += [f"error {one_line(row.error_code)}"] if row.error_code else []
    asked += [one_line(found.model)] if found.model else []
    said = " · ".join(asked)
    st.caption(escaped(said[:1].upper() + said[1:]))


def _draw_turn(found: LogDetail) -> None:
    turn, key = found.turn, f"log_{found.row.request_id}"
    question = readable(turn.asked.question or found.row.question)
    with st.container(border=True, gap="xsmall", key=f"{key}_question"):
        st.caption("Question")
        if question:
            beginning = beginning_of(question)
            st.text(beginning)
            _offer_rest(question, len(beginning), f"{key}_question")
        else:
            st.caption("What was asked could not be understood. The request as it came is below.")
    with st.container(border=True, gap="xsmall", key=f"{key}_answer"):
        st.caption("Answer")
        tool_steps.draw(turn.answer.steps, key)
        _draw_answer(found, key)
        source_cards.draw(Entry(question, key=key, answer=turn.answer), None)


def _draw_answer(found: LogDetail, key: str) -> None:
    answer = found.turn.answer
    if answer.text:
        text = readable(answer.text)
        st.markdown(safe_markdown(cut(text)), anchors=False)
        _offer_rest(text, SHOWN_CHARACTERS, key)
        copy_button.draw(text[: bodies.COPIED_CHARACTERS], "Copy the answer", f"{key}_copy")
    if answer.problem:
        st.markdown(f":red[:material/error:] {escaped(answer.problem)}")
    elif answer.is_interrupted:
        st.caption(":material/stop_circle: Stopped before the end. This is what had come.")
    elif not answer.text:
        st.caption("No answer is on record.")


def beginning_of(question: str) -> str:
    """Return as much of a question as leaves its answer in sight."""
    lines = cut(question, QUESTION_CHARACTERS).split("\n")
    return "\n".join(lines[:QUESTION_LINES])


def _offer_rest(text: str, shown: int, key: str) -> None:
    if len(text) <= shown:
        return
    with st.expander(
        f"All of it ({len(text):,} characters)",
        type="compact",
        key=f"{key}_all",
        on_change="rerun",
    ) as fold:
        if fold.open:
            st.code(text[: bodies.LONGEST], language=None, wrap_lines=True, height=bodies.HEIGHT)


def _draw_links(query: LogQuery, found: LogDetail) -> None:
    """Lead to the trace, to the rest of the conversation, and to this request from elsewhere."""
    row = found.row
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if trace_id := found.turn.answer.trace_id:
            st.page_link(
                "../pages/traces.py",
                label="Trace",
                icon=":material/account_tree:",
                query_params={trace_addresses.TRACE: trace_id},
            )
        alike.draw(query, row)
        link = (st.context.url or "").partition("?")[0].rpartition("/")[0]
        link += address.of_request(query.endpoint, row.request_id)
        copy_button.draw(
            link, "Copy link to this request", f"log_link_{row.request_id}", "Copy link"
        )
    st.caption(f"Id: {escaped(one_line(row.request_id))}")
