"""The files of a version as a tree, and the one that is looked at."""

import json

import streamlit as st

from backend.errors import ReviewAppError
from backend.registry.contents import File, Look, Preview
from backend.registry.record import Version
from components import states
from components.models import words as model_words
from components.plain_text import escaped
from components.session import Session

_INDENT = "\N{EM SPACE}"


def draw(session: Session, version: Version) -> None:
    """Draw what lies in the version; a file is fetched when it is chosen."""
    registry = session.services.registry
    try:
        with st.spinner("Listing the files …"):
            found = registry.files(session.viewer, version)
    except ReviewAppError as problem:
        _say(problem)
        return
    files = [each for each in found.files if not each.is_folder]
    if not files:
        st.markdown("This version has no files.")
        return
    st.code("\n".join(_line(each) for each in found.files), language=None, wrap_lines=True)
    if found.is_cut:
        st.caption("There are more; these are the first ones.")
    chosen = st.selectbox(
        "Look into",
        [each.path for each in files],
        index=None,
        placeholder="Choose a file",
        key="file_to_see",
    )
    if chosen:
        try:
            with st.spinner("Fetching the file …"):
                shown = registry.preview(session.viewer, version, chosen)
        except ReviewAppError as problem:
            _say(problem)
            return
        _draw_file(shown)


def _line(file: File) -> str:
    indent = _INDENT * 2 * file.depth
    if file.is_folder:
        return f"{indent}{file.name}/"
    return f"{indent}{file.name}  ({model_words.size(file.size)})"


def _draw_file(shown: Preview) -> None:
    if shown.look is Look.IMAGE:
        st.image(shown.data, caption=escaped(shown.path))
    elif shown.look is Look.JSON:
        st.json(json.loads(shown.text))
    elif shown.look is Look.TEXT:
        st.code(shown.text, language=_language(shown.path), wrap_lines=True)
    else:
        st.markdown(escaped(shown.problem))


def _language(path: str) -> str | None:
    endings = {".py": "python", ".yaml": "yaml", ".yml": "yaml", ".md": "markdown", ".sql": "sql"}
    if path.rpartition("/")[2] == "MLmodel":
        return "yaml"
    return next((name for ending, name in endings.items() if path.endswith(ending)), None)


def _say(problem: ReviewAppError) -> None:
    states.refused(problem)
