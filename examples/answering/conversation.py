"""Reads a conversation in the form all chat interfaces share: turns with a role and a content."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from examples.answering.terms import terms

Turn = Mapping[str, Any]

# A short question with one of these words continues the one before it.
_BACK_REFERENCE = re.compile(r"\b(it|its|they|them|their|that|those|these|this|one)\b", re.I)
_SHORT = 3
_PIECE = re.compile(r"\S+\s*|\s+")
_WORDS_PER_PIECE = 4


def text_of(turn: Turn) -> str:
    """Return the text of a turn, whose content is a string or a list of parts."""
    content = turn.get("content") or ""
    if isinstance(content, str):
        return content
    return " ".join(str(part["text"]) for part in content if part.get("text"))


def last_question(turns: Sequence[Turn]) -> str:
    """Return what the user asked last, or nothing if no user spoke."""
    return next((text_of(turn) for turn in reversed(turns) if turn["role"] == "user"), "")


def search_text(turns: Sequence[Turn]) -> str:
    """Return what to look up: the last question, with the one before if it only continues that."""
    questions = [text_of(turn) for turn in turns if turn["role"] == "user"]
    if len(questions) < 2 or not _continues(questions[-1]):
        return last_question(turns)
    return f"{questions[-2]} {questions[-1]}"


def pieces(text: str) -> Iterator[str]:
    """Cut a text into the few words at a time in which a stream sends it; joined they are it."""
    words = _PIECE.findall(text)
    for start in range(0, len(words), _WORDS_PER_PIECE):
        yield "".join(words[start : start + _WORDS_PER_PIECE])


def _continues(question: str) -> bool:
    return bool(_BACK_REFERENCE.search(question)) and len(terms(question)) <= _SHORT
