"""A conversation from top to bottom: questions, answers, and the one that is arriving."""

from collections.abc import Callable

import streamlit as st

from backend.serving.endpoints import Readiness
from components.chat import (
    answer_view,
    arriving_answer,
    arriving_pair,
    question_view,
    version_switch,
    waiting_question,
)
from components.chat.chat_state import Chat, Entry
from components.session import Session
from components.verdicts.judging import Judge

# More would make every click wait for what nobody looks at.
SHOWN_TURNS = 10

_STYLE = f"""<style>
[class*="st-key-question_"] > div {{ max-width: 85%; }}
[class*="st-key-bubble_"] {{ padding: 0.6rem 0.9rem; border-radius: 0.9rem; width: auto;
  background: color-mix(in srgb, currentColor 6%, transparent); }}
[class*="st-key-answer_"] {{ overflow-wrap: anywhere; }}
[class*="st-key-answer_"] :is(h1, h2, h3) {{ font-size: 1.1rem; padding: 0.6rem 0 0.2rem; }}
[class*="st-key-answer_"] table {{ display: block; max-width: 100%; overflow-x: auto; }}
{version_switch.STYLE}
</style>"""


def draw(session: Session, chat: Chat, judge: Judge, readiness: Readiness) -> None:
    """Draw the conversation, and ask what is still to be asked."""
    st.html(_STYLE)
    # Also what arrives on a branch that is not on the page.
    for entry in chat.asked:
        entry.settle()
    for entry in _shown(chat):
        question_view.draw(chat, entry)
        with st.container(key=f"answer_{entry.key}", gap="small"):
            _draw_answer(session, chat, entry, judge, readiness)


def draw_to_read(chat: Chat, draw_below: Callable[[Entry], None]) -> None:
    """Draw somebody else's conversation; what stands below each answer is the caller's."""
    st.html(_STYLE)
    for entry in _shown(chat):
        question_view.draw_to_read(entry)
        with st.container(key=f"answer_{entry.key}", gap="small"):
            answer_view.draw_to_read(entry)
            draw_below(entry)


def _shown(chat: Chat) -> list[Entry]:
    """Return the last turns; a button brings the others, until the next question is put."""
    entries = chat.entries
    everything = f"everything_{chat.id}"
    hidden = len(entries) - SHOWN_TURNS
    if hidden <= 0 or st.session_state.get(everything) == len(entries):
        return entries
    if st.button(f"Show {hidden} earlier", icon=":material/history:", type="tertiary"):
        st.session_state[everything] = len(entries)
        st.rerun()
    return entries[-SHOWN_TURNS:]


def _draw_answer(
    session: Session, chat: Chat, entry: Entry, judge: Judge, readiness: Readiness
) -> None:
    if entry.is_waiting:
        if reason := waiting_question.why(entry, readiness):
            waiting_question.draw(session, chat, entry, reason, readiness)
            return
        waiting_question.refuse_if_failed(entry, readiness)
    if entry.is_waiting:
        arriving_answer.ask(session.services.chat, chat, entry)
    if entry.arrival and entry.rival:
        arriving_pair.draw(entry, entry.arrival, entry.rival)
    elif entry.arrival:
        arriving_answer.draw(entry, entry.arrival)
    else:
        answer_view.draw(chat, entry, judge)
