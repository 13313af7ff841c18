"""An endpoint as the page of deployments meets it, behind the one seam."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from streamlit.testing.v1 import AppTest

from backend.deploying.deploying import Wish
from backend.deploying.deployments import EndpointNow
from backend.deploying.endpoint_overview import EndpointFigures
from backend.errors import ReviewAppError
from backend.identity import Role, Viewer
from backend.releases.ledger import LiveThen
from backend.releases.record import Kind, Outcome, Page, Release, Share
from backend.releases.stories import Logs, Story
from backend.releases.trial import Trial
from backend.releases.version_figures import Figures
from backend.serving.endpoints import Endpoint, Readiness, ServedVersion
from backend.serving.version_states import VersionState

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
ENDPOINT = "agents_main-hr-handbook_chain"
FIRST = Share("chain_1", "main.hr.handbook_chain", "1", 0)
SECOND = Share("chain_2", "main.hr.handbook_chain", "2", 100)
THIRD = Share("chain_3", "main.hr.handbook_chain", "3", 0)


def release(**changes) -> Release:
    """Return the release of the second version."""
    usual = {
        "endpoint": ENDPOINT,
        "model": SECOND.model,
        "kind": Kind.DEPLOY,
        "by": "admin@example.com",
        "reason": "Knows the new *prices*",
        "before": (replace(FIRST, percentage=100),),
        "after": (SECOND, FIRST),
        "requested_at": NOON,
        "decided_at": NOON,
        "outcome": Outcome.LIVE,
        "id": "r1",
    }
    return Release(**(usual | changes))


def preparation(**changes) -> Release:
    """Return the release that brought up the third version, without any questions."""
    usual = {
        "kind": Kind.PREPARE,
        "before": (SECOND, FIRST),
        "after": (THIRD, SECOND, FIRST),
        "reason": "Knows the new address",
        "id": "r2",
    }
    return release(**(usual | changes))


def just_prepared() -> Release:
    """Return the same, a moment after it came up."""
    return preparation(decided_at=datetime.now(UTC))


@dataclass
class _Changing:
    """Remembers what it was told to change, or raises."""

    error: ReviewAppError | None = None
    changes: list[tuple[object, ...]] = field(default_factory=list)

    def _change(self, *change: object) -> Release:
        if self.error:
            raise self.error
        self.changes.append(change)
        return preparation(outcome=Outcome.PENDING, decided_at=None)


@dataclass
class FakeDeployments(_Changing):
    """Serves two versions."""

    served: tuple[Share, ...] = (SECOND, FIRST)
    coming: tuple[Share, ...] = ()
    may_change: bool = True
    is_stopped: bool = False
    states: dict[str, VersionState] = field(default_factory=dict)
    known: Figures | ReviewAppError = field(default_factory=dict)
    page: Page = field(default_factory=lambda: Page((release(),)))
    then: LiveThen = field(default_factory=lambda: LiveThen(None))
    not_kept: list[Share] = field(default_factory=list)
    held_back: str = ""

    def look(self, endpoint: str) -> EndpointNow:
        return EndpointNow(
            endpoint,
            self.served,
            self.coming,
            bool(self.coming),
            self.may_change,
            self.is_stopped,
            self.states,
        )

    def figures(self, _endpoint: str) -> Figures:
        if isinstance(self.known, ReviewAppError):
            raise self.known
        return self.known

    def timeline(self, _viewer: Viewer, _endpoint: str, _token: str | None) -> Page:
        return self.page

    def live_at(self, _viewer: Viewer, _endpoint: str, _moment: datetime) -> LiveThen:
        return self.then

    def former(self, _viewer: Viewer, _endpoint: str) -> list[Share]:
        return self.not_kept

    def obstacle(self, _endpoint: str, _shares: dict[str, int]) -> str:
        return self.held_back

    def version_before(self, _endpoint: str) -> Share | None:
        return next((each for each in self.served if not each.percentage), None)

    def roll_back(self, _viewer: Viewer, endpoint: str, reason: str, to: str) -> Release:
        return self._change("roll back", endpoint, reason, to)

    def deploy(
        self, _viewer: Viewer, endpoint: str, shares: dict[str, int], reason: str
    ) -> Release:
        return self._change("deploy", endpoint, shares, reason)

    def set_traffic(
        self, _viewer: Viewer, endpoint: str, shares: dict[str, int], reason: str
    ) -> Release:
        return self._change("traffic", endpoint, shares, reason)


@dataclass
class FakeDeploying(_Changing):
    """Knows one model of three versions, which answer their own example."""

    registered: dict[str, list[str]] = field(
        default_factory=lambda: {SECOND.model: ["3", "2", "1"]}
    )
    trial: Trial = field(
        default_factory=lambda: Trial(NOON, "admin@example.com", "How much?", "Five *euros*.")
    )
    times_tried: int = 0
    # So many times an error is what comes; without it, always.
    times_away: int | None = None

    def models(self, _viewer: Viewer) -> list[str]:
        return list(self.registered)

    def versions(self, _viewer: Viewer, model: str) -> list[str]:
        return self.registered[model]

    def prepare(self, _viewer: Viewer, wish: Wish) -> Release:
        return self._change(wish)

    def try_out(self, _viewer: Viewer, _release: Release) -> Trial:
        self.times_tried += 1
        is_away = self.times_away is None or self.times_tried <= self.times_away
        if self.error and is_away:
            raise self.error
        return self.trial


@dataclass
class FakeStories(_Changing):
    """Tells one story."""

    story: Story | ReviewAppError = field(
        default_factory=lambda: Story(just_prepared(), may_change=True, is_served=True)
    )
    printed: Logs = field(default_factory=Logs)

    def tell(self, _viewer: Viewer, _release_id: str) -> Story:
        if isinstance(self.story, ReviewAppError):
            raise self.story
        return self.story

    def logs(self, _endpoint: str, _served_name: str) -> Logs:
        return self.printed

    def call_off(self, _viewer: Viewer, release: Release) -> bool:
        self._change("call off", release.id)
        return True


@dataclass
class FakeLifecycle(_Changing):
    """Ends nothing."""

    def remove(self, _viewer: Viewer, endpoint: str, name: str, reason: str) -> Release:
        return self._change("remove", endpoint, name, reason)

    def stop(self, _viewer: Viewer, endpoint: str, reason: str) -> Release:
        return self._change("stop", endpoint, reason)

    def start(self, _viewer: Viewer, endpoint: str, reason: str) -> Release:
        return self._change("start", endpoint, reason)

    def delete(self, _viewer: Viewer, endpoint: str, reason: str) -> Release:
        return self._change("delete", endpoint, reason)


@dataclass
class FakeOverview:
    """Knows some figures, or raises."""

    known: dict[str, EndpointFigures] | ReviewAppError = field(default_factory=dict)

    def figures(self, _names: Sequence[str]) -> dict[str, EndpointFigures]:
        if isinstance(self.known, ReviewAppError):
            raise self.known
        return self.known


def known_endpoint(**changes) -> Endpoint:
    """Return it as the list of endpoints tells of it."""
    served = (ServedVersion(SECOND.name, SECOND.model, SECOND.version, 100),)
    usual = Endpoint(ENDPOINT, "", "", Readiness.READY, served)
    return replace(usual, **changes)


def come(visit, **address: str) -> AppTest:
    """Open the page at an address, as an admin."""
    visit.identity.roles = {Role.ADMIN}
    visit.endpoints.content = visit.endpoints.content or [known_endpoint()]
    at = visit.open("deployments.py")
    at.query_params.update(address)
    return at.run()


def names(at: AppTest) -> list[str]:
    """Return what the buttons are called."""
    return [button.label for button in at.button]


def press(at: AppTest, label: str) -> AppTest:
    """Press the button of this name."""
    return next(each for each in at.button if each.label == label).click().run()


def field_of(at: AppTest, key: str):
    """Return the field of this key, whatever kind it is of."""
    kinds = (at.selectbox, at.text_input, at.text_area, at.checkbox, at.toggle, at.number_input)
    return next(each for kind in kinds for each in kind if each.key == key)
