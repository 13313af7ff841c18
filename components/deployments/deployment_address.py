"""What the address of the deployments page names: an endpoint, a view of it, a release, a wish.

An address that is passed on leads anybody to the same place.
"""

import streamlit as st

PAGE = "../pages/deployments.py"
ENDPOINT, VIEW, RELEASE, DEPLOY, VERSION = "endpoint", "view", "release", "deploy", "version"
DEPLOYING = "deploy"
_ALL = (ENDPOINT, VIEW, RELEASE, DEPLOY, VERSION)


def endpoint() -> str:
    """Return the endpoint that is named; empty if none."""
    return str(st.query_params.get(ENDPOINT, ""))


def view() -> str:
    """Return the view that is named; empty if none."""
    return str(st.query_params.get(VIEW, ""))


def release() -> str:
    """Return the release that is named; empty if none."""
    return str(st.query_params.get(RELEASE, ""))


def is_deploying() -> bool:
    """Tell whether something is to be deployed."""
    return view() == DEPLOYING or DEPLOY in st.query_params


def wished() -> tuple[str, str]:
    """Return the model and the version that are to be deployed; empty what is not named."""
    return str(st.query_params.get(DEPLOY, "")), str(st.query_params.get(VERSION, ""))


def go(**named: str) -> None:
    """Turn to another place of this page; what is not named leaves the address."""
    for key in _ALL:
        st.query_params.pop(key, None)
    st.query_params.update({key: value for key, value in named.items() if value})
