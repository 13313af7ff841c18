"""What a chain did before it answered, in words a person reads."""

import json
from collections.abc import Sequence
from typing import Any

import streamlit as st

from backend.turns.answers import ToolStep
from components.plain_text import escaped

RESULT_CHARACTERS = 600


def draw(steps: Sequence[ToolStep], key: str) -> None:
    """Draw the steps, folded."""
    if not steps:
        return
    label = (
        "1 step before the answer" if len(steps) == 1 else f"{len(steps)} steps before the answer"
    )
    with st.expander(label, icon=":material/build:", key=f"steps_{key}"):
        for number, step in enumerate(steps, start=1):
            _draw_step(step, number)


def _draw_step(step: ToolStep, number: int) -> None:
    with st.container(gap="xsmall"):
        st.markdown(f"**{number}. {escaped(name_of(step))}**")
        asked = in_words(step.arguments)
        if asked:
            st.text(asked)
        if step.result is None:
            st.caption("No result was recorded.")
            return
        result = in_words(step.result)
        if not result:
            st.caption("It found nothing.")
            return
        st.caption("It got")
        st.text(result[:RESULT_CHARACTERS] + (" …" if len(result) > RESULT_CHARACTERS else ""))


def name_of(step: ToolStep) -> str:
    """Return the tool's name as words; a catalog's function carries where it lies in its name."""
    last = step.name.rpartition("__")[2].rpartition(".")[2] or step.name
    words = last.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:] or "A tool without a name"


def in_words(text: str) -> str:
    """Return JSON as lines of names and values; what is no JSON is a text already."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text.strip()
    return "\n".join(_lines(value))


def _lines(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [f"{_words(str(name))}: {_short(each)}" for name, each in value.items()]
    if isinstance(value, list):
        return [f"{number}. {_short(each)}" for number, each in enumerate(value, start=1)]
    return [_short(value)]


def _short(value: Any) -> str:
    """Return a value within a line."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{_words(str(name))} {_short(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(_short(each) for each in value)
    return str(value)


def _words(name: str) -> str:
    return name.replace("_", " ")
