"""One question, asked as any client of the endpoint would: what came back, and how to repeat it."""

import streamlit as st

from backend.endpoint_tests.asking import Trial
from backend.endpoint_tests.plan import MOST_CHARACTERS
from backend.endpoint_tests.service import Asked
from backend.errors import ReviewAppError
from components import states
from components.deployments import served_versions
from components.endpoint_tests import target as endpoint_test_target
from components.endpoint_tests.target import Target
from components.plain_text import escaped
from components.session import Session

_ASKED = "tests_asked"


def draw(session: Session, target: Target) -> None:
    """Draw the form, and what came of the last question to this endpoint."""
    with st.form("tests_ask", border=False):
        suggested = target.endpoint.guide.suggested_questions
        question = st.text_input(
            "Question",
            value=suggested[0] if suggested else "",
            max_chars=MOST_CHARACTERS,
            key=f"tests_question_{target.endpoint.name}",
        )
        if st.form_submit_button("Ask", icon=":material/send:"):
            _ask(session, target, question)
    endpoint, asked = st.session_state.get(_ASKED, ("", None))
    if asked and endpoint == target.endpoint.name:
        _draw_answer(target, asked.trial)
        _draw_code(asked)


def _ask(session: Session, target: Target, question: str) -> None:
    st.session_state.pop(_ASKED, None)
    name = target.endpoint.name
    try:
        with st.spinner("Asking …"):
            asked = session.services.endpoint_tests.ask(name, question, target.served_name)
    except ReviewAppError as problem:
        states.refused(problem)
        return
    st.session_state[_ASKED] = (name, asked)


def _draw_answer(target: Target, trial: Trial) -> None:
    with st.container(border=True, gap="small", key="tests_answer"):
        if trial.is_success:
            st.text(trial.answer or "An empty answer.")
        else:
            st.markdown(f":red[:material/error:] **{escaped(trial.error)}**")
        said = [
            f"Took {served_versions.seconds(trial.latency_ms)}",
            f"status {trial.status or 'none'}",
        ]
        if trial.served_name:
            version = endpoint_test_target.version_of(target.endpoint, trial.served_name)
            said.append(f"answered by version {escaped(version)}")
        if trial.request_id:
            said.append(f"request id {escaped(trial.request_id)}")
        st.caption(" · ".join(said))


def _draw_code(asked: Asked) -> None:
    with st.expander("The same from a terminal or from Python", icon=":material/code:"):
        st.caption("Both take a token of yours from the variable DATABRICKS_TOKEN.")
        # Without colours: in the light those of code are too pale to be read by everybody.
        st.code(asked.curl, language=None, wrap_lines=True)
        st.code(asked.python, language=None, wrap_lines=True)
