"""Two answers to one question, side by side and without names, and which one is better.

Until that is said nothing here tells which is which: what is drawn goes by the letter of its place,
and the place was drawn by lot. Afterwards the answer for the record can be judged as any other.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from backend.feedback.verdicts import Choice, Preference
from backend.turns.answers import Answer, Pair
from components.chat.chat_state import Entry
from components.chat.comparison_terms import Terms
from components.plain_text import escaped
from components.verdicts.judging import Judge

LETTERS = ("A", "B")
_BOTH, _NEITHER = "both", "neither"
_WORDS = {
    "A": "A is better",
    "B": "B is better",
    _BOTH: "Both are good",
    _NEITHER: "Neither is good",
}
_TIES = {_BOTH: Choice.BOTH_GOOD, _NEITHER: Choice.NEITHER}


def is_decided(entry: Entry, judge: Judge) -> bool:
    """Tell whether this person has chosen, or there is nothing to choose from."""
    pair = entry.answer.pair if entry.answer else None
    return pair is None or judge.verdict(entry).preference is not None


def draw(
    entry: Entry, answer: Answer, pair: Pair, judge: Judge, draw_side: Callable[[Entry], None]
) -> None:
    """Draw both answers and the choice; how one answer is drawn is the caller's."""
    alone = replace(answer, pair=None)
    sides = (pair.other, alone) if pair.other_is_first else (alone, pair.other)
    with columns(entry.key):
        for letter, place, side in zip(LETTERS, st.columns(2, gap="medium"), sides, strict=True):
            key = f"{letter.lower()}_{entry.key}"
            with place, st.container(key=f"side_{key}", gap="small"):
                head(letter)
                draw_side(Entry(entry.question, key=key, answer=side))
    _draw_choice(entry, pair, judge)
    if not is_decided(entry, judge):
        st.caption("Whatever you choose, the conversation goes on with one and the same of them.")


def columns(key: str) -> st.delta_generator.DeltaGenerator:
    """Return the place for two answers."""
    return st.container(key=f"pair_{key}", gap="small")


def head(letter: str) -> None:
    """Name one of the two."""
    st.markdown(f"**Answer {letter}**")


def draw_outcome(entry: Entry, pair: Pair, terms: Terms) -> None:
    """Say with which answer the conversation goes on, and which was which if that may be known."""
    letter = _letter_of_record(pair)
    said = f"The conversation goes on with answer {letter}, and what you say below is about it."
    if terms.tells_afterwards and entry.answer:
        names = [terms.name_of(entry.answer), terms.name_of(pair.other)]
        first, second = names[::-1] if pair.other_is_first else names
        said += f" Answer A came from {first}, answer B from {second}."
    st.caption(escaped(said))


def draw_to_read(pair: Pair) -> None:
    """Let somebody who only reads a conversation see what the answer was compared with."""
    with st.expander("Another version's answer, for comparison", key=f"other_{pair.id}"):
        st.text(pair.other.text)


def say_alone() -> None:
    """Say that a comparison was meant and is not to be had."""
    st.caption("A second answer to compare with did not come this time.")


def _draw_choice(entry: Entry, pair: Pair, judge: Judge) -> None:
    key = f"choice_{entry.key}"
    st.pills(
        "Which answer is better?",
        list(_WORDS),
        default=_chosen(pair, judge.verdict(entry).preference),
        format_func=_WORDS.__getitem__,
        key=key,
        on_change=partial(_save, entry, pair, judge, key),
    )


def _save(entry: Entry, pair: Pair, judge: Judge, key: str) -> None:
    word: str | None = st.session_state[key]
    preference = Preference(pair.id, _choice(pair, word)) if word else None
    judge.save(entry, preference=preference)


def _choice(pair: Pair, word: str) -> Choice:
    """Return what was chosen, as it is said of the answer for the record."""
    if word in _TIES:
        return _TIES[word]
    return Choice.PREFERRED if word == _letter_of_record(pair) else Choice.REJECTED


def _chosen(pair: Pair, preference: Preference | None) -> str | None:
    """Return the word for what was chosen; a tie of unknown kind has none."""
    if preference is None:
        return None
    return next((word for word in _WORDS if _choice(pair, word) is preference.choice), None)


def _letter_of_record(pair: Pair) -> str:
    return LETTERS[1] if pair.other_is_first else LETTERS[0]
