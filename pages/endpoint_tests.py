"""Tests of an endpoint: one question, many questions, many at once; and what came of them."""

import streamlit as st

from backend.identity import Role
from backend.long_work.record import JobKind
from backend.serving.endpoints import Endpoint
from components import states
from components.endpoint_tests import ask as endpoint_test_ask
from components.endpoint_tests import history as endpoint_test_history
from components.endpoint_tests import result as endpoint_test_result
from components.endpoint_tests import start as endpoint_test_start
from components.endpoint_tests import target as endpoint_test_target
from components.session import Session, require

ASK = "One question"
RUN = "Test run"
LOAD = "Load test"
_VIEW = "view"
# Where the way back from a test leads to.
_LAST = "tests_last_view"


def _draw(session: Session, found: list[Endpoint]) -> None:
    target = endpoint_test_target.choose(found)
    view = st.segmented_control(
        "What to do", [ASK, RUN, LOAD], default=ASK, required=True, key=_VIEW, bind="query-params"
    )
    if view == RUN:
        endpoint_test_start.draw_run(session, target)
        endpoint_test_history.draw(session, target.endpoint, JobKind.TEST_RUN)
    elif view == LOAD:
        endpoint_test_start.draw_load(session, target)
        endpoint_test_history.draw(session, target.endpoint, JobKind.LOAD_TEST)
    else:
        endpoint_test_ask.draw(session, target)


def _draw_job(session: Session, found: list[Endpoint], job_id: str) -> None:
    """Draw one of them; anybody who may see the endpoint can be given its address."""
    st.button("All tests of the endpoint", icon=":material/arrow_back:", on_click=_leave)
    job = session.services.long_work.read(session.viewer, job_id)
    if job.kind not in endpoint_test_result.KINDS:
        states.empty("This is no test", "The address belongs to another kind of work.")
        return
    st.session_state[_LAST] = RUN if job.kind is JobKind.TEST_RUN else LOAD
    st.query_params["endpoint"] = job.endpoint
    endpoint = next((each for each in found if each.name == job.endpoint), None)
    version = endpoint_test_target.version_of(endpoint, job.subject)
    endpoint_test_result.draw(session, job, version)


def _leave() -> None:
    st.query_params.pop(endpoint_test_start.JOB, None)
    st.session_state[_VIEW] = st.session_state.get(_LAST, ASK)


session = require(Role.ADMIN)
st.title("Tests", anchor=False)
found = session.services.endpoints.usable()
if job_id := st.query_params.get(endpoint_test_start.JOB):
    _draw_job(session, found, job_id)
elif found:
    _draw(session, found)
else:
    states.empty(
        "There is nothing to test yet",
        "Deploy a registered version with backend.agents.deploy, and it can be tested here.",
    )
