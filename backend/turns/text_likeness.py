"""How much two answers have in common, by their words; knows no store."""

from difflib import SequenceMatcher

# Beyond this many pairs of words two texts are compared by which words are in them.
_COMPARED_PAIRS = 4_000_000


def is_same(one: str, other: str) -> bool:
    """Tell whether two texts have the same words in the same order."""
    return one.split() == other.split()


def similarity(one: str, other: str) -> float:
    """Return how much two texts have in common, from 0 to 1."""
    words, others = one.split(), other.split()
    if not words and not others:
        return 1.0
    matcher = SequenceMatcher(None, words, others, autojunk=False)
    if len(words) * len(others) > _COMPARED_PAIRS:
        return matcher.quick_ratio()
    return matcher.ratio()
