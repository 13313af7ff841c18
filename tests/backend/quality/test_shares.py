"""Shares are told with their intervals, by hand-made numbers."""

import pytest

from backend.quality.report import in_words
from backend.quality.shares import Difference, Share


def test_share_is_told_with_wilsons_interval():
    """The textbook's example: 81 of 263 is 31 %, between 26 and 37 %."""
    share = Share(81, 263)

    assert share.interval.low == pytest.approx(0.2553, abs=1e-4)
    assert share.interval.high == pytest.approx(0.3662, abs=1e-4)
    assert str(share) == "31 % (26 to 37 %)"
    assert in_words(share) == "31 % called wrong (26 to 37 %), 263 verdicts"


@pytest.mark.parametrize(
    ("share", "is_telling"),
    [(Share(1, 2), False), (Share(0, 3), False), (Share(12, 30), True), (Share(0, 0), False)],
)
def test_few_verdicts_are_too_few_to_tell(share, is_telling):
    """What could be nearly anything is called so."""
    assert share.is_telling is is_telling
    assert ("too few to tell" in in_words(share)) is (share.total > 0 and not is_telling)


def test_nothing_has_no_share():
    """Neither as a number nor in words."""
    assert Share(0, 0).value is None
    assert in_words(Share(0, 0)) == "nobody said right or wrong"


def test_a_hundredth_of_a_percent_is_not_told_as_none():
    """Nor nearly all as all."""
    assert str(Share(1, 1000)).startswith("less than 1 %")
    assert str(Share(999, 1000)).startswith("more than 99 %")


def test_difference_has_newcombes_interval():
    """The textbook's example: 56 of 70 less 48 of 80 is 20 points, between 5 and 33."""
    difference = Difference(Share(56, 70), Share(48, 80))

    assert difference.interval.low == pytest.approx(0.0524, abs=1e-4)
    assert difference.interval.high == pytest.approx(0.3339, abs=1e-4)
    assert difference.direction == 1
    assert str(difference) == "20 points more (5 to 33)"
    assert str(Difference(Share(48, 80), Share(56, 70))) == "20 points less (5 to 33)"


def test_difference_that_may_be_chance_says_so():
    """Three of ten is not surely more than two of ten."""
    difference = Difference(Share(3, 10), Share(2, 10))

    assert difference.direction == 0
    assert "no difference one can be sure of" in str(difference)
    assert str(Difference(Share(1, 2), Share(0, 0))) == "nothing to compare"


def test_difference_one_can_be_sure_of_is_never_told_as_none():
    """Of very many verdicts a third of a hundredth is sure."""
    difference = Difference(Share(101_500, 500_000), Share(100_000, 500_000))

    assert str(difference) == "0.3 points more (0.1 to 0.5)"
    assert str(Difference(Share(100_000, 500_000), Share(101_500, 500_000))).startswith(
        "0.3 points l"
    )
