"""What the stores have on record, and how it adds up to each reviewer's last verdict.

The same verdict may lie in the tables, in MLflow or in both, and people may change single ratings
on MLflow's own pages. Replaying what was said in the order of time gives the one that counts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from backend.feedback.verdicts import (
    COMMENT,
    THUMB,
    Rating,
    SourceRating,
    Verdict,
    thumb_from,
    verdict_from,
)


class Place(NamedTuple):
    """Which source is meant; of the answer itself both are None."""

    step_id: str | None = None
    position: int | None = None


ANSWER = Place()


@dataclass(frozen=True)
class Statement:
    """What one reviewer said of one answer, or of one of its sources, at one time."""

    request_id: str
    reviewer: str
    # Milliseconds since 1970: the finest that every store keeps.
    at: int
    place: Place
    # A rating without a value was taken back.
    said: Mapping[str, Rating]
    # Whether it replaces all that was said of this place before, or just the ratings it names.
    is_whole: bool
    # Whether it is a copy of a verdict that came through the feedback API.
    is_copy: bool = False


def last_verdicts(
    in_tables: Iterable[Statement], in_mlflow: Iterable[Statement]
) -> dict[str, list[Verdict]]:
    """Return each reviewer's last verdict on each request, the latest first."""
    recorded = list(in_tables)
    posts = {(each.request_id, each.reviewer, each.at) for each in recorded}
    # The tables have the whole of a verdict at once; its copy in MLflow may still be incomplete.
    others = [
        each
        for each in in_mlflow
        if not (each.is_copy and (each.request_id, each.reviewer, each.at) in posts)
    ]
    by_author: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for statement in sorted([*others, *recorded], key=lambda each: each.at):
        by_author[statement.request_id, statement.reviewer].append(statement)
    verdicts: dict[str, list[Verdict]] = defaultdict(list)
    for (request_id, reviewer), statements in by_author.items():
        verdicts[request_id].append(_verdict(request_id, reviewer, statements))
    for given in verdicts.values():
        given.sort(key=lambda verdict: verdict.given_at or 0, reverse=True)
    return dict(verdicts)


def _verdict(request_id: str, reviewer: str, statements: list[Statement]) -> Verdict:
    places: dict[Place, dict[str, Rating]] = {}
    for statement in statements:
        before = {} if statement.is_whole else places.get(statement.place, {})
        now = before | dict(statement.said)
        places[statement.place] = {name: each for name, each in now.items() if _says(each)}
    sources = tuple(
        _source_rating(place, said) for place, said in places.items() if place != ANSWER and said
    )
    return verdict_from(request_id, reviewer, places.get(ANSWER, {}), sources, statements[-1].at)


def _says(rating: Rating) -> bool:
    return rating.value is not None


def _source_rating(place: Place, said: Mapping[str, Rating]) -> SourceRating:
    thumb, comment = said.get(THUMB), said.get(COMMENT)
    text = comment.value if comment else thumb.rationale if thumb else None
    return SourceRating(place.position, thumb_from(thumb), str(text or ""), place.step_id)
