"""Which change the automatic return watches, and that it never goes to and fro."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.guard_rails.automatic_return import WATCHED_FOR, watched
from backend.releases.record import Kind, Outcome, Release, Share

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def share(version: int, percentage: int = 100) -> Share:
    return Share(f"chain_{version}", "main.rag.chain", str(version), percentage)


def release(before, after, kind=Kind.DEPLOY, at=NOON, **more) -> Release:
    usual = {"outcome": Outcome.LIVE, "decided_at": at, "model": "main.rag.chain", "by": "admin"}
    return Release(
        endpoint="chain",
        kind=kind,
        reason="",
        before=tuple(before),
        after=tuple(after),
        requested_at=at,
        **(usual | more),
    )


def versions(releases, *served, now=NOON + HOUR):
    """Return the watched version and the one before, given releases in their order."""
    change = watched(reversed(releases), served, now)
    return change and (change.new.version, change.old.version)


FIRST = release([], [share(1)])
SECOND = release([share(1)], [share(2), share(1, 0)])


def test_new_version_is_watched_against_the_one_before():
    """Since it went live."""
    change = watched([SECOND, FIRST], [share(2), share(1, 0)], NOON + HOUR)

    assert (change.new, change.old, change.since) == (share(2), share(1), NOON)


def test_first_version_has_nothing_to_go_back_to():
    """So nothing is watched; nor where nothing is on record."""
    assert versions([FIRST], share(1)) is None
    assert versions([], share(1)) is None


def test_canary_is_watched_too_and_from_its_first_question_on():
    """Also when it has been given the rest."""
    canary = release([share(1)], [share(1, 90), share(2, 10)], Kind.TRAFFIC)
    whole = release(
        [share(1, 90), share(2, 10)], [share(2), share(1, 0)], Kind.TRAFFIC, NOON + HOUR
    )

    assert versions([FIRST, canary], share(1, 90), share(2, 10)) == ("2", "1")
    assert versions([FIRST, canary, whole], share(2), share(1, 0)) == ("2", "1")
    change = watched([whole, canary, FIRST], [share(2), share(1, 0)], NOON + HOUR)
    assert change.since == NOON


def test_version_somebody_went_back_to_is_not_watched():
    """It is what people wanted to have."""
    back = release([share(2)], [share(1), share(2, 0)], Kind.ROLL_BACK)

    assert versions([FIRST, SECOND, back], share(1), share(2, 0)) is None


def test_canary_that_was_taken_off_is_not_watched():
    """It answers nothing any more."""
    canary = release([share(1)], [share(1, 90), share(2, 10)], Kind.TRAFFIC)
    off = release([share(1, 90), share(2, 10)], [share(1), share(2, 0)], Kind.ROLL_BACK)

    assert versions([FIRST, canary, off], share(1), share(2, 0)) is None


def test_never_to_and_fro():
    """Whoever deploys a version again from which the app has gone back has decided."""
    back = release([share(2)], [share(1), share(2, 0)], Kind.ROLL_BACK, facts={"new_errors": 9})
    again = release([share(1), share(2, 0)], [share(2), share(1, 0)])
    third = release([share(2), share(1, 0)], [share(3), share(2, 0), share(1, 0)])

    assert versions([FIRST, SECOND, back, again], share(2), share(1, 0)) is None
    assert versions([FIRST, SECOND, back, again, third], share(3), share(2, 0)) is None


def test_roll_back_by_a_person_does_not_count_as_one_of_the_app():
    """The same version, deployed again, is watched again."""
    back = release([share(2)], [share(1), share(2, 0)], Kind.ROLL_BACK)
    again = release([share(1), share(2, 0)], [share(2), share(1, 0)])

    assert versions([FIRST, SECOND, back, again], share(2), share(1, 0)) == ("2", "1")


def test_only_a_version_that_is_kept_is_gone_back_to():
    """What was taken off the endpoint is not brought back by itself."""
    assert versions([FIRST, SECOND], share(2)) is None


def test_what_failed_was_no_change():
    """The one before it is watched on."""
    failed = release([share(2)], [share(3), share(2, 0)], outcome=Outcome.FAILED)

    assert versions([FIRST, SECOND, failed], share(2), share(1, 0)) == ("2", "1")


def test_change_by_another_client_is_watched_like_any_other():
    """Whoever made it."""
    observed = release([share(1)], [share(2), share(1, 0)], Kind.OBSERVED)

    assert versions([FIRST, observed], share(2), share(1, 0)) == ("2", "1")


@pytest.mark.parametrize(("more", "is_watched"), [(-HOUR, True), (HOUR, False)])
def test_version_that_has_proved_itself_is_watched_no_longer(more, is_watched):
    """What goes wrong after days has other causes."""
    now = NOON + WATCHED_FOR + more

    found = versions([FIRST, SECOND], share(2), share(1, 0), now=now)

    assert (found is not None) is is_watched
