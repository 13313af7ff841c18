"""SQL: a person's own statements over what that person may read, with everything to name."""

import streamlit as st

from backend.identity import Role
from components.saved_views import views as saved_views
from components.session import Session, require
from components.sql_console import editor, outcome, past_statements, schema_browser, state

SIDES = {"tables": "Tables", "mine": "My statements", "saved": "Saved"}


def _draw_side(session: Session) -> None:
    chosen = st.segmented_control(
        "Beside the statement",
        list(SIDES),
        default="tables",
        format_func=SIDES.__getitem__,
        required=True,
        label_visibility="collapsed",
        key="sql_side",
    )
    if chosen == "mine":
        past_statements.draw(session)
    elif chosen == "saved":
        statement = str(st.session_state.get(state.STATEMENT) or "")
        shown = {state.ADDRESS: statement} if statement else {}
        saved_views.draw(session, "sql_console", shown, "statement")
    else:
        schema_browser.draw(session)


session = require(Role.ANALYST)
st.title("SQL", anchor=False)
state.arrive()
main, side = st.columns([2, 1], gap="medium")
with main:
    editor.draw(session)
    outcome.draw(session)
with side:
    _draw_side(session)
