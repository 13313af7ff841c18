"""Code to copy: how to load a version, and how to ask it where it is served."""

import streamlit as st

from backend.errors import ReviewAppError
from backend.registry.record import Served, Version
from backend.registry.snippets import Snippet
from components.plain_text import escaped
from components.session import Session


def draw(session: Session, version: Version, places: tuple[Served, ...]) -> None:
    """Draw the snippets; each has a button of its own that copies it."""
    try:
        loading, asking = session.services.registry.snippets(session.viewer, version, places)
    except ReviewAppError as problem:
        st.markdown(f":red[:material/error:] {escaped(problem.sentence)}")
        return
    st.subheader("Ask it", anchor=False)
    if asking:
        st.markdown(
            f"It is served by **{escaped(places[0].endpoint)}**. `DATABRICKS_HOST` and "
            "`DATABRICKS_TOKEN` are read from the environment, so that no token gets into code."
        )
        _draw(asking)
    else:
        st.markdown("No endpoint serves it yet. Deploy it, and this is where to find out how.")
    st.subheader("Load it", anchor=False)
    _draw(loading)


def _draw(snippets: list[Snippet]) -> None:
    for each in snippets:
        st.markdown(f"**{escaped(each.title)}**")
        st.code(each.code, language=each.language, wrap_lines=True)
        if each.remark:
            st.caption(each.remark)
