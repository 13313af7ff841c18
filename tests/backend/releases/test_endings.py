"""Stopping, starting, deleting, trying and calling off, as the ledger keeps them."""

from datetime import UTC, datetime

import pytest
from databricks.sdk.service.serving import EndpointStateReady

from backend.releases.ledger import Releases
from backend.releases.outcomes import NEVER_ASKED
from backend.releases.record import CANCELED_BY, Kind, Outcome
from backend.releases.trial import Trial
from tests.backend.released import MINUTE, NOON, asked, described, share

# MLflow's store on SQLAlchemy 2.1.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload``:sqlalchemy.exc.SADeprecationWarning")


@pytest.fixture
def releases(experiment) -> Releases:
    return Releases()


@pytest.fixture
def endpoint(request) -> str:
    """A name of the test's own, since all share the store."""
    return request.node.name[:60]


def stopped(endpoint, *served, number=1, created=NOON):
    """Return an endpoint of which nothing runs."""
    detail = described(endpoint, *served, number=number)
    detail.state.ready = EndpointStateReady.NOT_READY
    detail.creation_timestamp = int(created.timestamp() * 1000)
    return detail


def test_stopping_that_was_cut_off_is_decided_by_whether_anything_runs(releases, endpoint):
    """The configuration says nothing of it."""
    now = datetime.now(UTC)
    releases.begin(asked(endpoint, share(1), before=(share(1),), kind=Kind.STOP, at=now))

    assert releases.settle(described(endpoint, share(1), at=now)) == []
    (decided,) = releases.settle(stopped(endpoint, share(1)))

    assert decided.outcome is Outcome.LIVE
    assert releases.observe(stopped(endpoint, share(1))) is None


def test_stopping_that_never_happened_has_failed(releases, endpoint):
    """After a while it is clear that nobody was asked."""
    releases.begin(asked(endpoint, share(1), before=(share(1),), kind=Kind.STOP))

    (decided,) = releases.settle(described(endpoint, share(1)))

    assert (decided.outcome, decided.problem) == (Outcome.FAILED, NEVER_ASKED)


def test_starting_is_done_when_something_runs(releases, endpoint):
    """What is served was the same all the time."""
    now = datetime.now(UTC)
    releases.begin(asked(endpoint, share(1), before=(share(1),), kind=Kind.START, at=now))

    assert releases.settle(stopped(endpoint, share(1))) == []
    (decided,) = releases.settle(described(endpoint, share(1)))

    assert decided.outcome is Outcome.LIVE


def test_deleting_that_was_cut_off_is_found_out_later(releases, endpoint):
    """By an endpoint that is gone, or one of the same name that is younger."""
    now = datetime.now(UTC)
    releases.begin(asked(endpoint, before=(share(1),), kind=Kind.DELETE, at=now - MINUTE))

    assert releases.settle(stopped(endpoint, share(1), created=NOON)) == []
    (decided,) = releases.settle(stopped(endpoint, share(1), created=now))

    assert decided.outcome is Outcome.LIVE


def test_what_was_under_way_when_an_endpoint_went_away_is_not_said_to_be_live(releases, endpoint):
    """Only the deletion itself has done what it was to do."""
    releases.begin(asked(endpoint, share(2)))
    releases.begin(asked(endpoint, before=(share(1),), kind=Kind.DELETE, at=NOON + MINUTE))

    releases.gone(endpoint)

    outcomes = [each.outcome for each in releases.page(endpoint).releases]
    assert outcomes == [Outcome.LIVE, Outcome.UNKNOWN]


def test_trial_and_whoever_called_it_off_are_noted_on_the_release(releases, endpoint):
    """So that whoever opens it later sees them."""
    made = releases.begin(asked(endpoint, share(2, 0), share(1), before=(share(1),)))
    trial = Trial(NOON, "ann@example.com", "How much?", "Five.", "", 0.5)

    releases.note(made, trial.tags() | {CANCELED_BY: "bob@example.com"})

    found = releases.read(made.id)
    assert found.trial == trial
    assert found.canceled_by == "bob@example.com"
    assert found.added == share(2, 0)
