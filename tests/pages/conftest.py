"""A visitor with a cookie, and fakes behind the one seam: `backend.services.connect`."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from backend import services
from backend.conversations.conversations import MyConversations, RecordedConversation
from backend.errors import NotFound, ReviewAppError
from backend.feedback.feedback import RecordedVerdicts
from backend.feedback.verdicts import Verdict
from backend.identity import Role, Viewer
from backend.serving.endpoints import Endpoint
from backend.turns.answers import Answer, Conversation, Event
from components import session
from tests.pages.accessed import FakeAccess, FakeInvitations, FakeReviewSetup
from tests.pages.answering import FakeLabelSchemas, FakeMyReviews, FakeReachability
from tests.pages.comparing import FakeComparisons
from tests.pages.deployed import (
    FakeDeploying,
    FakeDeployments,
    FakeLifecycle,
    FakeOverview,
    FakeStories,
)
from tests.pages.erasing import FakeErasures
from tests.pages.exported import FakeLogExport
from tests.pages.guarded import FakeGuardRails
from tests.pages.ledger import FakeReleaseExport, FakeReleaseSearch
from tests.pages.logged_requests import FakeRequestLogs
from tests.pages.one_trace import FakeTraceReading
from tests.pages.picked import FakePickedRequests
from tests.pages.queried import FakeSqlConsole
from tests.pages.rated import FakeQuality
from tests.pages.registered import FakePromotions, FakeRegistry
from tests.pages.replayed import FakeBisections, FakeReplays
from tests.pages.saved import FakeSavedViews
from tests.pages.stored import FakeStorage
from tests.pages.tested import FakeEndpointTests
from tests.pages.traced import FakeTraceSearch
from tests.pages.working import FakeLongWork

SHELL = Path(__file__).parents[2] / "components" / "shell.py"


@dataclass
class FakeIdentity:
    """Says who is there, or raises."""

    roles: set[Role]
    error: ReviewAppError | None = None
    workspace: str = "workspace.example.com"

    def viewer(self) -> Viewer:
        if self.error:
            raise self.error
        return Viewer("alice@example.com", "Alice [Archer]", frozenset(self.roles))


@dataclass
class FakeEndpoints:
    """Returns what it was given, or raises it."""

    content: list[Endpoint] | Exception = field(default_factory=list)

    def usable(self) -> list[Endpoint]:
        if isinstance(self.content, Exception):
            raise self.content
        return self.content


@dataclass
class FakeStream:
    """What `AnswerStream` promises, with the events it was given."""

    events: list[Event | Exception]
    so_far: Answer = field(default_factory=lambda: Answer("Five", "req-cut", is_interrupted=True))
    # The whole answer comes when this is set.
    may_go_on: threading.Event | None = None
    is_closed: bool = False

    def __iter__(self) -> Iterator[Event]:
        for event in self.events:
            if isinstance(event, Exception):
                raise event
            if isinstance(event, Answer):
                if self.may_go_on:
                    self.may_go_on.wait(10)
                self.so_far = event
            yield event

    def close(self) -> None:
        self.is_closed = True


@dataclass
class FakeChain:
    """Gives the events it was told to, and remembers what it was asked."""

    events: list[Event | Exception] = field(default_factory=list)
    asked: list[tuple[str, Conversation, str]] = field(default_factory=list)
    options: list[dict[str, str | None]] = field(default_factory=list)
    streams: list[FakeStream] = field(default_factory=list)
    may_go_on: threading.Event | None = None
    # What a version says that is asked by its name.
    by_name: dict[str, list[Event | Exception]] = field(default_factory=dict)

    def ask(
        self, endpoint: str, conversation: Conversation, question: str, **options: str | None
    ) -> FakeStream:
        self.asked.append((endpoint, conversation, question))
        self.options.append(options)
        name = options.get("served_name")
        events = self.by_name[name] if name else self.events
        self.streams.append(FakeStream(events, may_go_on=self.may_go_on))
        return self.streams[-1]


@dataclass
class FakeFeedback:
    """Keeps verdicts, or raises."""

    error: ReviewAppError | None = None
    verdicts: list[Verdict] = field(default_factory=list)

    def submit(self, _viewer: Viewer, _endpoint: str, verdict: Verdict) -> None:
        if self.error:
            raise self.error
        self.verdicts.append(verdict)

    def read(self, _viewer: Viewer, _endpoint: str, request_ids: list[str]) -> RecordedVerdicts:
        if self.error:
            raise self.error
        given = [each for each in self.verdicts if each.request_id in request_ids]
        return RecordedVerdicts({each.request_id: [each] for each in given})


@dataclass
class FakeConversations:
    """Has the conversations it was given, or raises; remembers what was changed."""

    listed: MyConversations | ReviewAppError = field(default_factory=MyConversations)
    recorded: RecordedConversation | ReviewAppError = field(default_factory=NotFound)
    error: ReviewAppError | None = None
    times_listed: int = 0
    opened: list[tuple[str, str | None]] = field(default_factory=list)
    changes: list[tuple[str, ...]] = field(default_factory=list)

    def mine(self, _viewer: Viewer) -> MyConversations:
        self.times_listed += 1
        if isinstance(self.listed, ReviewAppError):
            raise self.listed
        return self.listed

    def open(self, _viewer: Viewer, name: str, endpoint: str | None) -> RecordedConversation:
        self.opened.append((name, endpoint))
        if isinstance(self.recorded, ReviewAppError):
            raise self.recorded
        return self.recorded

    def rename(self, _viewer: Viewer, name: str, title: str) -> None:
        self._change("rename", name, title)

    def hide(self, _viewer: Viewer, name: str) -> None:
        self._change("hide", name)

    def show_again(self, _viewer: Viewer, name: str) -> None:
        self._change("show again", name)

    def _change(self, *change: str) -> None:
        if self.error:
            raise self.error
        self.changes.append(change)


@dataclass
class Visit:
    """One visitor's browser and the workspace that person meets."""

    identity: FakeIdentity
    endpoints: FakeEndpoints
    chat: FakeChain = field(default_factory=FakeChain)
    feedback: FakeFeedback = field(default_factory=FakeFeedback)
    conversations: FakeConversations = field(default_factory=FakeConversations)
    my_reviews: FakeMyReviews = field(default_factory=FakeMyReviews)
    label_schemas: FakeLabelSchemas = field(default_factory=FakeLabelSchemas)
    reachability: FakeReachability = field(default_factory=FakeReachability)
    erasures: FakeErasures = field(default_factory=FakeErasures)
    comparisons: FakeComparisons = field(default_factory=FakeComparisons)
    deployments: FakeDeployments = field(default_factory=FakeDeployments)
    registry: FakeRegistry = field(default_factory=FakeRegistry)
    promotions: FakePromotions = field(default_factory=FakePromotions)
    deploying: FakeDeploying = field(default_factory=FakeDeploying)
    endpoint_lifecycle: FakeLifecycle = field(default_factory=FakeLifecycle)
    endpoint_overview: FakeOverview = field(default_factory=FakeOverview)
    release_stories: FakeStories = field(default_factory=FakeStories)
    release_search: FakeReleaseSearch = field(default_factory=FakeReleaseSearch)
    release_export: FakeReleaseExport = field(default_factory=FakeReleaseExport)
    log_export: FakeLogExport = field(default_factory=FakeLogExport)
    saved_views: FakeSavedViews = field(default_factory=FakeSavedViews)
    sql_console: FakeSqlConsole = field(default_factory=FakeSqlConsole)
    storage: FakeStorage = field(default_factory=FakeStorage)
    long_work: FakeLongWork = field(default_factory=FakeLongWork)
    guard_rails: FakeGuardRails = field(default_factory=FakeGuardRails)
    replays: FakeReplays = field(default_factory=FakeReplays)
    bisections: FakeBisections = field(default_factory=FakeBisections)
    endpoint_tests: FakeEndpointTests = field(default_factory=FakeEndpointTests)
    access: FakeAccess = field(default_factory=FakeAccess)
    invitations: FakeInvitations = field(default_factory=FakeInvitations)
    review_setup: FakeReviewSetup = field(default_factory=FakeReviewSetup)
    request_logs: FakeRequestLogs = field(default_factory=FakeRequestLogs)
    picked_requests: FakePickedRequests = field(default_factory=FakePickedRequests)
    trace_search: FakeTraceSearch = field(default_factory=FakeTraceSearch)
    trace_reading: FakeTraceReading = field(default_factory=FakeTraceReading)
    quality: FakeQuality = field(default_factory=FakeQuality)
    connect_error: ReviewAppError | None = None
    token: str | None = "dapi-alice"
    tokens_used: list[str] = field(default_factory=list)

    def connect(self, _settings: object, token: str) -> "Visit":
        """Stand in for the services; the visit has their attributes."""
        self.tokens_used.append(token)
        if self.connect_error:
            raise self.connect_error
        return self

    def open(self, page: str = "") -> AppTest:
        """Open the first page, or one of the others."""
        at = AppTest.from_file(str(SHELL), default_timeout=20).run()
        return at.switch_page(f"../pages/{page}").run() if page else at


@pytest.fixture(scope="package", autouse=True)
def _installed_once() -> Iterator[None]:
    """Every page that is opened would read what is installed anew: half a second each."""
    read = manifest_scanner.scan_component_manifests
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(read))
        yield


@pytest.fixture
def visit(monkeypatch) -> Visit:
    """A reviewer with a valid cookie, who has no chains yet."""
    visit = Visit(FakeIdentity({Role.REVIEWER}), FakeEndpoints())
    monkeypatch.setenv("DATABRICKS_HOST", "http://127.0.0.1:9")
    monkeypatch.setenv("DATABRICKS_TOKEN", "dapi-app")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setattr(services, "connect", visit.connect)
    # AppTest cannot send cookies, so the property that reads them is replaced.
    cookies = property(lambda _context: {session.COOKIE: visit.token} if visit.token else {})
    monkeypatch.setattr(ContextProxy, "cookies", cookies)
    return visit


@pytest.fixture
def analyst(visit) -> Visit:
    """The same as somebody who may analyse."""
    visit.identity.roles = {Role.ANALYST}
    return visit


@pytest.fixture
def logs(visit):
    """What is on record of a chain that was asked 120 times, over three hours, of two versions."""
    return visit.request_logs


@pytest.fixture
def console(analyst):
    """What answers the SQL page of that analyst."""
    return analyst.sql_console


@pytest.fixture
def shown():
    """Return a function that gives all text of a page, as Markdown without its escapes."""

    def text(at: AppTest) -> str:
        elements = [*at.title, *at.subheader, *at.markdown, *at.text, *at.caption, *at.warning]
        return "\n".join(element.value for element in elements).replace("\\", "")

    return text
