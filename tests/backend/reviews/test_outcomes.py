"""What became of a wrong answer, from the verdicts on newer versions and from what is live."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.feedback.verdicts import Thumb
from backend.reviews.outcomes import (
    JudgedAnswer,
    Outcome,
    State,
    Version,
    outcome_of,
    version_of,
)
from backend.turns.question_identity import QuestionIdentity

QUESTION = QuestionIdentity("how many days")
MODEL = "main.hr.chain"
START = datetime(2026, 11, 21, tzinfo=UTC)
RIGHT, WRONG, UNSURE = Thumb.POSITIVE, Thumb.NEGATIVE, Thumb.UNKNOWN


def v(number, model=MODEL):
    return Version(model, number)


def became(*said, wrong=1, live=(1,), question=QUESTION):
    """Return what became of version 1's answer after these verdicts on versions, in this order."""
    judged = [
        JudgedAnswer(f"r{n}", question, v(number), thumb, START + timedelta(n), is_mine=n % 2 == 0)
        for n, (number, thumb) in enumerate(said)
    ]
    return outcome_of(QUESTION, v(wrong), judged, {v(each) for each in live})


@pytest.mark.parametrize(
    ("said", "live", "state", "version"),
    [
        ([], [1], State.WAITING, None),
        ([], [2], State.TO_RECHECK, 2),
        ([], [1, 2, 3], State.TO_RECHECK, 3),
        ([(2, RIGHT)], [2], State.FIXED, 2),
        ([(2, RIGHT)], [3], State.FIXED, 2),
        ([(2, WRONG)], [2], State.STILL_WRONG, 2),
        ([(2, WRONG)], [3], State.TO_RECHECK, 3),
        ([(2, RIGHT), (2, WRONG)], [2], State.STILL_WRONG, 2),
        ([(2, WRONG), (2, RIGHT)], [2], State.FIXED, 2),
        ([(2, RIGHT), (3, RIGHT)], [3], State.FIXED, 2),
        ([(2, WRONG), (3, RIGHT)], [3], State.FIXED, 3),
        ([(2, RIGHT), (3, WRONG), (4, RIGHT)], [4], State.FIXED, 4),
        ([(2, RIGHT), (3, WRONG)], [3], State.STILL_WRONG, 3),
        # A second thought on an older version does not outweigh a newer version's word.
        ([(3, WRONG), (2, RIGHT)], [3], State.STILL_WRONG, 3),
        ([(2, UNSURE)], [2], State.TO_RECHECK, 2),
        ([(1, RIGHT)], [1], State.WAITING, None),
    ],
)
def test_the_newest_version_with_a_verdict_decides(said, live, state, version):
    """Its last verdict is its word; without one, what is live is to be looked at."""
    outcome = became(*said, live=live)

    assert (outcome.state, outcome.version) == (state, version)


def test_an_older_version_that_is_live_again_is_nothing_to_look_at():
    """After a roll back there is no newer version than the one that was wrong."""
    assert became(wrong=2, live=[1]).state is State.WAITING


def test_verdicts_on_other_questions_say_nothing():
    """However similar."""
    other = QuestionIdentity("how many days", before=("who are you",))

    assert became((2, RIGHT), live=[2], question=other).state is State.TO_RECHECK


def test_versions_of_another_model_have_no_order():
    """A number says something only beside those of the same model."""
    judged = [JudgedAnswer("r", QUESTION, v(9, "main.hr.other"), RIGHT, START, is_mine=True)]

    outcome = outcome_of(QUESTION, v(1), judged, {v(9, "main.hr.other")})

    assert outcome == Outcome(State.WAITING)


def test_without_the_version_nothing_is_claimed():
    """Some records do not say who answered."""
    judged = [JudgedAnswer("r", QUESTION, v(2), RIGHT, START, is_mine=True)]

    assert outcome_of(QUESTION, None, judged, {v(2)}) == Outcome(State.UNKNOWN)


def test_whose_word_it_was_is_told():
    """Of several fixed versions the first one's."""
    assert became((2, RIGHT), (3, RIGHT)).is_by_me
    assert not became((9, UNSURE), (2, RIGHT)).is_by_me


@pytest.mark.parametrize(
    ("model", "number", "version"),
    [
        (MODEL, "3", v(3)),
        (None, "3", None),
        (MODEL, None, None),
        (MODEL, "", None),
        (MODEL, "x", None),
    ],
)
def test_a_version_has_a_model_and_a_number(model, number, version):
    """Anything else names none."""
    assert version_of(model, number) == version
