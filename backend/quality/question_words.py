"""Questions as points in a space of words: which are close to each other; knows no store.

Works in every language: a word that is in very many questions says little (TF-IDF), and scripts
without spaces go by pairs of characters. The same questions always give the same result.
"""

import importlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from backend.mlflow_import import load_mlflow

# Above this share of the questions a word is no subject: there are several.
_USUAL_SHARE = 0.5
_FEW = 20
# Of more questions than this the groups are found by samples, in a fraction of the time.
_EXACT = 1_000
MOST_WORDS = 5_000
# What every question in English has; other languages do with what their questions show.
_LITTLE_WORDS = """
    a about after again all also am an and any are as at be been before but by can could did do
    does during each else for from get give go had has have he her here hers him his how i if in
    into is it its just know let like long many may me might more most much must my need no not of
    off on one only or other our out over please same shall she should so some such take tell than
    that the their them then there these they this those to too under until up us use very want was
    we were what when where which while who whom whose why will with would you your
"""
_LITTLE = frozenset(_LITTLE_WORDS.split())
_WITHOUT_SPACES = "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"[{_WITHOUT_SPACES}]+|[^\W\d_{_WITHOUT_SPACES}][^\W_{_WITHOUT_SPACES}]+")
_RUN = re.compile(rf"[{_WITHOUT_SPACES}]+")
# A word longer than this is an address or noise.
_LONGEST = 40
_TURN = Lock()


@dataclass(frozen=True)
class WordSpace:
    """Questions and where they lie."""

    # A sparse matrix: a row for each question, of length 1 or empty. None without any word.
    points: Any
    words: tuple[str, ...]


def words_of(question: str) -> list[str]:
    """Return the words of a question in lower case."""
    found: list[str] = []
    for word in _WORD.findall(question.casefold()):
        if _RUN.fullmatch(word):
            found += [word[at : at + 2] for at in range(max(1, len(word) - 1))]
        elif len(word) <= _LONGEST and word not in _LITTLE:
            found.append(word)
    return found


def _load() -> None:
    """Import what takes seconds and only who looks at topics needs; threads take turns."""
    # MLflow brings polars, and sklearn asks it something wherever it finds it, half imported too.
    load_mlflow()
    with _TURN:
        importlib.import_module("sklearn.cluster")
        importlib.import_module("sklearn.feature_extraction.text")


def space_of(questions: Sequence[str]) -> WordSpace:
    """Return where the questions lie."""
    _load()
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - see there

    split = [words_of(each) for each in questions]
    known = _telling(split)
    if not known:
        return WordSpace(None, ())
    places = {word: place for place, word in enumerate(known)}
    vectors = TfidfVectorizer(analyzer=list, lowercase=False, vocabulary=places)
    return WordSpace(vectors.fit_transform(split), tuple(known))


def groups_of(space: WordSpace, number: int) -> list[int]:
    """Return which group each question is in, from 0; -1 for those without a telling word."""
    from sklearn.cluster import KMeans, MiniBatchKMeans  # noqa: PLC0415 - see `_load`

    has_words = space.points.getnnz(axis=1) > 0
    rows = space.points[has_words]
    ends = rows.indptr
    # More groups than different questions cannot be.
    different = len(
        {rows.indices[ends[at] : ends[at + 1]].tobytes() for at in range(rows.shape[0])}
    )
    kind = KMeans if rows.shape[0] <= _EXACT else MiniBatchKMeans
    found = kind(min(number, different), random_state=0, n_init=3).fit_predict(rows)
    places = iter(found)
    return [int(next(places)) if has else -1 for has in has_words]


def name_of(space: WordSpace, rows: Sequence[int], count: int = 3) -> tuple[str, ...]:
    """Return the words that tell these questions from the others most."""
    weights = space.points[list(rows)].mean(axis=0).A1
    if len(rows) < space.points.shape[0]:
        weights = weights - space.points.mean(axis=0).A1
    best = sorted(range(len(weights)), key=lambda place: (-weights[place], space.words[place]))
    return tuple(space.words[place] for place in best[:count] if weights[place] > 0)


def nearest(space: WordSpace, rows: range, among: range) -> list[tuple[int, float]]:
    """Return for each of the rows which of the others is closest, and how close, from 0 to 1."""
    found: list[tuple[int, float]] = []
    others = space.points[among.start : among.stop].T.tocsc()
    # A part at a time: all pairs at once would not fit into memory.
    for start in range(rows.start, rows.stop, 1_000):
        likeness = space.points[start : min(start + 1_000, rows.stop)] @ others
        best = likeness.argmax(axis=1).A1
        closest = likeness.max(axis=1).toarray().ravel()
        found += [
            (among.start + int(place), float(min(value, 1.0)))
            for place, value in zip(best, closest, strict=True)
        ]
    return found


def _telling(split: Sequence[Sequence[str]]) -> list[str]:
    """Return the words to go by, in the order of the alphabet."""
    counts = Counter(word for words in split for word in set(words))
    # Of a few questions each word says something, and none is usual.
    most = len(split) * _USUAL_SHARE if len(split) >= _FEW else len(split)
    kept = [(word, count) for word, count in counts.items() if count <= most]
    kept.sort(key=lambda each: (-each[1], each[0]))
    # Who asks what most ask, and nothing else, would have no word left.
    usual = {word for word, count in counts.items() if count > most}
    asked = {word for words in split if usual.issuperset(words) for word in words}
    return sorted({word for word, _ in kept[:MOST_WORDS]} | asked)
