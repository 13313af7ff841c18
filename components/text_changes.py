"""What somebody changed in a text, word by word, marked by more than colour.

Both texts are anybody's, so all of them is text and nothing of them is HTML.
"""

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache

import streamlit as st

# A word and the space behind it; scripts that write without spaces go by characters.
_WORD = re.compile(r"(?:[\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]|[^\s\u2e80-\u9fff]+)\s*|\s+")
# What was changed between two places far apart is compared in one piece beyond this many pairs.
COMPARED_PAIRS = 400_000
# How many unchanged words stand beside a change.
CONTEXT_WORDS = 12
# The invisible characters that make text run in another direction.
_TURNING = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")

_STYLE = """<style>
.text-changes { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.6; }
.text-changes ins, .text-changes del { unicode-bidi: isolate; border-radius: 0.2rem; }
.text-changes ins { text-decoration: underline; text-underline-offset: 0.2em; font-weight: 600;
  background: color-mix(in srgb, #1a9850 16%, transparent); }
.text-changes del { text-decoration: line-through;
  background: color-mix(in srgb, #d73027 14%, transparent); }
.text-changes .said-aloud { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; }
</style>"""


class Change(StrEnum):
    """What became of some words."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class Piece:
    """Words that follow each other and had the same fate."""

    change: Change
    text: str


def draw(before: str, after: str) -> None:
    """Draw the second text with what it lacks and what it has more than the first."""
    st.html(_STYLE + f'<div class="text-changes">{"".join(_written(changes(before, after)))}</div>')


@lru_cache(maxsize=256)
def changes(before: str, after: str) -> tuple[Piece, ...]:
    """Return the pieces in the order they are read; joined, they are both texts."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    begin = _equal_at_the_beginning(old, new)
    end = _equal_at_the_beginning(old[begin:][::-1], new[begin:][::-1])
    middle_old, middle_new = old[begin : len(old) - end], new[begin : len(new) - end]
    tail = new[len(new) - end :]
    pieces = [(Change.KEPT, new[:begin]), *_compared(middle_old, middle_new), (Change.KEPT, tail)]
    return tuple(Piece(change, "".join(words)) for change, words in pieces if words)


def _equal_at_the_beginning(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _compared(old: list[str], new: list[str]) -> Iterator[tuple[Change, list[str]]]:
    if len(old) * len(new) > COMPARED_PAIRS:
        yield Change.REMOVED, old
        yield Change.ADDED, new
        return
    plain_old, plain_new = [w.strip() for w in old], [w.strip() for w in new]
    matcher = SequenceMatcher(None, plain_old, plain_new, autojunk=False)
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "equal":
            yield Change.KEPT, new[j1:j2]
        else:
            yield Change.REMOVED, old[i1:i2]
            yield Change.ADDED, new[j1:j2]


def _written(pieces: Sequence[Piece]) -> Iterator[str]:
    """Yield HTML of ours with their words in it as text."""
    for place, piece in enumerate(pieces):
        if piece.change is Change.KEPT:
            yield _safe(_shortened(piece.text, place == 0, place == len(pieces) - 1))
        else:
            tag = "ins" if piece.change is Change.ADDED else "del"
            said = f'<span class="said-aloud">[{piece.change.value}: </span>'
            ended = '<span class="said-aloud">]</span>'
            words = piece.text.rstrip()
            # The last word of a text has no space behind it, and what replaces it follows.
            space = piece.text[len(words) :] or (" " if place < len(pieces) - 1 else "")
            yield f"<{tag}>{said}{_safe(words)}{ended}</{tag}>{_safe(space)}"


def _shortened(text: str, is_first: bool, is_last: bool) -> str:
    """Return what stands beside changes of a long stretch nobody touched."""
    words = _WORD.findall(text)
    head = [] if is_first else words[:CONTEXT_WORDS]
    tail = [] if is_last else words[-CONTEXT_WORDS:]
    if len(words) <= len(head) + len(tail):
        return text
    return "".join(head) + ("… " if tail else "…") + "".join(tail)


def _safe(text: str) -> str:
    """Return the text as it is read, without what makes it run backwards or is no character."""
    kept = (each for each in text if each in "\n\t" or not _turns_or_breaks(each))
    return html.escape("".join(kept))


def _turns_or_breaks(character: str) -> bool:
    turns = unicodedata.bidirectional(character) in _TURNING
    return turns or unicodedata.category(character) in ("Cc", "Cs")
