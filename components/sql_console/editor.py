"""The statement, the button that runs it, and the question before one that changes something."""

from urllib.parse import urlencode

import streamlit as st

from backend.sql_console.statement_kinds import change_in
from components import copy_button
from components.plain_text import escaped
from components.session import Session
from components.sql_console import state

HEIGHT = 190
_STYLE = """<style>
@media (min-width: 641px) {
  [data-testid=stMainBlockContainer] { max-width: 90rem; padding-left: 2.5rem;
    padding-right: 2.5rem; }
}
.st-key-sql_statement textarea {
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.875rem; }
[class*=st-key-sql_columns] button, [class*=st-key-sql_past_] button { text-align: left; }
[class*=st-key-sql_columns] button *, [class*=st-key-sql_past_] button * { text-align: left;
  justify-content: flex-start; overflow-wrap: anywhere; }
/* The file of a result is our own, whose cells no spreadsheet takes for formulas. */
[data-testid=stElementToolbar] button[aria-label^="Download as CSV"] { display: none; }
</style>"""
_SHOWN_CHARACTERS = 2_000
_OF_THE_LINK = "The address of this page holds the statement. Opening it elsewhere runs nothing."
_TOO_LONG = (
    "This statement is too long for a link, so the address of this page does not hold it. Share it "
    "under a name, with Saved."
)


def draw(session: Session) -> None:
    """Draw the field; Ctrl+Enter in it runs what it holds."""
    st.html(_STYLE)
    statement = st.text_area(
        "Statement",
        key=state.STATEMENT,
        height=HEIGHT,
        placeholder="SELECT … FROM …",
        help="Ctrl+Enter runs it.",
    )
    statement = statement or ""
    fits = state.keep(statement)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        wanted = st.button(
            "Run",
            icon=":material/play_arrow:",
            key="sql_run_it",
            shortcut="Ctrl+Enter",
            disabled=_is_under_way(),
        )
        if statement.strip() and fits:
            words = "Copy link"
            copy_button.draw(_link(statement), "Copy link to this statement", "sql_link", words)
    if statement.strip():
        st.caption(_OF_THE_LINK if fits else _TOO_LONG)
    if wanted and statement.strip():
        if change := change_in(statement):
            _ask_first(session, statement, change)
        else:
            state.begin(session, statement)


def _is_under_way() -> bool:
    known = state.run()
    return bool(known and known.look and not known.look.state.is_over and not known.problem)


def _link(statement: str) -> str:
    return f"{(st.context.url or '').partition('?')[0]}?{urlencode({state.ADDRESS: statement})}"


@st.dialog("This may change something")
def _ask_first(session: Session, statement: str, change: str) -> None:
    st.markdown(
        f"It begins with **{escaped(change)}**, not with a word for reading such as SELECT. What "
        "it changes or deletes cannot be brought back from here."
    )
    st.code(statement[:_SHOWN_CHARACTERS], language=None, wrap_lines=True)
    with st.container(horizontal=True, gap="small"):
        if st.button(
            "Run it",
            icon=":material/play_arrow:",
            key="sql_run_change",
            on_click=state.begin,
            args=(session, statement),
        ):
            st.rerun()
        if st.button("Leave it", key="sql_leave_change"):
            st.rerun()
