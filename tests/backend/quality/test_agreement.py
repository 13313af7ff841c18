"""How far reviewers agree, by hand-made numbers."""

import pytest

from backend.quality.agreement import Votes, agreement


def test_alpha_is_krippendorffs():
    """His own example for two observers and two values: ten units, alpha 0.095."""
    # Observers 0100000000 and 1110010000: they agree on 6 units, 5 of them with the first value.
    found = agreement([Votes(2, 0, 5), Votes(0, 2, 1), Votes(1, 1, 4)])

    assert found.alpha == pytest.approx(0.095, abs=5e-4)
    assert (found.answers, found.disputed) == (10, 4)
    assert "Too few to tell" in str(found)


def test_only_answers_two_people_have_judged_count():
    """One thumb alone agrees with nobody."""
    with_single = agreement([Votes(2, 0, 15), Votes(0, 2, 15), Votes(1, 0, 500), Votes(0, 1, 9)])

    assert with_single == agreement([Votes(2, 0, 15), Votes(0, 2, 15)])
    assert with_single.alpha == 1
    assert "They agree well" in str(with_single)


def test_interval_narrows_with_more_answers_and_is_the_same_each_time():
    """It is drawn by lot, from a seed."""
    few = agreement([Votes(2, 0, 10), Votes(0, 2, 8), Votes(1, 1, 4)])
    many = agreement([Votes(2, 0, 1000), Votes(0, 2, 800), Votes(1, 1, 400)])

    assert few.interval.low < many.interval.low < many.alpha < many.interval.high
    assert many.interval.high < few.interval.high
    assert few == agreement([Votes(2, 0, 10), Votes(0, 2, 8), Votes(1, 1, 4)])


def test_disagreement_worse_than_chance_is_not_praised():
    """Alpha is below 0 then."""
    found = agreement([Votes(1, 1, 50)])

    assert found.alpha < 0
    assert "hardly more than by chance" in str(found)


def test_three_people_count_by_their_pairs():
    """Two of three against one is half agreement on that answer, not none."""
    two = agreement([Votes(2, 0, 10), Votes(0, 2, 10), Votes(1, 1, 5)])
    three = agreement([Votes(3, 0, 10), Votes(0, 3, 10), Votes(2, 1, 5)])

    assert three.alpha > two.alpha


@pytest.mark.parametrize(
    ("votes", "sentence"),
    [
        ([], "No answer was judged by two people yet"),
        ([Votes(1, 0, 7)], "No answer was judged by two people yet"),
        ([Votes(2, 0, 7)], "cannot be measured"),
    ],
)
def test_what_cannot_be_measured_says_so(votes, sentence):
    """Nobody is told that they agree because nothing else was ever said."""
    found = agreement(votes)

    assert found.alpha is None
    assert sentence in str(found)


@pytest.mark.parametrize("votes", [[Votes(1, 1, 1)], [Votes(1, 1, 50)], [Votes(2, 1, 7)]])
def test_answers_that_were_all_judged_alike_give_no_interval(votes):
    """No sample of them differs, which would look as if nothing were more certain."""
    found = agreement(votes)

    assert found.interval is None
    assert "between" not in str(found)
