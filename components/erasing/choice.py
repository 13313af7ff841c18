"""Whose data is to be erased: somebody the workspace knows, or anybody by their user name."""

import streamlit as st

from backend.erasure.erasures import NAME_CHARACTERS
from components.erasing import run as erasure_run
from components.plain_text import escaped
from components.session import Session

_KEY = "erasure_person"


def draw(session: Session) -> str:
    """Let the admin choose; return the user name, or nothing."""
    names = {
        each.user_name: each.display_name
        for each in session.services.erasures.people(session.viewer)
    }
    chosen = st.selectbox(
        "Person",
        list(names),
        index=None,
        key=_KEY,
        format_func=lambda name: _label(name, names.get(name, "")),
        placeholder="Choose a person, or type a user name",
        accept_new_options=True,
        disabled=erasure_run.is_running(),
        help="Somebody who has left the workspace can still be on record: type their user name.",
    )
    name = (chosen or "").strip()
    if len(name) > NAME_CHARACTERS:
        st.warning(f"A user name has at most {NAME_CHARACTERS} characters.")
        return ""
    if name and name not in names:
        st.caption(f"Nobody in this workspace has the user name {escaped(name)} now.")
    return name


def _label(name: str, display_name: str) -> str:
    return f"{display_name} ({name})" if display_name and display_name != name else name
