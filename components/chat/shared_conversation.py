"""A conversation that is only read here: somebody else's, or with a chain that is gone."""

import streamlit as st

from backend.feedback.verdicts import Choice, Verdict
from backend.identity import Viewer
from components.chat import chat_transcript
from components.chat.chat_state import Entry
from components.chat.conversation_link import Reading, restored
from components.plain_text import escaped
from components.verdicts.judging import THUMB_WORDS, is_said

_PREFERENCES = {
    Choice.PREFERRED: "Preferred this answer",
    Choice.REJECTED: "Preferred the other version's answer",
    Choice.BOTH_GOOD: "Found both versions' answers good",
    Choice.NEITHER: "Found neither version's answer good",
    Choice.TIE: "Preferred neither version's answer",
}


def draw(viewer: Viewer, reading: Reading) -> None:
    """Draw it with what people said of each answer."""
    recorded = reading.recorded
    st.title(escaped(recorded.title), anchor=False)
    is_theirs = recorded.owner == viewer.user_name
    whose = "You asked this" if is_theirs else f"{escaped(recorded.owner)} asked this"
    st.caption(f"{whose} of {escaped(recorded.conversation.endpoint)}. It can only be read here.")

    def draw_verdicts(entry: Entry) -> None:
        request_id = entry.answer.request_id if entry.answer else None
        for verdict in reading.verdicts.get(request_id or "", []):
            _draw_verdict(verdict)

    if st.session_state.get(_CHAT) is None or st.session_state[_CHAT].id != (
        recorded.conversation.id
    ):
        st.session_state[_CHAT] = restored(recorded.conversation)
    chat_transcript.draw_to_read(st.session_state[_CHAT], draw_verdicts)


# Kept for the tab: each answer's parts go by the keys of its entry.
_CHAT = "read_chat"


def _draw_verdict(verdict: Verdict) -> None:
    if not is_said(verdict):
        return
    said = [THUMB_WORDS[verdict.thumb]] if verdict.thumb else []
    said += [_PREFERENCES[verdict.preference.choice]] if verdict.preference else []
    said += [escaped(verdict.comment)] if verdict.comment else []
    if verdict.corrected_answer:
        said.append(f"Would have answered: {escaped(verdict.corrected_answer)}")
    st.caption(" · ".join([f"**{escaped(verdict.reviewer)}**", *said]))
