"""Two requests side by side: what was asked, what was answered, what is different."""

import streamlit as st

from backend.errors import ReviewAppError
from backend.feedback.verdicts import Thumb, Verdict
from backend.request_logs.record import LogDetail
from components import states, text_changes, times
from components.chat.answer_text import cut, safe_markdown
from components.plain_text import escaped
from components.session import Session

SHOWN_CHARACTERS = 4_000
# Beyond so much nobody reads what differs, and the browser has work with it.
COMPARED_CHARACTERS = 20_000
_FAILED = 400
_SAID = {Thumb.POSITIVE: "right", Thumb.NEGATIVE: "wrong", Thumb.UNKNOWN: "not sure"}


def draw(session: Session, endpoint: str, one: str, other: str) -> None:
    """Draw both, the earlier one on the left."""
    logs = session.services.request_logs
    try:
        found = [logs.open(session.viewer, endpoint, each) for each in (one, other)]
    except ReviewAppError as problem:
        states.refused(problem)
        return
    before, after = sorted(found, key=lambda each: each.row.at)
    for column, each, key in zip(st.columns(2), (before, after), ("one", "other"), strict=True):
        with column.container(border=True, gap="small", height="stretch", key=f"compared_{key}"):
            _draw_one(each, key)
    _draw_difference("questions", before.turn.asked.question, after.turn.asked.question)
    _draw_difference("answers", before.turn.answer.text, after.turn.answer.text)


def _draw_one(detail: LogDetail, key: str) -> None:
    row = detail.row
    facts = [
        f"Version {escaped(row.version)}" if row.version else "Version not on record",
        times.short(row.at),
        f"{row.latency_ms:,} ms" if row.latency_ms is not None else "",
        escaped(row.requester),
    ]
    st.caption(" · ".join(each for each in facts if each))
    st.markdown(f"**{escaped(_short(detail.turn.asked.question)) or 'Without a question'}**")
    for verdict in detail.verdicts:
        if said := _in_words(verdict):
            st.caption(said)
    _draw_answer(detail, key)


def _draw_answer(detail: LogDetail, key: str) -> None:
    text = detail.turn.answer.text
    if not text and detail.response_body is None and detail.row.status < _FAILED:
        st.markdown("What was answered is not on record.")
        return
    if not text:
        code = f" ({escaped(detail.row.error_code)})" if detail.row.error_code else ""
        st.markdown(f"Nothing was answered{code}.")
        return
    st.markdown(safe_markdown(cut(text, SHOWN_CHARACTERS)), anchors=False)
    if len(text) > SHOWN_CHARACTERS:
        with st.expander("More of it", type="compact", key=f"compared_more_{key}"):
            st.text(cut(text, COMPARED_CHARACTERS))


def _draw_difference(what: str, before: str, after: str) -> None:
    if before.split() == after.split():
        st.caption(f":material/equal: The {what} have the same words.")
        return
    with st.expander(f"How the {what} differ", expanded=what == "answers", key=f"differ_{what}"):
        if max(len(before), len(after)) > COMPARED_CHARACTERS:
            st.caption(f"Compared are the first {COMPARED_CHARACTERS:,} characters.")
        text_changes.draw(before[:COMPARED_CHARACTERS], after[:COMPARED_CHARACTERS])


def _in_words(verdict: Verdict) -> str:
    """Return what one person said of the answer; empty if it was no more than a choice."""
    said = [_SAID[verdict.thumb]] if verdict.thumb else []
    said += [f"“{escaped(_short(verdict.comment))}”"] if verdict.comment else []
    who = escaped(verdict.reviewer) or "a reviewer"
    return f"Said {who}: {', '.join(said)}" if said else ""


def _short(text: str) -> str:
    words = " ".join(text[:SHOWN_CHARACTERS].split())
    return words if len(words) <= 600 else words[:598] + " …"
