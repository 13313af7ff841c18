"""What reviewers say of recorded answers: rows of an assessment log, as the feedback API has them.

Some answers have two reviewers, who sometimes disagree; some reviewers change their minds; who
looks at the sources says which of them helped. What is doubtful is judged more often.
"""

import datetime
import random
from collections.abc import Iterator
from typing import Any

from benchmarks.logs.bodies import RETRIEVAL_STEP
from benchmarks.logs.turns import Turn

Row = dict[str, Any]
REVIEWERS = tuple(f"judge-{number}@example.com" for number in range(1, 7))
REASONS_UP = ("correct", "complete", "clear", "well_sourced")
REASONS_DOWN = ("incorrect", "incomplete", "outdated", "made_up", "not_asked", "unclear")
_COMMENTS_DOWN = (
    "This was the rule two years ago.",
    "It says nothing about part time.",
    "The form it names does not exist.",
    "Right office, wrong deadline.",
    "It answers another question.",
)
_COMMENTS_UP = ("Short and right.", "Just what the handbook says.", "Good sources.")
_JUDGED = 0.06
_TWICE, _CHANGED, _LOOKED_AT_SOURCES = 0.25, 0.05, 0.3
_COMMENTED, _CORRECTED = 0.4, 0.15
_MINUTES = 600


def judgements(turn: Turn, until: datetime.datetime) -> Iterator[Row]:
    """Yield what was said of one answer, in the order of time; mostly nothing."""
    chance = random.Random(turn.number * 7919 + 1)
    if turn.is_failed or chance.random() >= _JUDGED + turn.doubt / 10:
        return
    when = turn.when + datetime.timedelta(minutes=chance.uniform(1, _MINUTES))
    several = 2 if chance.random() < _TWICE else 1
    for reviewer in chance.sample(REVIEWERS, k=several):
        for _ in range(2 if chance.random() < _CHANGED else 1):
            when += datetime.timedelta(minutes=1)
            if when >= until:
                return
            yield _verdict(turn, reviewer, when, chance)
        if chance.random() < _LOOKED_AT_SOURCES:
            yield from _sources(turn, reviewer, when, chance)


def text_row(
    request_id: str,
    reviewer: str,
    when: datetime.datetime,
    ratings: list[tuple[str, Row]],
    *,
    comment: str | None = None,
    corrected: str | None = None,
) -> Row:
    """Return the row of what somebody said of an answer."""
    said = {
        "step_id": None,
        "ratings": ratings,
        "free_text_comment": comment,
        "suggested_output": corrected,
    }
    return _row(request_id, reviewer, when) | {"text_assessment": said}


def thumb(value: str, comment: str | None = None) -> tuple[str, Row]:
    """Return the rating everybody counts."""
    return "answer_correct", {"value": value, "double_value": None, "rationale": comment}


def reason(key: str) -> tuple[str, Row]:
    """Return the rating of a chip."""
    return f"reason.{key}", {"value": "true", "double_value": 1.0, "rationale": None}


def _verdict(turn: Turn, reviewer: str, when: datetime.datetime, chance: random.Random) -> Row:
    is_down = chance.random() < turn.doubt
    kinds, comments = (REASONS_DOWN, _COMMENTS_DOWN) if is_down else (REASONS_UP, _COMMENTS_UP)
    weights = None
    if is_down:
        # Outdated papers make outdated answers; the bad version makes things up.
        old = any(each.is_bad for each in turn.papers)
        weights = (2, 1, 6 if old else 1, 1 if old else 4, 1, 1)
    reasons = dict.fromkeys(chance.choices(kinds, weights, k=chance.randint(0, 2)))
    says_more = chance.random() < (_COMMENTED if is_down else _COMMENTED / 4)
    comment = chance.choice(comments) if says_more else None
    corrects = is_down and chance.random() < _CORRECTED
    return text_row(
        turn.request_id,
        reviewer,
        when,
        [thumb("negative" if is_down else "positive", comment), *map(reason, sorted(reasons))],
        comment=comment,
        corrected=f"It should say: {turn.passages[0][:200]}" if corrects else None,
    )


def _sources(
    turn: Turn, reviewer: str, when: datetime.datetime, chance: random.Random
) -> Iterator[Row]:
    for position, paper in enumerate(turn.papers):
        is_down = chance.random() < (0.85 if paper.is_bad else 0.15)
        name, rating = thumb("negative" if is_down else "positive")
        said = {
            "position": position,
            "step_id": RETRIEVAL_STEP,
            "ratings": [(name, rating)],
            "free_text_comment": "Out of date." if is_down and paper.is_bad else None,
        }
        row = _row(turn.request_id, reviewer, when)
        yield row | {"step_id": RETRIEVAL_STEP, "retrieval_assessment": said}


def _row(request_id: str, reviewer: str, when: datetime.datetime) -> Row:
    return {
        "request_id": request_id,
        "step_id": None,
        "source": {"type": "human", "id": reviewer, "tags": []},
        "timestamp": when,
        "text_assessment": None,
        "retrieval_assessment": None,
    }
