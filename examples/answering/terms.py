"""Turns text into search terms and weighs how much each of them says.

Questions and passages go through the same function, so a crude stemmer is enough: what counts is
that "merging" and "merge" become the same term, not that the term is a word.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable

# "GRB 170817A" is also written "GRB170817A"; both become the terms "grb" and "170817a".
_EVENT_NAME = re.compile(r"\b(grb|gw|sn|at|ep)[\s-]*(?=\d)")
_TERM = re.compile(r"\d+(?:\.\d+)+|[a-z0-9]+")
_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
    a about after all also an and any are as at away be been before but by can could did do does
    each explain far for from get give had has have how i if in into is it its just kind know
    like long look make many may me mean more most much my no not of often on one or our out
    please say see seen shall she should so some such take tell than that the their them then
    there these they thing this those to up us use very want was way we were what when where
    which while who whose why will with without work would you your
        """,
    )
)


def terms(text: str) -> list[str]:
    """Return the terms of a text in order, without those that carry no meaning."""
    words = _TERM.findall(_EVENT_NAME.sub(r"\1 ", text.lower()))
    return [_stem(word) for word in words if len(word) > 1 and word not in _STOP_WORDS]


class TermWeights:
    """Knows in how many passages each term occurs; the rarer, the more it says."""

    def __init__(self, passages: Iterable[Collection[str]]) -> None:
        found = [set(passage) for passage in passages]
        self._passages = len(found)
        self._occurrences = Counter(term for passage in found for term in passage)

    def weight(self, term: str) -> float:
        """Return the inverse document frequency; a term never seen weighs most of all."""
        return math.log(1 + self._passages / self._occurrences.get(term, 0.5))

    def coverage(self, wanted: Iterable[str], found: Collection[str]) -> float:
        """Return which share of the wanted terms' weight was found, from 0 to 1."""
        unique = set(wanted)
        total = sum(map(self.weight, unique))
        return sum(map(self.weight, unique.intersection(found))) / total if total else 0.0


def _stem(word: str) -> str:
    if any(character.isdigit() for character in word):
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        word = word[:-1]
    for ending in ("ing", "ed", "er", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word
