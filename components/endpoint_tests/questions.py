"""Where the questions of a test come from: typed, a file, what was asked lately, a dataset."""

from dataclasses import dataclass

import streamlit as st

from backend.endpoint_tests import questions as endpoint_tests_questions
from backend.endpoint_tests.plan import MOST_QUESTIONS, Dataset
from backend.errors import NotOffered, ReviewAppError
from backend.serving.endpoints import Endpoint
from components.plain_text import escaped
from components.session import Session

TYPED, FILE, LOGS, DATASET = "Typed", "A file", "Asked lately", "A dataset"
USUAL_NUMBER = 20
SHOWN = 5
_IN_LOGS = "tests_in_logs"
_KINDS = ["txt", "csv", "jsonl", "ndjson"]


@dataclass(frozen=True)
class Questions:
    """The questions, and where they come from, in words."""

    asked: tuple[str, ...] = ()
    source: str = ""


def draw(session: Session, endpoint: Endpoint, key: str) -> Questions:
    """Let the person choose; return what there is so far."""
    source = st.segmented_control(
        "Questions from",
        [TYPED, FILE, LOGS, DATASET],
        default=TYPED,
        required=True,
        key=f"{key}_source",
    )
    try:
        questions = _from(session, endpoint, source or TYPED, key)
    except ReviewAppError as problem:
        st.markdown(f":red[:material/error:] {escaped(problem.sentence)}")
        return Questions()
    if questions.asked and source != TYPED:
        _preview(questions)
    return questions


def _from(session: Session, endpoint: Endpoint, source: str, key: str) -> Questions:
    if source == FILE:
        return _from_file(key)
    if source == LOGS:
        return _from_logs(session, endpoint, key)
    if source == DATASET:
        return _from_dataset(session, key)
    text = st.text_area(
        "One question a line",
        value="\n".join(endpoint.guide.suggested_questions),
        key=f"{key}_typed_{endpoint.name}",
        height=140,
    )
    return Questions(tuple(endpoint_tests_questions.pasted(text)), "typed")


def _from_file(key: str) -> Questions:
    uploaded = st.file_uploader(
        "A line, a row of CSV or a line of JSON for each question",
        type=_KINDS,
        max_upload_size=endpoint_tests_questions.MOST_BYTES // 1_000_000,
        key=f"{key}_file",
    )
    if uploaded is None:
        return Questions()
    found = endpoint_tests_questions.in_file(uploaded.name, uploaded.getvalue())
    return Questions(tuple(found), f"the file {uploaded.name}")


def _from_logs(session: Session, endpoint: Endpoint, key: str) -> Questions:
    most = st.number_input(
        "How many of the newest",
        min_value=1,
        max_value=MOST_QUESTIONS,
        value=USUAL_NUMBER,
        key=f"{key}_most",
        width=200,
    )
    st.button("Look again", icon=":material/refresh:", key=f"{key}_again", on_click=_forget)
    # A warehouse may have to start first: not with every click.
    asked = (endpoint.name, int(most))
    known: dict[tuple[str, int], list[str]] = st.session_state.setdefault(_IN_LOGS, {})
    if asked not in known:
        known[asked] = session.services.endpoint_tests.questions_in_logs(*asked)
    if not known[asked]:
        st.caption("Nobody has asked it anything yet that is on record.")
    return Questions(tuple(known[asked]), "asked lately")


def _forget() -> None:
    st.session_state.pop(_IN_LOGS, None)


def _from_dataset(session: Session, key: str) -> Questions:
    tests = session.services.endpoint_tests
    try:
        known = tests.datasets(session.viewer)
    except NotOffered:
        # They cannot be listed there, and are read by name.
        name = st.text_input("Name of the dataset", key=f"{key}_dataset_name")
        known = [Dataset(name.strip())] if name.strip() else []
        chosen = known[0] if known else None
    else:
        if not known:
            st.caption("There is no evaluation dataset in MLflow yet.")
            return Questions()
        chosen = st.selectbox(
            "Dataset", known, format_func=lambda each: each.name, key=f"{key}_dataset", width=320
        )
    if chosen is None:
        return Questions()
    found = tests.questions_in_dataset(session.viewer, chosen.name, chosen.id)
    if not found:
        st.caption("Its records ask nothing that can be read as a question.")
    return Questions(tuple(found), f"the dataset {chosen.name}")


def _preview(questions: Questions) -> None:
    count = len(questions.asked)
    with st.expander(f"{count:,} question{'' if count == 1 else 's'}", type="compact"):
        for each in questions.asked[:SHOWN]:
            st.text(each)
        if count > SHOWN:
            st.caption(f"and {count - SHOWN:,} more")
