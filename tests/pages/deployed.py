"""An endpoint as the page of deployments meets it, behind the one seam."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from backend.deployments import EndpointNow
from backend.errors import ReviewAppError
from backend.identity import Viewer
from backend.release_record import Kind, Outcome, Page, Release, Share
from backend.releases import LiveThen
from backend.version_figures import VersionFigures

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
ENDPOINT = "agents_main-hr-handbook_chain"
FIRST = Share("chain_1", "main.hr.handbook_chain", "1", 0)
SECOND = Share("chain_2", "main.hr.handbook_chain", "2", 100)


def release(**changes) -> Release:
    """Return the release of the second version."""
    usual = {
        "endpoint": ENDPOINT,
        "model": SECOND.model,
        "kind": Kind.DEPLOY,
        "by": "admin@example.com",
        "reason": "Knows the new *prices*",
        "before": (Share(FIRST.name, FIRST.model, FIRST.version, 100),),
        "after": (SECOND, FIRST),
        "requested_at": NOON,
        "decided_at": NOON,
        "outcome": Outcome.LIVE,
        "id": "r1",
    }
    return Release(**(usual | changes))


@dataclass
class FakeDeployments:
    """Serves two versions; remembers what it was told, or raises."""

    served: tuple[Share, ...] = (SECOND, FIRST)
    coming: tuple[Share, ...] = ()
    may_change: bool = True
    known: dict[str, VersionFigures] | ReviewAppError = field(default_factory=dict)
    page: Page = field(default_factory=lambda: Page((release(),)))
    then: LiveThen = field(default_factory=lambda: LiveThen(None))
    error: ReviewAppError | None = None
    changes: list[tuple[object, ...]] = field(default_factory=list)

    def look(self, endpoint: str) -> EndpointNow:
        return EndpointNow(endpoint, self.served, self.coming, bool(self.coming), self.may_change)

    def figures(self, _endpoint: str) -> dict[str, VersionFigures]:
        if isinstance(self.known, ReviewAppError):
            raise self.known
        return self.known

    def timeline(self, _viewer: Viewer, _endpoint: str, _token: str | None) -> Page:
        return self.page

    def live_at(self, _viewer: Viewer, _endpoint: str, _moment: datetime) -> LiveThen:
        return self.then

    def version_before(self, _endpoint: str) -> Share | None:
        return next((each for each in self.served if not each.percentage), None)

    def roll_back(self, _viewer: Viewer, endpoint: str, reason: str, to: str) -> None:
        self._change("roll back", endpoint, reason, to)

    def set_traffic(
        self, _viewer: Viewer, endpoint: str, shares: dict[str, int], reason: str
    ) -> None:
        self._change("traffic", endpoint, shares, reason)

    def _change(self, *change: object) -> None:
        if self.error:
            raise self.error
        self.changes.append(change)
