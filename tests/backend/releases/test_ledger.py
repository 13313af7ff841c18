"""The ledger on a real MLflow store, with endpoints as the workspace describes them."""

from datetime import UTC, datetime

import pytest

from backend.releases.ledger import Releases
from backend.releases.outcomes import NEVER_ASKED
from backend.releases.record import Kind, Outcome, path_to_now
from tests.backend.released import MINUTE, NOON, asked, described, share

# MLflow's store on SQLAlchemy 2.1.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")


@pytest.fixture
def releases(experiment) -> Releases:
    return Releases()


@pytest.fixture
def endpoint(request) -> str:
    """A name of the test's own, since all share the store."""
    return request.node.name.replace("[", "-").replace("]", "")[:60]


def went_live(releases, endpoint, *after, at=NOON, kind=Kind.DEPLOY):
    made = asked(endpoint, *after, at=at, kind=kind, outcome=Outcome.LIVE, decided_at=at)
    return releases.begin(made)


def test_release_is_kept_with_who_when_and_why(releases, endpoint):
    """All that was written down is read again."""
    made = asked(endpoint, share(2), share(1, 0), before=(share(1),), facts={"up": 0.9})

    kept = releases.begin(made)

    (found,) = releases.page(endpoint).releases
    assert found == kept
    assert found.live_after == (share(2),)
    assert found.outcome is Outcome.PENDING


def test_configuration_that_came_up_is_live(releases, endpoint):
    """The workspace's number tells that it is this very change."""
    made = releases.begin(asked(endpoint, share(2)))
    pending = described(endpoint, share(1), pending=(share(2),), state="IN_PROGRESS")
    releases.asked(made, pending)

    assert releases.settle(pending) == []
    (decided,) = releases.settle(described(endpoint, share(2), number=2, at=NOON + MINUTE))

    assert decided.outcome is Outcome.LIVE
    assert decided.decided_at == NOON + MINUTE
    assert releases.page(endpoint).releases == (decided,)


def test_failed_deployment_says_why(releases, endpoint):
    """The reason is what the version said."""
    made = releases.begin(asked(endpoint, share(2)))
    releases.asked(made, described(endpoint, share(1), pending=(share(2),), state="IN_PROGRESS"))

    failed = described(
        endpoint, share(1), pending=(share(2),), state="UPDATE_FAILED", problem="No module six"
    )
    (decided,) = releases.settle(failed)

    assert (decided.outcome, decided.problem) == (Outcome.FAILED, "No module six")
    assert releases.live_at(endpoint, datetime.now(UTC)).release is None


def test_change_nobody_asked_for_after_all_is_failed(releases, endpoint):
    """Whoever dies between writing down and asking leaves no untruth behind."""
    releases.begin(asked(endpoint, share(2)))

    (decided,) = releases.settle(described(endpoint, share(1), number=7))

    assert (decided.outcome, decided.problem) == (Outcome.FAILED, NEVER_ASKED)


def test_change_whose_number_was_not_noted_is_found_by_what_is_served(releases, endpoint):
    """Whoever dies between asking and noting leaves none, either."""
    releases.begin(asked(endpoint, share(2), share(1, 0)))

    (decided,) = releases.settle(described(endpoint, share(2), share(1, 0), number=7))

    assert decided.outcome is Outcome.LIVE


def test_change_that_was_overtaken_unseen_is_unknown(releases, endpoint):
    """It is not said to have been live."""
    made = releases.begin(asked(endpoint, share(2)))
    releases.asked(made, described(endpoint, share(1), pending=(share(2),), state="IN_PROGRESS"))

    (decided,) = releases.settle(described(endpoint, share(3), number=3))

    assert decided.outcome is Outcome.UNKNOWN


def test_change_by_another_client_is_found_once(releases, endpoint):
    """Between these two moments, author unknown, with the first answer as proof."""
    went_live(releases, endpoint, share(1))
    changed = described(endpoint, share(2), share(1, 0), number=2, at=NOON + 9 * MINUTE)

    found = releases.observe(changed, NOON + 5 * MINUTE, lambda new: f"req of {new.version}")
    again = releases.observe(changed)

    assert again is None
    assert found is not None
    assert (found.kind, found.by, found.proof) == (Kind.OBSERVED, "", "req of 2")
    assert (found.seen_before, found.decided_at) == (NOON + 5 * MINUTE, NOON + 9 * MINUTE)
    assert found.before == (share(1),)


def test_nothing_is_observed_while_a_change_is_under_way(releases, endpoint):
    """It will be in the ledger under its author's name."""
    releases.begin(asked(endpoint, share(2)))

    assert releases.observe(described(endpoint, share(2), number=2)) is None
    updating = described(endpoint, share(1), pending=(share(2),), state="IN_PROGRESS")
    assert releases.observe(updating) is None


def test_what_was_live_at_a_moment(releases, endpoint):
    """The question that is open in MLflow since 2019."""
    went_live(releases, endpoint, share(1), at=NOON)
    went_live(releases, endpoint, share(2), at=NOON + 10 * MINUTE)

    def version(moment):
        release = releases.live_at(endpoint, moment).release
        return release and release.live_after[0].version

    assert version(NOON - MINUTE) is None
    assert version(NOON) == "1"
    assert version(NOON + 9 * MINUTE) == "1"
    assert version(NOON + 10 * MINUTE) == "2"


def test_moment_in_which_another_client_changed_something_is_uncertain(releases, endpoint):
    """The answer names both possibilities."""
    went_live(releases, endpoint, share(1), at=NOON)
    changed = described(endpoint, share(2), number=2, at=NOON + 9 * MINUTE)
    releases.observe(changed, NOON + 5 * MINUTE)

    then = releases.live_at(endpoint, NOON + 7 * MINUTE)

    assert then.release is not None
    assert then.maybe is not None
    assert then.release.live_after == (share(1),)
    assert then.maybe.live_after == (share(2),)
    assert releases.live_at(endpoint, NOON + 4 * MINUTE).maybe is None


def test_rolling_back_twice_goes_back_twice(releases, endpoint):
    """Not to and fro between two versions."""
    for minute, version in enumerate((1, 2, 3)):
        went_live(releases, endpoint, share(version), at=NOON + minute * MINUTE)
    assert releases.version_before(endpoint) == share(2)

    went_live(releases, endpoint, share(2), at=NOON + 5 * MINUTE, kind=Kind.ROLL_BACK)

    assert releases.version_before(endpoint) == share(1)


def test_what_failed_is_no_version_to_go_back_to(releases, endpoint):
    """Only what was live counts."""
    went_live(releases, endpoint, share(1))
    releases.refused(releases.begin(asked(endpoint, share(2), at=NOON + MINUTE)), "Not yours.")
    went_live(releases, endpoint, share(3), at=NOON + 2 * MINUTE)

    assert releases.version_before(endpoint) == share(1)


def test_timeline_comes_in_pages_the_newest_first(releases, endpoint):
    """Each release is on one page."""
    for minute in range(5):
        went_live(releases, endpoint, share(minute), at=NOON + minute * MINUTE)

    first = releases.page(endpoint, 3)
    second = releases.page(endpoint, 3, first.next_token)

    versions = [r.after[0].version for page in (first, second) for r in page.releases]
    assert versions == ["4", "3", "2", "1", "0"]
    assert second.next_token is None


def test_way_back_is_found_however_long_ago_it_was_taken(releases, endpoint):
    """Only as much of the ledger is read as the answer takes, and it is the same answer."""
    for minute, version in enumerate((1, 2, *[3] * 30)):
        went_live(releases, endpoint, share(version), at=NOON + minute * MINUTE)
    assert releases.version_before(endpoint) == share(2)

    went_live(releases, endpoint, share(2), at=NOON + 40 * MINUTE, kind=Kind.ROLL_BACK)

    assert releases.version_before(endpoint) == share(1)


def test_roll_back_leads_to_where_the_way_was_there_last():
    """A version that was live twice is two places on the way."""
    way = [asked("chain", share(version), outcome=Outcome.LIVE) for version in (1, 2, 1, 3)]
    back = asked("chain", share(1), kind=Kind.ROLL_BACK, outcome=Outcome.LIVE)

    assert [each.version for each in path_to_now([*way, back])] == ["1", "2", "1"]
    # Of these alone it cannot be told what was before.
    assert [each.version for each in path_to_now([way[3], back], is_whole=False)] == ["1"]
