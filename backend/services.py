"""The composition root: the one place where services get what they need."""

from dataclasses import dataclass
from functools import cache, partial

from backend.access.access import Access
from backend.access.invitations import Invitations
from backend.access.review_setup import ReviewSetup
from backend.chat.chat import Chat
from backend.connection import hurry_mlflow, open_workspace
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
from backend.identity import Identity
from backend.log_export.exports import LogExport
from backend.long_work.long_work import LongWork
from backend.picked_requests.picked import PickedRequests
from backend.quality.quality import Quality
from backend.reachability import Reachability, reachability_of
from backend.registry.promotion import Promotions
from backend.registry.registry import Registry
from backend.releases.export import ReleaseExport
from backend.releases.ledger import Releases
from backend.releases.search import ReleaseSearch
from backend.releases.stories import ReleaseStories
from backend.replay.bisections import Bisections
from backend.replay.replays import Replays
from backend.request_logs.logs import RequestLogs
from backend.reviews.my_reviews import MyReviewsReader
from backend.saved_views.views import SavedViews
from backend.serving.endpoints import Endpoints
from backend.settings import Settings
from backend.sql_console.console import SqlConsole
from backend.storage import Storage
from backend.trace_search.search import TraceSearch
from backend.traces.trace_reading import TraceReading

# Whoever connects needs no other module of the backend for it.
__all__ = ["Services", "Settings", "connect"]


@dataclass(frozen=True)
class Services:
    """What the app can do for one signed-in person, with that person's own rights."""

    identity: Identity
    endpoints: Endpoints
    feedback: Feedback
    label_schemas: LabelSchemas
    chat: Chat
    conversations: Conversations
    my_reviews: MyReviewsReader
    comparisons: Comparisons
    erasures: Erasures
    deployments: Deployments
    registry: Registry
    promotions: Promotions
    deploying: Deploying
    endpoint_lifecycle: EndpointLifecycle
    endpoint_overview: EndpointOverview
    release_stories: ReleaseStories
    release_search: ReleaseSearch
    release_export: ReleaseExport
    log_export: LogExport
    saved_views: SavedViews
    sql_console: SqlConsole
    storage: Storage
    long_work: LongWork
    guard_rails: GuardRails
    endpoint_tests: EndpointTests
    replays: Replays
    bisections: Bisections
    request_logs: RequestLogs
    quality: Quality
    picked_requests: PickedRequests

    access: Access
    invitations: Invitations
    review_setup: ReviewSetup
    reachability: Reachability
    trace_search: TraceSearch
    trace_reading: TraceReading


# One for all visitors: what is away is away for everybody.
_reachability = cache(reachability_of)


def connect(settings: Settings, user_token: str) -> Services:
    """Open the workspace as the visitor; raise a `ReviewAppError` if it cannot be reached."""
    workspace = open_workspace(settings.host, user_token)
    # The app's own connection is opened when something first needs it.
    as_app = cache(partial(open_workspace, settings.host, settings.token))
    hurry_mlflow()
    feedback, long_work = Feedback(workspace, as_app), LongWork(workspace, as_app)
    replays = Replays(workspace, as_app, long_work, feedback)
    return Services(
        identity=Identity(workspace),
        endpoints=Endpoints(workspace),
        feedback=feedback,
        label_schemas=LabelSchemas(workspace),
        chat=Chat(workspace),
        conversations=Conversations(workspace, as_app),
        my_reviews=MyReviewsReader(workspace, as_app),
        comparisons=Comparisons(workspace),
        erasures=Erasures(workspace),
        deployments=Deployments(workspace, Releases()),
        deploying=Deploying(workspace, Releases()),
        endpoint_lifecycle=EndpointLifecycle(workspace, Releases()),
        endpoint_overview=EndpointOverview(workspace),
        release_stories=ReleaseStories(workspace, Releases()),
        release_search=ReleaseSearch(workspace, Releases()),
        release_export=ReleaseExport(workspace, Releases()),
        log_export=LogExport(workspace),
        saved_views=SavedViews(),
        registry=Registry(workspace, settings.tracking_uri),
        promotions=Promotions(workspace),
        sql_console=SqlConsole(workspace),
        storage=Storage(workspace),
        long_work=long_work,
        guard_rails=GuardRails(workspace, as_app, Releases()),
        endpoint_tests=EndpointTests(workspace),
        replays=replays,
        bisections=Bisections(workspace, as_app, long_work, feedback),
        request_logs=RequestLogs(workspace, feedback),
        quality=Quality(workspace),
        picked_requests=PickedRequests(workspace, feedback, replays),
        access=Access(workspace),
        invitations=Invitations(workspace),
        review_setup=ReviewSetup(workspace),
        reachability=_reachability(settings.host),
        trace_search=TraceSearch(workspace),
        trace_reading=TraceReading(workspace),
    )
