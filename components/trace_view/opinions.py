"""What is said of a trace and of its steps: everybody's, and one's own to write and take back."""

from collections.abc import Sequence

import streamlit as st

from backend.errors import NotAllowed, ReviewAppError
from backend.traces.record import Opinion, Outline, Said, Source
from components import states, times
from components.plain_text import escaped
from components.request_logs.readable import one_line, readable
from components.session import Session
from components.trace_view import words

_PROBLEM = "trace_opinion_problem"
_EDITED = "trace_opinion_edited"
_GIVEN = "trace_opinions_given"
_GOOD, _BAD = "Good", "Bad"
_RATINGS = {"yes": _GOOD, "no": _BAD}
_WHOLE, _STEP = "The whole trace", "The chosen step"
_KINDS = {"LLM_JUDGE": "a judging model", "CODE": "a program"}
_NAME_CHARACTERS, _COMMENT_CHARACTERS = 100, 5_000


def draw(session: Session, outline: Outline, span_id: str) -> None:
    """Draw what is said of the whole trace and of the chosen step."""
    st.subheader("What is said of it", anchor=False)
    head = outline.head
    if head.source is Source.REQUEST_LOG:
        st.caption("MLflow keeps what is said of traces, and does not have this one, or not yet.")
        return
    try:
        said = session.services.trace_reading.said(session.viewer, head.trace_id)
    except ReviewAppError as problem:
        states.error(problem, key="_said")
        return
    if refusal := st.session_state.pop(_PROBLEM, None):
        states.refused(refusal)
    _draw_listed(session, outline, said, span_id)
    edited = next((each for each in said if each.assessment_id == _edited()), None)
    _draw_form(session, head.trace_id, span_id, edited)


def _draw_listed(session: Session, outline: Outline, said: Sequence[Said], span_id: str) -> None:
    shown = [each for each in said if each.span_id in ("", span_id)]
    if not said:
        st.caption("Nobody has said anything of this trace yet.")
    for each in shown:
        _draw_one(session, outline, each)
    elsewhere = len(said) - len(shown)
    if elsewhere:
        steps = {each.span_id for each in said} - {"", span_id}
        st.caption(f"{elsewhere} more on {len(steps)} other step{'' if len(steps) == 1 else 's'}.")


def _draw_one(session: Session, outline: Outline, said: Said) -> None:
    with st.container(border=True, gap="xsmall", key=f"said_{said.assessment_id}"):
        name, value = (one_line(each) for each in words.said(said))
        name, value = name[:200], value[:1000]
        # In the words one has chosen oneself; what others write "no" of may be no rating.
        told = _RATINGS.get(value, value) if said.is_mine and not said.is_expectation else value
        st.markdown(f"**{escaped(name)}**: {escaped(told or 'no value')}")
        if said.comment:
            st.text(readable(said.comment[:5_000]))
        span = outline.find(said.span_id) if said.span_id else None
        place = f"on the step {one_line(span.name)[:100]}" if span else "on the whole trace"
        by = "you" if said.is_mine else one_line(said.by) or "nobody named"
        kind = f" ({_KINDS[said.by_kind]})" if said.by_kind in _KINDS else ""
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.caption(escaped(f"{place}, by {by}{kind}"))
            if said.at:
                times.draw(said.at)
            if said.is_changeable:
                _draw_own(session, outline.head.trace_id, said)


def _draw_own(session: Session, trace_id: str, said: Said) -> None:
    key = said.assessment_id
    st.button("Change", key=f"change_said_{key}", on_click=_edit, args=(key,))
    st.button(
        "Take back",
        key=f"take_back_{key}",
        on_click=_take_back,
        args=(session, trace_id, key),
    )


def _draw_form(session: Session, trace_id: str, span_id: str, edited: Said | None) -> None:
    replaced = edited.assessment_id if edited else ""
    # Another number makes the fields empty again, which is done when they are on record.
    key = f"{trace_id}_{span_id}_{replaced}_{st.session_state.get(_GIVEN, 0)}"
    with st.form(f"opinion_{key}"):
        st.markdown(f"**{'Change what you said' if edited else 'Say something yourself'}**")
        if not edited:
            st.radio("Of what", [_WHOLE, _STEP], horizontal=True, key=f"of_{key}")
        usual = _RATINGS.get(edited.value) if edited else None
        st.segmented_control("Rating", [_GOOD, _BAD], default=usual, key=f"rating_{key}")
        st.text_input(
            "What is rated",
            edited.name if edited else "quality",
            max_chars=_NAME_CHARACTERS,
            key=f"name_{key}",
        )
        st.text_area(
            "Comment",
            _comment(edited),
            max_chars=_COMMENT_CHARACTERS,
            height=80,
            key=f"words_{key}",
        )
        st.form_submit_button(
            "Change it" if edited else "Say it",
            on_click=_say,
            args=(session, trace_id, span_id, edited, key),
        )


def _comment(edited: Said | None) -> str:
    if edited is None:
        return ""
    return edited.comment or ("" if edited.value in _RATINGS else edited.value)


def _say(session: Session, trace_id: str, span_id: str, edited: Said | None, key: str) -> None:
    given = st.session_state
    rating = given.get(f"rating_{key}")
    on_step = span_id if given.get(f"of_{key}") == _STEP else ""
    opinion = Opinion(
        is_good=None if rating is None else rating == _GOOD,
        comment=given.get(f"words_{key}") or "",
        name=given.get(f"name_{key}") or "",
        span_id=edited.span_id if edited else on_step,
        replaces=edited.assessment_id if edited else "",
    )
    try:
        session.services.trace_reading.say(session.viewer, trace_id, opinion)
    except ReviewAppError as problem:
        given[_PROBLEM] = _explained(problem)
        return
    given.pop(_EDITED, None)
    given[_GIVEN] = given.get(_GIVEN, 0) + 1


def _take_back(session: Session, trace_id: str, assessment_id: str) -> None:
    try:
        session.services.trace_reading.take_back(session.viewer, trace_id, assessment_id)
    except ReviewAppError as problem:
        st.session_state[_PROBLEM] = _explained(problem)


def _explained(problem: ReviewAppError) -> ReviewAppError:
    if isinstance(problem, NotAllowed) and problem.sentence == NotAllowed.usual_sentence:
        return NotAllowed("The workspace lets you read this trace, but not write on it.")
    return problem


def _edit(assessment_id: str) -> None:
    st.session_state[_EDITED] = assessment_id


def _edited() -> str:
    return str(st.session_state.get(_EDITED) or "")
