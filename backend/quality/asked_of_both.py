"""Finds questions that two versions were both asked, and which answered better; no store."""

from collections.abc import Iterable, Sequence

from backend.quality import question_words
from backend.quality.record import Judged, Pair
from backend.turns.question_identity import identity_of

# From here on two questions are very much alike.
LEAST_LIKENESS = 0.75
# Nobody reads more pairs of a kind.
MOST_PAIRS = 20

Pairs = tuple[tuple[Pair, ...], tuple[Pair, ...], tuple[Pair, ...]]


def pairs(new: Sequence[Judged], old: Sequence[Judged]) -> Pairs:
    """Return where the new version was better, where worse, and what else both were asked.

    Judged ones come first in both lists, and of a question asked several times the first counts.
    """
    one, other = _by_words(new), _by_words(old)
    found = [Pair(each, other[words], True) for words, each in one.items() if words in other]
    found += _alike(
        [each for words, each in one.items() if words not in other and _says(each)],
        [each for words, each in other.items() if words not in one and _says(each)],
    )
    kinds: dict[int, list[Pair]] = {1: [], -1: [], 0: []}
    for pair in found:
        new_says, old_says = _says(pair.new), _says(pair.old)
        kinds[new_says if new_says and new_says == -old_says else 0].append(pair)
    return _cut(kinds[1]), _cut(kinds[-1]), _cut(kinds[0])


def _by_words(asked: Iterable[Judged]) -> dict[str, Judged]:
    found: dict[str, Judged] = {}
    for each in asked:
        words = identity_of(each.question, None).words
        known = found.get(words)
        if words and (known is None or (not _says(known) and _says(each))):
            found[words] = each
    return found


def _alike(new: Sequence[Judged], old: Sequence[Judged]) -> list[Pair]:
    """Return the pairs that are very much alike, the most alike first."""
    if not new or not old:
        return []
    both = [*new, *old]
    space = question_words.space_of([each.question for each in both])
    if space.points is None:
        return []
    middle = len(new)
    closest = question_words.nearest(space, range(middle), range(middle, len(both)))
    found = [
        (likeness, Pair(each, both[place], False))
        for each, (place, likeness) in zip(new, closest, strict=True)
        if likeness >= LEAST_LIKENESS
    ]
    return [pair for _, pair in sorted(found, key=lambda each: -each[0])]


def _says(each: Judged) -> int:
    """Return 1 for an answer most call right, -1 for wrong, 0 where nobody or as many say so."""
    return (each.up > each.down) - (each.up < each.down)


def _cut(found: Sequence[Pair]) -> tuple[Pair, ...]:
    return tuple(found[:MOST_PAIRS])
