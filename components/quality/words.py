"""How shares, groups and reasons are said on the page."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from backend.quality.record import Sum, Versions
from backend.quality.report import Report, in_words
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


def with_words_for_reasons(report: Report) -> Report:
    """Return a report that calls reasons as the chat does, and not by the keys on record."""
    reasons = tuple(replace(each, key=reason(each.key)) for each in report.overview.reasons)
    versions = report.versions
    return replace(
        report,
        overview=replace(report.overview, reasons=reasons),
        versions=_in_words(versions) if versions else None,
    )


def _in_words(versions: Versions) -> Versions:
    def told(reasons: Mapping[str, int]) -> Mapping[str, int]:
        counted: Counter[str] = Counter()
        for key, number in reasons.items():
            counted[reason(key)] += number
        return counted

    new, old = (replace(each, reasons=told(each.reasons)) for each in (versions.new, versions.old))
    return replace(versions, new=new, old=old)


def count(number: int, word: str) -> str:
    """Return so many of something."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def version(name: str) -> str:
    """Return a version as one says it."""
    return f"Version {name}" if name else "Version not known"


def mark(difference: Difference) -> str:
    """Return a sign for more or less of something bad; none where it may be chance."""
    return {1: _WORSE, -1: _BETTER}.get(difference.direction, "")
