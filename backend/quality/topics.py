"""Puts judged questions into groups, and finds unjudged ones that are like bad ones; no store."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import isqrt

from backend.quality import question_words
from backend.quality.record import Alike, Judged, Sum, Topic

# With fewer questions a group would be a question or two.
LEAST_QUESTIONS = 12
MOST_TOPICS = 12
# From here on questions have enough words in common to be put beside each other.
LEAST_LIKENESS = 0.4
MOST_ALIKE = 50
_OTHER = ("other questions",)


def topics_of(judged: Sequence[Judged], most: int = MOST_TOPICS) -> tuple[Topic, ...]:
    """Return the groups, the one with most wrong answers first; none of too few questions."""
    if len(judged) < LEAST_QUESTIONS:
        return ()
    space = question_words.space_of([each.question for each in judged])
    if space.points is None:
        return ()
    number = max(2, min(most, isqrt(len(judged) // 2)))
    groups: dict[int, list[int]] = defaultdict(list)
    for row, group in enumerate(question_words.groups_of(space, number)):
        groups[group].append(row)
    found = [
        _topic(
            question_words.name_of(space, rows) if group >= 0 else _OTHER,
            [judged[row] for row in rows],
        )
        for group, rows in groups.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.said.down, -each.said.up, each.words)))


def alike(wrong: Sequence[Judged], unjudged: Sequence[Judged]) -> tuple[Alike, ...]:
    """Return the unjudged questions that are like one called wrong, the most alike first."""
    if not wrong or not unjudged:
        return ()
    both = [*unjudged, *wrong]
    space = question_words.space_of([each.question for each in both])
    if space.points is None:
        return ()
    middle = len(unjudged)
    closest = question_words.nearest(space, range(middle), range(middle, len(both)))
    found = [
        Alike(question, both[place], likeness)
        for question, (place, likeness) in zip(unjudged, closest, strict=True)
        if likeness >= LEAST_LIKENESS
    ]
    found.sort(key=lambda each: (-each.likeness, -each.question.at.timestamp()))
    return tuple(_each_once(found))[:MOST_ALIKE]


def _each_once(found: Iterable[Alike]) -> Iterable[Alike]:
    """Yield every question once, however often it was asked."""
    known: set[tuple[str, ...]] = set()
    for each in found:
        words = tuple(question_words.words_of(each.question.question))
        if words not in known:
            known.add(words)
            yield each


def _topic(words: tuple[str, ...], judged: list[Judged]) -> Topic:
    newest = sorted(judged, key=lambda each: each.at, reverse=True)
    # A stable sort: within each half the newest stays first.
    newest.sort(key=lambda each: each.down == 0)
    versions = sorted({each.version for each in judged})
    return Topic(
        words,
        _sum(" ".join(words), judged),
        tuple(each.request_id for each in newest),
        {
            version: _sum(version, [each for each in judged if each.version == version])
            for version in versions
        },
    )


def _sum(name: str, judged: Sequence[Judged]) -> Sum:
    return Sum(name, sum(each.up for each in judged), sum(each.down for each in judged))
