"""Every kind of work and who does it, and everything that is watched in between."""

from collections.abc import Mapping, Sequence

from backend.jobs import bisect, load_test, replay, test_run
from backend.jobs.alias_following import AliasFollowing
from backend.jobs.automatic_return import AutomaticReturn
from backend.jobs.ledger_watch import LedgerWatch
from backend.jobs.watching import Watcher
from backend.jobs.worker import Runner
from backend.long_work.record import JobKind
from backend.releases.ledger import Releases

RUNNERS: Mapping[JobKind, Runner] = {
    JobKind.TEST_RUN: test_run.run,
    JobKind.LOAD_TEST: load_test.run,
    JobKind.REPLAY: replay.run,
    JobKind.BISECT: bisect.run,
}


def watchers() -> Sequence[Watcher]:
    """Return those who look after endpoints; each remembers what it saw last."""
    releases = Releases()
    return (LedgerWatch(releases), AutomaticReturn(releases), AliasFollowing(releases))
