"""The questions of the chain's admins under an answer; each answer is saved when it is given."""

import json
import zlib
from functools import partial
from typing import Any

import streamlit as st

from backend.feedback.label_schemas import AnswerKind, Question
from backend.feedback.verdicts import CustomAnswer
from components.chat.chat_state import Entry
from components.plain_text import escaped
from components.verdicts.judging import Judge

# What is known of a question that names no limit of its own; no store keeps more than four times.
TEXT_CHARACTERS = 5_000
COMMENT_CHARACTERS = 2_000


def draw(entry: Entry, judge: Judge, questions: tuple[Question, ...]) -> None:
    """Draw the questions with what was answered so far."""
    for question in questions:
        # A changed question is another widget: what the old one holds may not be offered any more.
        key = f"{zlib.crc32(repr(question).encode()):08x}_{entry.key}"
        with st.container(gap="xsmall", key=f"custom_{key}"):
            st.markdown(f"**{escaped(question.name)}**")
            if question.instruction:
                st.caption(escaped(question.instruction))
            _draw_field(entry, judge, question, f"asked_{key}")
            if question.takes_comment and judge.answer_to(entry, question) is not None:
                _draw_comment(entry, judge, question, f"beside_{key}")


def _draw_field(entry: Entry, judge: Judge, question: Question, key: str) -> None:
    draw_one = {
        AnswerKind.YES_OR_NO: _draw_yes_or_no,
        AnswerKind.ONE_OF: _draw_choice,
        AnswerKind.SOME_OF: _draw_choice,
        AnswerKind.NUMBER: _draw_number,
        AnswerKind.TEXT: _draw_text,
    }[question.kind]
    draw_one(
        question,
        judge.answer_to(entry, question),
        key=key,
        on_change=partial(_save, entry, judge, question, key),
        label_visibility="collapsed",
    )


def _draw_yes_or_no(question: Question, said: CustomAnswer | None, **widget: Any) -> None:
    words = dict(zip((True, False), question.options, strict=True))
    st.segmented_control(
        escaped(question.name),
        list(words),
        default=said if isinstance(said, bool) else None,
        format_func=lambda each: escaped(words[each]),
        **widget,
    )


def _draw_choice(question: Question, said: CustomAnswer | None, **widget: Any) -> None:
    chosen = list(said) if isinstance(said, tuple) else [] if said is None else [str(said)]
    # What was chosen stays, and can be taken back, when the list has changed since.
    options = [*question.options, *(each for each in chosen if each not in question.options)]
    is_several = question.kind is AnswerKind.SOME_OF
    st.pills(
        escaped(question.name),
        options,
        selection_mode="multi" if is_several else "single",
        default=chosen if is_several else next(iter(chosen), None),
        format_func=escaped,
        **widget,
    )


def _draw_number(question: Question, said: CustomAnswer | None, *, key: str, **widget: Any) -> None:
    value = float(said) if isinstance(said, int | float) else None
    bounds = [value] if value is not None else []
    lowest, highest = question.minimum, question.maximum
    # Where the widget has a value of its own, clearing the field would bring that back.
    if value is not None and key not in st.session_state:
        st.session_state[key] = value
    # A number given under other bounds is shown as it was given.
    st.number_input(
        escaped(question.name),
        value=None,
        key=key,
        min_value=None if lowest is None else min([float(lowest), *bounds]),
        max_value=None if highest is None else max([float(highest), *bounds]),
        step=1.0,
        format="%g",
        placeholder=_bounds(question),
        width=240,
        **widget,
    )


def _bounds(question: Question) -> str:
    lowest, highest = question.minimum, question.maximum
    if lowest is not None and highest is not None:
        return f"{lowest:g} to {highest:g}"
    if lowest is not None:
        return f"{lowest:g} or more"
    return "A number" if highest is None else f"{highest:g} or less"


def _draw_text(question: Question, said: CustomAnswer | None, **widget: Any) -> None:
    # A text that looks like a list has come back as one.
    text = json.dumps(said) if isinstance(said, tuple) else "" if said is None else str(said)
    limit = min(question.max_length or TEXT_CHARACTERS, TEXT_CHARACTERS)
    st.text_area(escaped(question.name), text, height=90, max_chars=max(limit, len(text)), **widget)


def _draw_comment(entry: Entry, judge: Judge, question: Question, key: str) -> None:
    st.text_input(
        f"Comment on: {escaped(question.name)}",
        judge.verdict(entry).custom_comments.get(question.name, ""),
        max_chars=COMMENT_CHARACTERS,
        placeholder="Comment, if you like",
        label_visibility="collapsed",
        key=key,
        on_change=partial(_save_comment, entry, judge, question, key),
    )


def _save(entry: Entry, judge: Judge, question: Question, key: str) -> None:
    said = st.session_state[key]
    if isinstance(said, list):
        said = tuple(said)
    elif isinstance(said, str):
        said = said.strip()
    elif isinstance(said, float) and said.is_integer():
        said = int(said)
    judge.answer(entry, question, said)


def _save_comment(entry: Entry, judge: Judge, question: Question, key: str) -> None:
    judge.comment_on(entry, question, st.session_state[key].strip())
