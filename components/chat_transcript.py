"""A conversation from top to bottom: questions, answers, and the one that is arriving."""

from collections.abc import Callable

import streamlit as st

from components import answer_stream, answer_view
from components.chat_state import Chat, Entry
from components.judging import Judge
from components.session import Chain

# More would make every click wait for what nobody looks at.
SHOWN_TURNS = 20

_STYLE = """<style>
[class*="st-key-question_"] > div { max-width: 85%; }
[class*="st-key-bubble_"] { padding: 0.6rem 0.9rem; border-radius: 0.9rem; width: auto;
  background: color-mix(in srgb, currentColor 6%, transparent); }
[class*="st-key-answer_"] { overflow-wrap: anywhere; }
[class*="st-key-answer_"] :is(h1, h2, h3) { font-size: 1.1rem; padding: 0.6rem 0 0.2rem; }
[class*="st-key-answer_"] table { display: block; max-width: 100%; overflow-x: auto; }
</style>"""


def draw(chain: Chain, chat: Chat, judge: Judge) -> None:
    """Draw the conversation, and ask what is still to be asked."""
    st.html(_STYLE)
    for entry in _shown(chat):
        _draw_question(entry)
        with st.container(key=f"answer_{entry.key}", gap="small"):
            _draw_answer(chain, chat, entry, judge)


def draw_to_read(chat: Chat, draw_below: Callable[[Entry], None]) -> None:
    """Draw somebody else's conversation; what stands below each answer is the caller's."""
    st.html(_STYLE)
    for entry in _shown(chat):
        _draw_question(entry)
        with st.container(key=f"answer_{entry.key}", gap="small"):
            answer_view.draw_to_read(entry)
            draw_below(entry)


def _shown(chat: Chat) -> list[Entry]:
    """Return the last turns; a button brings the others."""
    everything = f"everything_{chat.id}"
    hidden = len(chat.entries) - SHOWN_TURNS
    if hidden <= 0 or st.session_state.get(everything):
        return chat.entries
    if st.button(f"Show {hidden} earlier", icon=":material/history:", type="tertiary"):
        st.session_state[everything] = True
        st.rerun()
    return chat.entries[-SHOWN_TURNS:]


def _draw_question(entry: Entry) -> None:
    with (
        st.container(key=f"question_{entry.key}", horizontal_alignment="right"),
        st.container(key=f"bubble_{entry.key}", width="content"),
    ):
        st.text(entry.question)


def _draw_answer(chain: Chain, chat: Chat, entry: Entry, judge: Judge) -> None:
    entry.close_if_cut_off()
    if not entry.is_open:
        answer_view.draw(chat, entry, judge)
        return
    answer_stream.ask(chain, chat, entry)
    # A chain that ends without an answer has been cut off as well.
    entry.close_if_cut_off()
    st.rerun()
