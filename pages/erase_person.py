"""Erasing a person: what there is of them, taking it out everywhere, and the proof that it was."""

import streamlit as st

from backend.identity import Role
from components.erasing import choice as erasure_choice
from components.erasing import protocols as erasure_protocols
from components.erasing import run as erasure_run
from components.session import require

session = require(Role.ADMIN)
st.title("Erase a person", anchor=False)
st.markdown(
    "Takes everything a person asked and judged out of the tables and out of MLflow, together with "
    "what others said of their answers. It cannot be undone."
)
person = erasure_choice.draw(session)
if person:
    erasure_run.draw(session, person)
st.divider()
erasure_protocols.draw(session, person)
