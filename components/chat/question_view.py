"""One question on the page: as it was asked, its earlier wordings, and wording it anew."""

import streamlit as st

from components.chat import version_switch
from components.chat.chat_state import Chat, Entry

LONGEST = 20_000


def draw(chat: Chat, entry: Entry) -> None:
    """Draw a question of one's own."""
    if chat.edited is entry:
        _draw_editor(chat, entry)
        return
    with st.container(key=f"question_{entry.key}", horizontal_alignment="right", gap="xsmall"):
        _draw_bubble(entry)
        with st.container(
            horizontal=True,
            horizontal_alignment="right",
            vertical_alignment="center",
            gap="xsmall",
            key=f"wordings_{entry.key}",
        ):
            version_switch.draw(chat, chat.wordings(entry), entry, "version of your question")
            if not entry.is_waiting:
                st.button(
                    "Edit this question",
                    icon=":material/edit:",
                    key=f"edit_{entry.key}",
                    type="tertiary",
                    on_click=_open_editor,
                    args=(chat, entry),
                )


def draw_to_read(entry: Entry) -> None:
    """Draw somebody else's question."""
    with st.container(key=f"question_{entry.key}", horizontal_alignment="right"):
        _draw_bubble(entry)


def _draw_bubble(entry: Entry) -> None:
    with st.container(key=f"bubble_{entry.key}", width="content"):
        st.text(entry.question)


def _draw_editor(chat: Chat, entry: Entry) -> None:
    key = f"wording_{entry.key}"
    with st.form(f"editor_{entry.key}", border=True):
        st.text_area("Your question", entry.question, key=key, max_chars=LONGEST)
        st.caption("What was answered before stays; you can switch back to it.")
        with st.container(horizontal=True, gap="small"):
            st.form_submit_button("Ask", on_click=_ask_instead, args=(chat, entry, key))
            st.form_submit_button("Cancel", type="tertiary", on_click=_close_editor, args=(chat,))


def _open_editor(chat: Chat, entry: Entry) -> None:
    chat.edited = entry


def _close_editor(chat: Chat) -> None:
    chat.edited = None


def _ask_instead(chat: Chat, entry: Entry, key: str) -> None:
    question = str(st.session_state[key]).strip()
    # The second click of a double click comes when the first has asked already.
    if question and chat.edited is entry:
        chat.ask_instead(entry, question)
