"""The guard rails on the page: what is on, what it says now, turning it on with a reason."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from backend.errors import NotAllowed, Unreachable
from backend.guard_rails.automatic_return import Change
from backend.guard_rails.comparison import Comparison
from backend.guard_rails.rails import GuardsNow
from backend.guard_rails.rules import Ruling
from backend.guard_rails.settings import (
    PROMOTION,
    Follow,
    FollowState,
    GuardSettings,
    PromotionRail,
    ReturnRail,
)
from backend.identity import Role, Viewer
from components.session import Session
from tests.pages.deployed import ENDPOINT, FIRST, NOON, SECOND
from tests.pages.guarded import FakeGuardRails
from tests.pages.working import FakeLongWork

SIGNED = {"by": "admin@example.com", "at": NOON.isoformat(), "reason": "Experts *first*"}


class Services:
    """All that this piece of the page needs."""

    def __init__(self) -> None:
        self.guard_rails = FakeGuardRails()
        self.long_work = FakeLongWork()


def draw(session, endpoint):
    """Draw the rails, as the page does."""
    from components.deployments import guard_rails  # noqa: PLC0415 - this runs as a script of its own

    guard_rails.draw(session, endpoint)


@pytest.fixture
def services() -> Services:
    return Services()


@pytest.fixture
def show(services):
    """Draw the rails of an endpoint with these settings."""

    def run(now: GuardsNow | None = None, **settings) -> AppTest:
        known = now or GuardsNow(GuardSettings(), may_change=True, is_seen_by_app=True)
        services.guard_rails.now = (
            replace(known, settings=GuardSettings(**settings)) if settings else known
        )
        viewer = Viewer("admin@example.com", "Admin", frozenset({Role.ADMIN}))
        session = Session("token", services, viewer)
        return AppTest.from_function(draw, args=(session, ENDPOINT), default_timeout=20).run()

    return run


def text(at) -> str:
    said = [each.value for each in [*at.markdown, *at.caption]]
    return "\n".join(said).replace("\\", "")


def labels(at) -> list[str]:
    return [each.label for each in at.button]


def press(at, label):
    return next(each for each in at.button if each.label == label).click().run()


def test_everything_is_off_and_says_what_that_means(show):
    """Nobody is surprised by what was never turned on."""
    at = show()

    assert "Off. A version may take all questions" in text(at)
    assert "Off. Going back is left to people." in text(at)
    assert labels(at) == ["Set a rule", "Let the app go back by itself", "Follow an alias"]


def test_rule_is_said_in_words_with_what_it_says_of_each_version(show):
    """And who has set it, when and why, as text."""
    now = GuardsNow(
        GuardSettings(),
        rulings=(
            (SECOND, Ruling(True, "Version 2 is well.")),
            (FIRST, Ruling(False, "Version 1 has too *few*.")),
        ),
        may_change=True,
        is_seen_by_app=True,
    )

    at = show(now, promotion=PromotionRail(verdicts=20, up_percent=80, **SIGNED))

    assert "more than 10 % of the questions it needs 20 verdicts" in text(at)
    assert "with 95 % confidence at least 80 % of people are content" in text(at)
    assert "Version 2 is well." in text(at)
    assert "Version 1 has too *few*." in text(at)
    assert "Set by admin@" in text(at)
    assert "3 Mar 2026, 12:00: Experts *first*" in text(at)


def test_what_was_turned_off_says_by_whom(show):
    """That is how a rule is got around, and everybody sees it."""
    at = show(off={PROMOTION: PromotionRail(is_on=False, **SIGNED)})

    assert "Turned off by admin@" in text(at)


def test_rule_that_cannot_be_read_is_said(show):
    """Nothing is promoted then."""
    assert "The rule cannot be read" in text(show(is_promotion_unreadable=True))


def test_watched_version_is_compared_in_a_sentence(show, services):
    """With where the app would go back to; and whether anybody is there who would."""
    services.long_work.attended = False
    now = GuardsNow(
        GuardSettings(),
        change=Change(SECOND, FIRST, datetime.now(UTC)),
        comparison=Comparison(True, "12 of 40 questions failed."),
        is_seen_by_app=True,
    )

    at = show(now, automatic_return=ReturnRail(watches_verdicts=False, **SIGNED))

    assert "when more questions fail than before" in text(at)
    assert "Version 2 is watched, and 1 is where it would go back to. 12 of 40" in text(at)
    assert "Nobody is there at the moment who does this" in text(at)


def test_nothing_new_enough_is_said(show):
    """The rail is on all the same."""
    assert "No version is new enough to be watched." in text(show(automatic_return=ReturnRail()))


def test_alias_says_how_far_the_app_is(show):
    """A failure is told, and that it is not tried again."""
    follow = Follow(model="main.hr.handbook_chain", alias="champion", **SIGNED)

    at = show(follow=follow, follow_state=FollowState("4", "failed", "The *index* is missing."))

    assert "What alias **champion** of main.hr.handbook_chain points to is deployed" in text(at)
    assert "The *index* is missing." in text(at)
    assert "not tried again until the alias is moved" in text(at)


def test_who_may_not_change_the_endpoint_only_looks(show):
    """The workspace would refuse."""
    at = show(GuardsNow(GuardSettings(promotion=PromotionRail())))

    assert labels(at) == []


def test_rails_that_cannot_be_read_are_said(show, services):
    """In a sentence; the rest of the page is not concerned."""
    viewer = Viewer("admin@example.com", "Admin", frozenset({Role.ADMIN}))
    services.guard_rails.now = Unreachable()

    at = AppTest.from_function(
        draw, args=(Session("token", services, viewer), ENDPOINT), default_timeout=20
    ).run()

    assert "Guard rails cannot be shown now." in text(at)


@pytest.mark.parametrize(
    ("button", "numbers"),
    [
        ("Set a rule", ["Verdicts, at least", "People content, at least, percent"]),
        ("Let the app go back by itself", ["From so many questions on"]),
        ("Follow an alias", []),
    ],
)
def test_each_rail_is_turned_on_with_a_reason(show, button, numbers):
    """What is usual is filled in."""
    at = press(show(), button)

    assert set(numbers) <= {each.label for each in at.number_input}
    assert "Why?" in [each.label for each in at.text_input]
    assert "Turn it on" in labels(at)
    assert "Turn it off" not in labels(at)


def test_what_is_on_can_be_turned_off(show):
    """In the same place."""
    at = press(show(promotion=PromotionRail()), "Change the rule")

    assert "Turn it off" in labels(at)


def test_app_is_let_look_when_nobody_does(show, services):
    """One click; an error is a sentence."""
    now = GuardsNow(GuardSettings(), may_change=True, is_seen_by_app=False)
    at = show(now)
    assert "noticed only when somebody looks" in text(at)

    press(at, "Let the app look in between")
    assert services.guard_rails.changes == [("see", ENDPOINT)]

    services.guard_rails.error = NotAllowed("This takes CAN_MANAGE.")
    assert "This takes CAN_MANAGE." in text(press(show(now), "Let the app look in between"))
