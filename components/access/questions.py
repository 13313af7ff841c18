"""Which questions of the chain's own are asked under an answer, in which order, and their end."""

import streamlit as st

from backend.access.review_setup import KnownQuestion
from backend.errors import ReviewAppError
from backend.feedback.label_schemas import SHOWN_SCHEMAS, AnswerKind
from backend.serving.reviewer_guide import ReviewerGuide
from components import states
from components.access import guide as access_guide
from components.access import new_question as access_new_question
from components.access import rehearsal
from components.access.rows import row
from components.plain_text import escaped
from components.session import Session

KINDS = {
    AnswerKind.YES_OR_NO: "one of two",
    AnswerKind.ONE_OF: "one of a list",
    AnswerKind.SOME_OF: "several of a list",
    AnswerKind.NUMBER: "a number",
    AnswerKind.TEXT: "a text",
}


def draw(
    session: Session, endpoint: str, guide: ReviewerGuide, known: tuple[KnownQuestion, ...]
) -> None:
    """Draw what is asked, what could be, and the way to a new question."""
    if known:
        _draw_choice(session, endpoint, guide, known)
    else:
        st.markdown("There is no question of your own yet.")
    access_new_question.draw(session, endpoint)
    _draw_all(session, endpoint, known)


def _draw_choice(
    session: Session, endpoint: str, guide: ReviewerGuide, known: tuple[KnownQuestion, ...]
) -> None:
    by_name = {each.question.name: each for each in known}
    usual = [each.question.name for each in known if each.is_usual]
    asked = usual if guide.questions is None else [n for n in guide.questions if n in by_name]
    # What was saved begins a new field: the widget would keep its own value otherwise.
    version = f"{endpoint}_{guide.questions}_{'_'.join(by_name)}"
    is_usual = st.toggle(
        "Ask every question about how an answer is, in the order they were made",
        guide.questions is None,
        key=f"asks_usual_{version}",
    )
    chosen = usual
    if not is_usual:
        chosen = st.multiselect(
            "Ask these, in this order",
            list(by_name),
            default=asked,
            max_selections=SHOWN_SCHEMAS,
            placeholder="Nothing besides the thumb is asked",
            key=f"asked_{version}",
        )
    questions = tuple(by_name[name].question for name in chosen)
    if questions:
        rehearsal.draw(session, questions, "asked")
    new = None if is_usual else tuple(chosen)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button(
            "Save", icon=":material/save:", key="save_asked", disabled=new == guide.questions
        ):
            _choose(session, endpoint, new)
        st.caption("Reviewers see it within a minute.", width="content")
    access_guide.say_saved(endpoint)


def _choose(session: Session, endpoint: str, names: tuple[str, ...] | None) -> None:
    try:
        with st.spinner("Asking the workspace …"):
            session.services.review_setup.choose(session.viewer, endpoint, names)
    except ReviewAppError as problem:
        states.refused(problem)
        return
    access_guide.note_saved(endpoint)
    st.rerun()


def _draw_all(session: Session, endpoint: str, known: tuple[KnownQuestion, ...]) -> None:
    if not known:
        return
    st.markdown("**All questions of this chain's experiment**")
    for number, each in enumerate(known):
        with row(f"known_{number}"):
            st.markdown(f"{escaped(each.question.name)} ({_kind(each)})", width="content")
            if each.is_mlflows_own:
                st.caption("MLflow's own", width="content")
            elif st.button("Delete", key=f"delete_question_{number}"):
                _ask_to_delete(session, endpoint, each)


def _kind(known: KnownQuestion) -> str:
    kind = KINDS[known.question.kind]
    return f"{kind}, what would have been right" if known.question.is_expectation else kind


@st.dialog("Delete this question?", icon=":material/delete:")
def _ask_to_delete(session: Session, endpoint: str, known: KnownQuestion) -> None:
    st.markdown(
        f"**{escaped(known.question.name)}** is asked no more, neither here nor by any other chain "
        "of the same MLflow experiment. What was answered so far stays on record."
    )
    if not st.button("Delete it", key="confirm_delete_question"):
        return
    try:
        with st.spinner("Asking MLflow …"):
            session.services.review_setup.delete(session.viewer, endpoint, known.id)
    except ReviewAppError as problem:
        states.refused(problem)
        return
    access_guide.note_saved(endpoint)
    st.rerun()
