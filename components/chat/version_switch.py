"""A switch that turns to another version of a question, or to another answer to it."""

from collections.abc import Sequence

import streamlit as st

from components.chat.chat_state import Chat, Entry

STYLE = """
[class*="st-key-switch_"] button { min-height: 1.6rem; padding: 0; }
[class*="st-key-edit_"] button { min-height: 1.6rem; padding: 0 0.3rem; }
:is([class*="st-key-switch_"], [class*="st-key-edit_"]) button p { position: absolute;
  width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
"""


def draw(chat: Chat, versions: Sequence[Entry], shown: Entry, what: str) -> None:
    """Draw it if there is more than one version; `what` is the kind of thing, for who listens."""
    if len(versions) < 2:
        return
    place = versions.index(shown)
    with st.container(
        key=f"switch_{what}_{shown.key}",
        horizontal=True,
        vertical_alignment="center",
        gap="xsmall",
        width="content",
    ):
        _draw_step(chat, versions, place - 1, f"Earlier {what}", ":material/chevron_left:")
        st.caption(f"{place + 1} of {len(versions)}", width="content")
        _draw_step(chat, versions, place + 1, f"Later {what}", ":material/chevron_right:")


def _draw_step(chat: Chat, versions: Sequence[Entry], place: int, label: str, icon: str) -> None:
    exists = 0 <= place < len(versions)
    key = f"{label}_{versions[place].key}" if exists else f"{label}_none_{versions[0].key}"
    if st.button(label, icon=icon, key=key, type="tertiary", disabled=not exists):
        chat.turn_to(versions[place])
        # The whole page: what follows another version is another conversation.
        st.rerun()
