"""The visitor's session: who is signed in, with which services, and what a page may ask of it."""

import time
from dataclasses import dataclass, field, replace
from typing import Protocol

import streamlit as st

from backend.access.access import Access
from backend.access.invitations import Invitations
from backend.access.review_setup import ReviewSetup
from backend.chat.answer_stream import AnswerStream
from backend.conversations.comparisons import Comparisons
from backend.conversations.conversations import Conversations
from backend.deploying.deploying import Deploying
from backend.deploying.deployments import Deployments
from backend.deploying.endpoint_lifecycle import EndpointLifecycle
from backend.deploying.endpoint_overview import EndpointOverview
from backend.endpoint_tests.service import EndpointTests
from backend.erasure.erasures import Erasures
from backend.feedback.feedback import Feedback
from backend.feedback.label_schemas import LabelSchemas
from backend.guard_rails.rails import GuardRails
from backend.identity import Identity, Role, Viewer
from backend.log_export.exports import LogExport
from backend.long_work.long_work import LongWork
from backend.picked_requests.picked import PickedRequests
from backend.quality.quality import Quality
from backend.reachability import Reachability
from backend.registry.promotion import Promotions
from backend.registry.registry import Registry
from backend.releases.export import ReleaseExport
from backend.releases.search import ReleaseSearch
from backend.releases.stories import ReleaseStories
from backend.replay.bisections import Bisections
from backend.replay.replays import Replays
from backend.request_logs.logs import RequestLogs
from backend.reviews.my_reviews import MyReviewsReader
from backend.saved_views.views import SavedViews
from backend.serving.endpoints import Endpoints
from backend.sql_console.console import SqlConsole
from backend.storage import Storage
from backend.trace_search.search import TraceSearch
from backend.traces.trace_reading import TraceReading
from backend.turns.answers import Conversation
from components import states

COOKIE = "review_app_session"
# How long a change of somebody's roles, or a revoked token, may go unnoticed in an open tab.
FRESH_SECONDS = 60
# How long a tab goes on without a workspace that could be asked who this is.
PATIENCE_SECONDS = 900
_KEY = "session"


class Chain(Protocol):
    """Puts a question to a chain."""

    def ask(
        self,
        endpoint: str,
        conversation: Conversation,
        question: str,
        *,
        parent: str | None = None,
        client_request_id: str | None = None,
        served_name: str | None = None,
        pair: str | None = None,
    ) -> AnswerStream:
        """Give the answer as it arrives; the last event is the whole `Answer`."""


class Services(Protocol):
    """What a page may call; only the shell knows who makes it, and tests hand in fakes."""

    @property
    def identity(self) -> Identity:
        """Who the visitor is."""

    @property
    def endpoints(self) -> Endpoints:
        """What the visitor may ask."""

    @property
    def chat(self) -> Chain:
        """Asks it."""

    @property
    def feedback(self) -> Feedback:
        """What the visitor says of answers."""

    @property
    def label_schemas(self) -> LabelSchemas:
        """What else is asked of answers."""

    @property
    def conversations(self) -> Conversations:
        """What the visitor has talked about so far."""

    @property
    def my_reviews(self) -> MyReviewsReader:
        """What the visitor has judged, and what became of it."""

    @property
    def comparisons(self) -> Comparisons:
        """Turns the comparison of two versions on and off."""

    @property
    def erasures(self) -> Erasures:
        """Takes a person's conversations and verdicts out of everything."""

    @property
    def deployments(self) -> Deployments:
        """What endpoints serve, and the ledger of it."""

    @property
    def deploying(self) -> Deploying:
        """Brings versions onto endpoints and tries them."""

    @property
    def endpoint_lifecycle(self) -> EndpointLifecycle:
        """Stops, starts and deletes endpoints, and takes versions off them."""

    @property
    def endpoint_overview(self) -> EndpointOverview:
        """How busy endpoints are, and who may ask them."""

    @property
    def release_stories(self) -> ReleaseStories:
        """All there is to know of one release."""

    @property
    def registry(self) -> Registry:
        """What is registered, and what is said of it."""

    @property
    def promotions(self) -> Promotions:
        """Copies versions from one environment to the next."""

    @property
    def release_search(self) -> ReleaseSearch:
        """Finds releases, and what they answered."""

    @property
    def release_export(self) -> ReleaseExport:
        """Writes the ledger into a file."""

    @property
    def log_export(self) -> LogExport:
        """Writes recorded requests into a file, as it is downloaded."""

    @property
    def saved_views(self) -> SavedViews:
        """Views of the analysts' pages by name, shared with the team."""

    @property
    def sql_console(self) -> SqlConsole:
        """Statements of the visitor's own."""

    @property
    def storage(self) -> Storage:
        """What takes how much of the disk."""

    @property
    def long_work(self) -> LongWork:
        """Work that outlives a browser."""

    @property
    def guard_rails(self) -> GuardRails:
        """What keeps an endpoint from serving something bad."""

    @property
    def endpoint_tests(self) -> EndpointTests:
        """Asks endpoints as any client would."""

    @property
    def replays(self) -> Replays:
        """What people asked, asked again of another version."""

    @property
    def bisections(self) -> Bisections:
        """Which version began to answer like this."""

    @property
    def quality(self) -> Quality:
        """What reviewers say of answers, and how sure one can be."""

    @property
    def request_logs(self) -> RequestLogs:
        """What was asked of endpoints and answered."""

    @property
    def picked_requests(self) -> PickedRequests:
        """What can be done with requests of a log."""

    @property
    def access(self) -> Access:
        """Who may do what with endpoints."""

    @property
    def invitations(self) -> Invitations:
        """Who is let in."""

    @property
    def review_setup(self) -> ReviewSetup:
        """What reviewers are told and asked."""

    @property
    def trace_search(self) -> TraceSearch:
        """Finds traces and what belongs beside them."""

    @property
    def trace_reading(self) -> TraceReading:
        """Reads one trace, span by span."""

    @property
    def reachability(self) -> Reachability:
        """What is away at the moment."""


@dataclass(frozen=True)
class Session:
    """One signed-in person; lives in session state because it acts with that person's token."""

    token: str = field(repr=False)
    services: Services
    viewer: Viewer
    # When the workspace last said who this is, and when it was last asked.
    confirmed_at: float = field(default_factory=time.monotonic)
    checked_at: float = field(default_factory=time.monotonic)

    @property
    def is_fresh(self) -> bool:
        """Tell whether the workspace was asked recently who this is."""
        return time.monotonic() - self.checked_at < FRESH_SECONDS

    def unconfirmed(self) -> "Session | None":
        """Return the session to go on with when nobody could be asked; None when that lasts."""
        if time.monotonic() - self.confirmed_at > PATIENCE_SECONDS:
            return None
        return replace(self, checked_at=time.monotonic())


def current_token() -> str | None:
    """Return the personal token the browser sent along, in a cookie no script can read."""
    return st.context.cookies.get(COOKIE) or None


def remember(session: Session) -> None:
    """Keep the session for the next click in this tab."""
    st.session_state[_KEY] = session


def remembered() -> Session | None:
    """Return the tab's session, unless the browser has meanwhile signed out or changed person."""
    session: Session | None = st.session_state.get(_KEY)
    return session if session and session.token == current_token() else None


def require(*roles: Role) -> Session:
    """Return the session of somebody with one of these roles; for anybody else stop the page."""
    session = remembered()
    if session is None:
        states.sign_in()
        st.stop()
    if not session.viewer.has_any(roles):
        states.no_permission(session.viewer)
        st.stop()
    return session
