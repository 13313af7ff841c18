"""What an endpoint's own rule has against giving versions these shares, said beforehand."""

import streamlit as st

from backend.errors import ReviewAppError
from components.plain_text import escaped
from components.session import Session


def say(session: Session, endpoint: str, shares: dict[str, int]) -> bool:
    """Say what there is against it; return whether there is anything."""
    try:
        said = session.services.deployments.obstacle(endpoint, shares)
    except ReviewAppError as problem:
        said = problem.sentence
    if said:
        st.markdown(f":orange[:material/front_hand:] {escaped(said)}")
    return bool(said)
