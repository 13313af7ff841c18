"""A replay in the address: `?job=…` opens it in any browser, `?request=…` looks for a beginning."""

import streamlit as st

JOB, REQUEST, ENDPOINT = "job", "request", "endpoint"
# Which version somebody wants to be asked, who comes from its deployment.
CANDIDATE = "candidate"
PAGE = "../pages/replay.py"


def is_linked() -> bool:
    """Tell whether the address names a replay."""
    return JOB in st.query_params


def job() -> str:
    """Return which job the address names; empty if none."""
    return str(st.query_params.get(JOB, ""))


def request() -> str:
    """Return which request the address names; empty if none."""
    return str(st.query_params.get(REQUEST, ""))


def go_to_job(job_id: str) -> None:
    """Turn to a job; the address leads back to it."""
    _leave()
    st.query_params[JOB] = job_id


def go_to_request(endpoint: str, request_id: str) -> None:
    """Turn to a request whose answer was bad."""
    _leave()
    st.query_params.update({REQUEST: request_id, ENDPOINT: endpoint})


def go_to_list(endpoint: str) -> None:
    """Turn to an endpoint's replays."""
    _leave()
    st.query_params[ENDPOINT] = endpoint


def _leave() -> None:
    for name in (JOB, REQUEST, ENDPOINT, CANDIDATE):
        st.query_params.pop(name, None)
