"""A new question of a chain's own: what it asks, what an answer looks like, how it will look."""

import streamlit as st

from backend.access.review_setup import INSTRUCTION_CHARACTERS, NAME_CHARACTERS, OPTION_CHARACTERS
from backend.errors import ReviewAppError
from backend.feedback.label_schemas import AnswerKind, Question
from components import states
from components.access import guide as access_guide
from components.access import rehearsal
from components.session import Session

_KINDS = {
    AnswerKind.YES_OR_NO: "One of two answers",
    AnswerKind.ONE_OF: "One of a list",
    AnswerKind.SOME_OF: "Several of a list",
    AnswerKind.NUMBER: "A number",
    AnswerKind.TEXT: "A text",
}
_MADE = "questions_made"
_LIST_CHARACTERS = 700


def draw(session: Session, endpoint: str) -> None:
    """Draw the fields under a fold, with a preview as soon as there is something to see."""
    with st.expander("Make a new question", icon=":material/add:", key="new_question"):
        question = _fields()
        if _can_be_shown(question):
            rehearsal.draw(session, (question,), "new")
        is_wanted = st.button("Make this question", key="make_question")
    if is_wanted:
        _make(session, endpoint, question)


def _make(session: Session, endpoint: str, question: Question) -> None:
    try:
        with st.spinner("Asking MLflow …"):
            session.services.review_setup.add(session.viewer, endpoint, question)
    except ReviewAppError as problem:
        states.refused(problem)
        return
    # The next one gets other fields, which are empty.
    st.session_state[_MADE] = st.session_state.get(_MADE, 0) + 1
    access_guide.note_saved(endpoint)
    st.rerun()


def _key(name: str) -> str:
    return f"new_question_{name}_{st.session_state.get(_MADE, 0)}"


def _fields() -> Question:
    name = st.text_input(
        "Question",
        max_chars=NAME_CHARACTERS,
        placeholder="Is the answer polite?",
        key=_key("name"),
    )
    explanation = st.text_input(
        "Explanation, if it needs one", max_chars=INSTRUCTION_CHARACTERS, key=_key("help")
    )
    kind = st.selectbox(
        "An answer is",
        list(_KINDS),
        format_func=lambda each: _KINDS[each],
        key=_key("kind"),
    )
    options, bounds, most = _answers(kind)
    is_expectation = st.checkbox(
        "It asks what would have been right, and not how the answer is",
        key=_key("expects"),
    )
    takes_comment = st.checkbox("People may add a comment", key=_key("comment"))
    return Question(
        name=name.strip(),
        kind=kind,
        instruction=explanation.strip(),
        takes_comment=takes_comment,
        is_expectation=is_expectation,
        options=options,
        minimum=bounds[0],
        maximum=bounds[1],
        max_length=most,
    )


def _answers(
    kind: AnswerKind,
) -> tuple[tuple[str, ...], tuple[float | None, float | None], int | None]:
    """Draw what goes with this kind: the answers there are, the bounds, or the length."""
    nothing = (None, None)
    if kind is AnswerKind.YES_OR_NO:
        left, right = st.columns(2)
        good = left.text_input(
            "The good answer", "Yes", max_chars=OPTION_CHARACTERS, key=_key("good")
        )
        bad = right.text_input(
            "The other answer", "No", max_chars=OPTION_CHARACTERS, key=_key("bad")
        )
        return (good.strip(), bad.strip()), nothing, None
    if kind in (AnswerKind.ONE_OF, AnswerKind.SOME_OF):
        written = st.text_area(
            "Answers, one on each line", max_chars=_LIST_CHARACTERS, key=_key("options")
        )
        listed = (each.strip() for each in written.splitlines())
        return tuple(dict.fromkeys(each for each in listed if each)), nothing, None
    if kind is AnswerKind.NUMBER:
        left, right = st.columns(2)
        lowest = left.number_input("At least", value=None, key=_key("least"), format="%g")
        highest = right.number_input("At most", value=None, key=_key("most"), format="%g")
        return (), (lowest, highest), None
    most = st.number_input(
        "Longest text, in characters", value=None, min_value=1, step=100, key=_key("length")
    )
    return (), nothing, most


def _can_be_shown(question: Question) -> bool:
    needed = 2 if question.kind is AnswerKind.YES_OR_NO else 1
    is_closed = question.kind not in (AnswerKind.NUMBER, AnswerKind.TEXT)
    is_empty = is_closed and len([each for each in question.options if each]) < needed
    lowest, highest = question.minimum, question.maximum
    is_upside_down = lowest is not None and highest is not None and lowest >= highest
    return bool(question.name) and not is_empty and not is_upside_down
