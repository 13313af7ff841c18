"""What became of an answer that somebody called wrong; knows no store.

Only newer versions of the same model count. For each of them the last verdict on its answer to the
same question is its word, whoever gave it; the newest version that has one decides.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.feedback.verdicts import Thumb
from backend.turns.question_identity import QuestionIdentity


@dataclass(frozen=True)
class Version:
    """A registered version."""

    model: str
    number: int

    def is_newer_than(self, other: "Version") -> bool:
        """Tell whether it came later; versions of different models have no order."""
        return self.model == other.model and self.number > other.number


def version_of(model: str | None, number: str | None) -> Version | None:
    """Return the version that these texts name, if they name one."""
    return Version(model, int(number)) if model and number and number.isdecimal() else None


@dataclass(frozen=True)
class JudgedAnswer:
    """An answer with one reviewer's last verdict on it."""

    request_id: str
    question: QuestionIdentity
    version: Version | None
    thumb: Thumb
    at: datetime
    is_mine: bool
    # Named only for those who may know what others said.
    reviewer: str | None = None


class State(StrEnum):
    """How it stands with a wrong answer."""

    FIXED = "fixed"
    TO_RECHECK = "to re-check"
    STILL_WRONG = "still wrong"
    WAITING = "waiting"
    # Which version answered is not on record.
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Outcome:
    """How it stands, since which version, and whose verdict says so."""

    state: State
    version: int | None = None
    is_by_me: bool = False
    reviewer: str | None = None


def outcome_of(
    question: QuestionIdentity,
    wrong: Version | None,
    judged: Iterable[JudgedAnswer],
    live: Collection[Version],
) -> Outcome:
    """Return what became of a wrong answer of this version to this question."""
    if wrong is None:
        return Outcome(State.UNKNOWN)
    words = _last_words(question, wrong, judged)
    if not words:
        return _unless_newer(live, wrong, Outcome(State.WAITING))
    newest_version, newest = words[0]
    if newest.thumb is Thumb.NEGATIVE:
        said = Outcome(State.STILL_WRONG, newest_version.number, newest.is_mine, newest.reviewer)
        return _unless_newer(live, newest_version, said)
    version, since = words[0]
    for version_before, before in words[1:]:
        if before.thumb is Thumb.NEGATIVE:
            break
        version, since = version_before, before
    return Outcome(State.FIXED, version.number, since.is_mine, since.reviewer)


def _last_words(
    question: QuestionIdentity, wrong: Version, judged: Iterable[JudgedAnswer]
) -> list[tuple[Version, JudgedAnswer]]:
    """Return the last verdict on each newer version's answer, the newest version first."""
    last: dict[Version, JudgedAnswer] = {}
    for each in sorted(judged, key=lambda each: each.at):
        counts = each.question == question and each.thumb is not Thumb.UNKNOWN
        if counts and each.version and each.version.is_newer_than(wrong):
            last[each.version] = each
    return sorted(last.items(), key=lambda item: -item[0].number)


def _unless_newer(live: Collection[Version], known: Version, otherwise: Outcome) -> Outcome:
    """Ask for a look at a live version of which nobody has said anything yet."""
    newer = [each.number for each in live if each.is_newer_than(known)]
    return Outcome(State.TO_RECHECK, max(newer)) if newer else otherwise
