"""The last step of every change: a reason, Enter, and what went wrong if something did."""

from collections.abc import Callable

import streamlit as st

from backend.errors import ReviewAppError
from components import states

LONGEST = 1000


def draw(
    key: str, label: str, ask: Callable[[str], object], *, disabled: bool = False
) -> object | None:
    """Draw the form; return what came of it when it was sent and taken."""
    with st.form(f"{key}_form", border=False):
        reason = st.text_input("Why?", key=f"{key}_reason", max_chars=LONGEST)
        if not st.form_submit_button(label, disabled=disabled):
            return None
    try:
        with st.spinner("Asking the workspace …"):
            return ask(reason) or True
    except ReviewAppError as problem:
        states.refused(problem)
        return None
