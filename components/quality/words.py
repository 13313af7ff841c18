"""How shares, groups and reasons are said on the page."""

from backend.quality.record import Sum
from backend.quality.report import in_words
from backend.quality.shares import Difference
from backend.serving.reviewer_guide import ReviewerGuide
from components.verdicts.verdict_reasons import word_for

_USUAL = ReviewerGuide()
_WORSE, _BETTER = ":red[:material/trending_up:]", ":green[:material/trending_down:]"


def share_wrong(said: Sum) -> str:
    """Return how many called it wrong, with the interval and how much is behind it."""
    return in_words(said.wrong)


def reason(key: str) -> str:
    """Return a reason's words."""
    return word_for(key, _USUAL)


def count(number: int, word: str) -> str:
    """Return so many of something."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def version(name: str) -> str:
    """Return a version as one says it."""
    return f"Version {name}" if name else "Version not known"


def mark(difference: Difference) -> str:
    """Return a sign for more or less of something bad; none where it may be chance."""
    return {1: _WORSE, -1: _BETTER}.get(difference.direction, "")
