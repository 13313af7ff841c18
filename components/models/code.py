"""What a version runs: the chain's own code, and the environment it needs."""

import streamlit as st

from backend.registry.record import Version
from components.models import about as model_about
from components.session import Session


def draw(session: Session, version: Version) -> None:
    """Draw the code of a model from code, one file at a time, and what it is installed with."""
    contents = model_about.of(session, version)
    if contents is None:
        return
    st.subheader("Code", anchor=False)
    if contents.code:
        path = next(iter(contents.code))
        if len(contents.code) > 1:
            path = st.selectbox("File", list(contents.code), key="code_file")
        language = "python" if path.endswith(".py") else "yaml"
        st.code(contents.code[path], language=language, line_numbers=True, wrap_lines=True)
    else:
        st.markdown(
            "It was not logged from code, so there is none to read. Give `log_model` the path of "
            "the file that defines the chain, and its code stays with each version."
        )
    st.subheader("Environment", anchor=False)
    files = {"requirements.txt": contents.requirements, **contents.environment}
    for name, text in files.items():
        if text:
            st.markdown(f"**{name}**")
            st.code(text, language="yaml" if name.endswith(".yaml") else None, wrap_lines=True)
    if not any(files.values()):
        st.markdown("It was logged without requirements.")
