"""Guard rails by numbers: how sure a share is, who may be promoted, who is worse."""

import json

import pytest

from backend.guard_rails import rules as guard_rules
from backend.guard_rails.comparison import compared
from backend.guard_rails.rules import Facts, ruling
from backend.guard_rails.settings import (
    FOLLOW,
    FOLLOW_STATE,
    PROMOTION,
    RETURN,
    Follow,
    FollowState,
    PromotionRail,
    ReturnRail,
    settings_from,
    written,
)
from backend.guard_rails.statistics import Interval, difference, share_of
from backend.serving import tag_texts


def rounded(interval: Interval) -> tuple[float, float]:
    return round(interval.low, 3), round(interval.high, 3)


@pytest.mark.parametrize(
    ("hits", "total", "expected"),
    [
        (0, 0, (0.0, 1.0)),
        (0, 10, (0.0, 0.278)),
        (10, 10, (0.722, 1.0)),
        (8, 10, (0.490, 0.943)),
        (81, 263, (0.255, 0.366)),
    ],
)
def test_share_is_as_sure_as_its_numbers(hits, total, expected):
    """Wilson's interval, as published: of nothing it is everything."""
    assert rounded(share_of(hits, total, 0.95)) == expected


def test_more_confidence_is_a_wider_interval():
    """Whoever wants to be surer knows less."""
    sure, surer = share_of(8, 10, 0.9), share_of(8, 10, 0.99)

    assert surer.low < sure.low < 0.8 < sure.high < surer.high


def test_difference_of_shares_is_as_sure_as_its_numbers():
    """Newcombe's tenth method, on the example of his paper (56 of 70 against 48 of 80)."""
    assert rounded(difference(56, 70, 48, 80, 0.95)) == (0.052, 0.334)
    assert difference(0, 0, 5, 10, 0.95) == Interval(-1.0, 1.0)
    found = difference(5, 10, 5, 10, 0.95)
    assert found.low == pytest.approx(-found.high)


def test_without_verdicts_nothing_is_promoted():
    """And the sentence says what is missing."""
    found = ruling(Facts("3"), PromotionRail(verdicts=20))

    assert not found.is_ok
    assert found.sentence == ("Version 3 has 0 verdicts; the rule of this endpoint asks for 20.")
    assert found.numbers["verdicts"] == 0


def test_few_verdicts_are_not_enough_however_good_they_are():
    """Not even one below what is asked for."""
    wanted = PromotionRail(verdicts=20, up_percent=50)

    assert "has 1 verdict;" in ruling(Facts("3", up=1), wanted).sentence
    assert not ruling(Facts("3", up=19), wanted).is_ok
    assert ruling(Facts("3", up=20), wanted).is_ok


def test_lower_bound_decides_and_not_the_bare_share():
    """18 of 20 are 90 %, but that may be chance."""
    wanted = PromotionRail(verdicts=20, up_percent=80)

    few, many = ruling(Facts("3", 18, 2), wanted), ruling(Facts("3", 180, 20), wanted)

    assert not few.is_ok
    assert "with 95 % confidence between 70% and 97% of people are content" in few.sentence
    assert "asks for at least 80 %" in few.sentence
    assert many.is_ok
    assert many.numbers["up_at_least"] == pytest.approx(0.851, abs=0.001)


def test_rule_nobody_knows_lets_nothing_through():
    """A newer app has set it."""
    assert not ruling(Facts("3", 1000), PromotionRail(rule="evaluation")).is_ok


def test_another_rule_is_one_more_entry(monkeypatch):
    """It sees the facts and what is wanted."""

    class Never:
        def check(self, facts, wanted):
            return guard_rules.Ruling(False, f"Never version {facts.version}.")

    monkeypatch.setattr(guard_rules, "RULES", {"never": Never()})

    assert ruling(Facts("3"), PromotionRail(rule="never")).sentence == "Never version 3."


@pytest.mark.parametrize(
    "settings",
    [
        (PROMOTION, PromotionRail(verdicts=7, by="admin@example.com", reason="Über *alles* " * 20)),
        (RETURN, ReturnRail(window_minutes=5, watches_errors=False)),
        (FOLLOW, Follow(model="main.rag.chain", alias="champion")),
    ],
)
def test_what_was_set_is_read_again(settings):
    """From tags that no workspace finds too long."""
    tag, rail = settings

    tags = written(tag, rail)
    found = settings_from(tags)

    assert rail in (found.promotion, found.automatic_return, found.follow)
    assert all(len(value) <= tag_texts.PIECE_CHARACTERS for value in tags.values())


def test_what_is_off_says_who_turned_it_off():
    """It is not on any more."""
    rail = PromotionRail(is_on=False, by="admin@example.com", reason="An emergency")

    found = settings_from(written(PROMOTION, rail))

    assert found.promotion is None
    assert found.off == {PROMOTION: rail}
    assert not found.is_promotion_unreadable


@pytest.mark.parametrize(
    "text", ["", "{", "7", "[]", '{"verdicts": "many"}', '{"verdicts": -1}', '{"verdicts": true}']
)
def test_what_cannot_be_read_is_not_set_but_promotes_nothing(text):
    """A slip of the pen must not let through what somebody wanted to keep out."""
    found = settings_from({PROMOTION: text, RETURN: text, FOLLOW: text, FOLLOW_STATE: text})

    assert found.promotion is None
    assert found.automatic_return is None or text in ("", '{"verdicts": "many"}')
    assert found.follow is None
    assert found.is_promotion_unreadable is bool(text)


def test_what_a_setting_does_not_name_is_as_usual():
    """And what it names beyond is ignored."""
    text = json.dumps({"verdicts": 5, "colour": "green"})

    assert settings_from({PROMOTION: text}).promotion == PromotionRail(verdicts=5)
    assert settings_from({}).follow_state == FollowState()


RAIL = ReturnRail(requests=20, verdicts=10)


def test_more_errors_than_chance_explains_are_worse():
    """With the numbers that say so."""
    new = Facts("3", requests=40, errors=12)
    old = Facts("2", requests=400, errors=8)

    found = compared(new, old, RAIL)

    assert found.is_worse
    assert found.sentence == (
        "12 of 40 questions failed on version 3, 8 of 400 on version 2: with 95 % confidence at "
        "least 16 in 100 more."
    )
    assert found.numbers["new_errors"] == 12
    assert found.numbers["worse_by_at_least"] > 0


@pytest.mark.parametrize(
    ("new", "old"),
    [
        (Facts("3"), Facts("2")),
        (Facts("3", requests=19, errors=19), Facts("2", requests=400)),
        (Facts("3", requests=40, errors=40), Facts("2", requests=19)),
        (Facts("3", requests=40, errors=1), Facts("2", requests=400, errors=5)),
        (Facts("3", requests=400, errors=8), Facts("2", requests=400, errors=80)),
        (Facts("3", down=9), Facts("2", up=100)),
    ],
)
def test_few_numbers_chance_and_what_is_better_are_no_reason(new, old):
    """Nothing is done without one."""
    assert not compared(new, old, RAIL).is_worse


def test_more_thumbs_down_than_before_are_worse():
    """Also where nothing fails."""
    new = Facts("3", up=2, down=18, requests=100)
    old = Facts("2", up=90, down=10, requests=100)

    assert compared(new, old, RAIL).is_worse
    only_errors = ReturnRail(requests=20, verdicts=10, watches_verdicts=False)
    assert not compared(new, old, only_errors).is_worse
