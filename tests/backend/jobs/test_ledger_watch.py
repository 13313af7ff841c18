"""Keeping the ledger true when nobody looks: when what is asked, by the list of endpoints."""

from datetime import UTC, datetime

import pytest
from databricks.sdk.service.serving import ServingEndpoint, ServingEndpointDetailed

from backend.errors import Unreachable
from backend.jobs import ledger_watch
from backend.jobs.ledger_watch import LedgerWatch
from backend.jobs.watching import Watch
from backend.releases.record import Kind, Outcome, Page, Release, Share

NEW = Share("chain_2", "main.rag.chain", "2", 100)


class Ledger:
    """Remembers what it was asked to decide, and finds a change by another client when told to."""

    def __init__(self) -> None:
        self.settled = 0
        self.seen_before = []
        self.releases = ()
        self.proofs = []
        self.has_changed_at = None

    def settle(self, _detail):
        self.settled += 1

    def observe(self, _detail, seen_before, proof):
        self.seen_before.append(seen_before)
        if self.has_changed_at:
            self.note(proof(NEW))

    def note(self, proof=""):
        """Have a change by another client on record."""
        at, self.has_changed_at = self.has_changed_at, None
        said = {"endpoint": "chain", "model": NEW.model, "by": "", "reason": "", "before": ()}
        when = {"requested_at": at, "decided_at": at, "outcome": Outcome.LIVE}
        self.releases = (Release(kind=Kind.OBSERVED, proof=proof, after=(NEW,), **said, **when),)

    def page(self, _endpoint, _most):
        return Page(self.releases)

    def prove(self, _release, proof):
        self.proofs.append(proof)
        self.releases = ()


class Workspace:
    """Lists one endpoint."""

    def __init__(self) -> None:
        self.serving_endpoints = self
        self.changed_at = 1
        self.is_away = False

    def list(self):
        if self.is_away:
            raise Unreachable
        return [ServingEndpoint(name="chain", id="1", last_updated_timestamp=self.changed_at)]

    def get(self, name):
        return ServingEndpointDetailed(name=name)


@pytest.fixture
def clock(monkeypatch):
    """The seconds that have gone by, as the watcher sees them."""

    class Clock:
        seconds = 0.0

        def monotonic(self):
            return self.seconds

    clock = Clock()
    monkeypatch.setattr(ledger_watch, "time", clock)
    return clock


@pytest.fixture
def answers(monkeypatch):
    """What the tables say was answered first."""
    found = [""]
    monkeypatch.setattr(ledger_watch, "first_answer", lambda *_: lambda _endpoint, _share: found[0])
    return found


@pytest.fixture
def ledger():
    return Ledger()


@pytest.fixture
def workspace():
    return Workspace()


@pytest.fixture
def look(ledger, workspace, clock, answers):
    """Go round once, so many seconds after the last time."""
    watch = Watch(workspace, [LedgerWatch(ledger)])

    def go(after=5.0):
        clock.seconds += after
        watch.look()

    return go


def test_where_nothing_changes_it_is_asked_ever_less_often(look, ledger):
    """In an hour a few times, not every few seconds."""
    for _ in range(720):
        look()

    assert 10 < ledger.settled < 25


def test_change_is_looked_at_in_the_next_round(look, ledger, workspace):
    """Whoever made it may be about to write it down; then, and soon again."""
    for _ in range(100):
        look()
    before = ledger.settled
    workspace.changed_at = 2

    look()
    assert ledger.settled == before
    look()
    assert ledger.settled == before + 1
    look()
    assert ledger.settled == before + 2


def test_last_look_before_a_change_is_on_record(look, ledger, workspace):
    """Between it and the change somebody has made it."""
    look()
    between = datetime.now(UTC)
    workspace.changed_at = 2
    look()
    look()

    first, second = ledger.seen_before
    assert first is None
    assert second <= between


@pytest.mark.parametrize("is_found_here", [True, False])
def test_proof_is_looked_for_until_there_is_one(look, ledger, answers, is_found_here):
    """The first answer may come long after the change, and whoever noted the change."""
    ledger.has_changed_at = datetime.now(UTC)
    if not is_found_here:
        ledger.note()
    for _ in range(20):
        look()
    assert ledger.proofs == []

    answers[0] = "req-7"
    for _ in range(20):
        look()

    assert ledger.proofs == ["req-7"]


def test_proof_that_is_there_at_once_is_part_of_the_entry(look, ledger, answers):
    """Nothing more is looked for."""
    answers[0] = "req-7"
    ledger.has_changed_at = datetime.now(UTC)

    for _ in range(20):
        look()

    assert [each.proof for each in ledger.releases] == ["req-7"]
    assert ledger.proofs == []


def test_proof_is_not_looked_for_for_ever(look, ledger, answers):
    """A version nobody asks costs nothing any more after a day."""
    ledger.has_changed_at = datetime.now(UTC) - 2 * ledger_watch.PROOF_WITHIN
    look()
    answers[0] = "req-7"
    for _ in range(20):
        look()

    assert ledger.proofs == []


def test_workspace_that_is_away_is_told_once(look, workspace, caplog):
    """Not every few seconds."""
    workspace.is_away = True

    for _ in range(5):
        look()

    assert len(caplog.records) == 1


def test_mistake_in_one_watcher_does_not_stop_the_others(workspace, caplog):
    """Nor what one endpoint says."""
    seen = []

    class Broken:
        def look(self, _workspace, _endpoint):
            raise KeyError("config")

    class Sound:
        def look(self, _workspace, endpoint):
            seen.append(endpoint.name)

    Watch(workspace, [Broken(), Sound()]).look()

    assert seen == ["chain"]
    assert "Broken failed for chain" in caplog.text
