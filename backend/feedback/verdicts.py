"""What one reviewer says of one answer, and the names under which every store keeps it.

The thumb is the rating `answer_correct`, a chip is `reason.<key>`, a preference between two answers
is `preference`, and a question of somebody's own goes by its schema's name: as it is where it asks
for feedback, as `expected.<name>` where it asks what the answer should have been. Knows no store.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from backend.errors import Refused

THUMB = "answer_correct"
REASON = "reason."
PREFERENCE = "preference"
COMMENT = "comment"
CORRECTED = "expected_response"
EXPECTED = "expected."

_RESERVED = (THUMB, PREFERENCE, COMMENT, CORRECTED)
_PREFIXES = (REASON, EXPECTED)
# What clients that know no lists and no nothing write for a chip that was taken back.
_NO = (None, False, 0, "", "false", "no", "negative")

# A text, a number, yes or no, or what was chosen from a list.
CustomAnswer = str | float | bool | tuple[str, ...]


class Thumb(StrEnum):
    """Is the answer right? `unknown` is an answer too: I do not know."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    UNKNOWN = "unknown"


class Choice(StrEnum):
    """What became of this answer when it was compared with another one."""

    PREFERRED = "preferred"
    REJECTED = "rejected"
    TIE = "tie"
    # The two kinds of tie, which mean opposite things; both begin with the word.
    BOTH_GOOD = "tie_both_good"
    NEITHER = "tie_neither"

    @property
    def of_the_other(self) -> "Choice":
        """Return what it means for the answer this one was compared with."""
        turned = {Choice.PREFERRED: Choice.REJECTED, Choice.REJECTED: Choice.PREFERRED}
        return turned.get(self, self)


@dataclass(frozen=True)
class Preference:
    """The outcome for one answer of a pair; the pair's id is what both have in common."""

    pair_id: str
    choice: Choice


@dataclass(frozen=True)
class SourceRating:
    """Whether one of the sources helped: the place in the list of one retrieval."""

    position: int | None
    thumb: Thumb | None
    comment: str = ""
    # The retrieval's span; without it the trace's first one is meant.
    step_id: str | None = None


@dataclass(frozen=True)
class Verdict:
    """All that one reviewer says of one answer; a new one takes the place of the one before."""

    request_id: str
    reviewer: str
    thumb: Thumb | None = None
    reasons: frozenset[str] = frozenset()
    comment: str = ""
    corrected_answer: str | None = None
    source_ratings: tuple[SourceRating, ...] = ()
    custom_answers: Mapping[str, CustomAnswer] = field(default_factory=dict)
    # Answers to questions for what is right, by the name of the question.
    expectations: Mapping[str, CustomAnswer] = field(default_factory=dict)
    # What was said beside an answer of either kind.
    custom_comments: Mapping[str, str] = field(default_factory=dict)
    preference: Preference | None = None
    # When it was put on record; whoever submits leaves it out.
    given_at: datetime | None = None


@dataclass(frozen=True)
class Rating:
    """One named value as the stores keep it."""

    value: CustomAnswer | None
    rationale: str | None = None


def ratings_of(verdict: Verdict) -> dict[str, Rating]:
    """Return the ratings a verdict consists of; comment and corrected answer are none."""
    return dict(_ratings(verdict))


def _ratings(verdict: Verdict) -> Iterator[tuple[str, Rating]]:
    if verdict.thumb:
        yield THUMB, Rating(verdict.thumb.value, verdict.comment or None)
    for reason in sorted(verdict.reasons):
        yield REASON + reason, Rating(True)
    if verdict.preference:
        choice, pair_id = verdict.preference.choice, verdict.preference.pair_id
        yield PREFERENCE, Rating(choice.value, pair_id)
    for prefix, answers in (("", verdict.custom_answers), (EXPECTED, verdict.expectations)):
        for name, answer in answers.items():
            if is_reserved(name):
                raise Refused(f"A question cannot be called {name!r}: that name is taken.")
            yield prefix + name, Rating(answer, verdict.custom_comments.get(name) or None)


def is_reserved(name: str) -> bool:
    """Tell whether a rating of this name means something that no question may be called."""
    return name in _RESERVED or name.startswith(_PREFIXES)


def verdict_from(
    request_id: str,
    reviewer: str,
    said: Mapping[str, Rating],
    sources: tuple[SourceRating, ...],
    given_at_ms: int,
) -> Verdict:
    """Put together what the stores keep by name; comment and corrected answer have theirs."""
    thumb = said.get(THUMB)
    corrected = said.get(CORRECTED)
    return Verdict(
        request_id=request_id,
        reviewer=reviewer,
        thumb=thumb_from(thumb),
        reasons=frozenset(
            name.removeprefix(REASON)
            for name, rating in said.items()
            if name.startswith(REASON) and rating.value not in _NO
        ),
        comment=_comment(said),
        corrected_answer=str(corrected.value) if corrected and corrected.value else None,
        source_ratings=sources,
        custom_answers={
            name: _custom_answer(rating.value)
            for name, rating in said.items()
            if not is_reserved(name) and rating.value is not None
        },
        expectations={
            name.removeprefix(EXPECTED): _custom_answer(rating.value)
            for name, rating in said.items()
            if name.startswith(EXPECTED) and rating.value is not None
        },
        custom_comments={
            name.removeprefix(EXPECTED): rating.rationale
            for name, rating in said.items()
            if (name.startswith(EXPECTED) or not is_reserved(name))
            and rating.value is not None
            and rating.rationale
        },
        preference=_preference(said.get(PREFERENCE)),
        given_at=datetime.fromtimestamp(given_at_ms / 1000, UTC),
    )


def thumb_from(rating: Rating | None) -> Thumb | None:
    """Return the thumb; MLflow's own pages write yes and no for one."""
    if rating is None:
        return None
    if isinstance(rating.value, bool):
        return Thumb.POSITIVE if rating.value else Thumb.NEGATIVE
    return Thumb(rating.value) if rating.value in list(Thumb) else None


def _comment(said: Mapping[str, Rating]) -> str:
    if (own := said.get(COMMENT)) and own.value:
        return str(own.value)
    thumb = said.get(THUMB)
    return (thumb.rationale if thumb else None) or ""


def _preference(rating: Rating | None) -> Preference | None:
    if rating is None or rating.value not in list(Choice):
        return None
    return Preference(rating.rationale or "", Choice(str(rating.value)))


def _custom_answer(value: CustomAnswer | None) -> CustomAnswer:
    """Return an answer; a list is kept as text of JSON where only text is kept."""
    if isinstance(value, str) and value.startswith("["):
        try:
            chosen = json.loads(value)
        except ValueError:
            return value
        if isinstance(chosen, list) and all(isinstance(each, str) for each in chosen):
            return tuple(chosen)
    return value if value is not None else ""
