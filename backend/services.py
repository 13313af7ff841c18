"""The composition root: the one place where services get what they need."""

from dataclasses import dataclass
from functools import cache, partial

from backend.chat import Chat
from backend.comparisons import Comparisons
from backend.connection import hurry_mlflow, open_workspace
from backend.conversations import Conversations
from backend.deployments import Deployments
from backend.endpoints import Endpoints
from backend.erasure import Erasures
from backend.feedback import Feedback
from backend.identity import Identity
from backend.label_schemas import LabelSchemas
from backend.my_reviews import MyReviewsReader
from backend.reachability import Reachability, reachability_of
from backend.releases import Releases
from backend.settings import Settings

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

    reachability: Reachability


# One for all visitors: what is away is away for everybody.
_reachability = cache(reachability_of)


def connect(settings: Settings, user_token: str) -> Services:
    """Open the workspace as the visitor; raise a `ReviewAppError` if it cannot be reached."""
    workspace = open_workspace(settings.host, user_token)
    # The app's own connection is opened when something first needs it.
    as_app = cache(partial(open_workspace, settings.host, settings.token))
    hurry_mlflow()
    return Services(
        identity=Identity(workspace),
        endpoints=Endpoints(workspace),
        feedback=Feedback(workspace, as_app),
        label_schemas=LabelSchemas(workspace),
        chat=Chat(workspace),
        conversations=Conversations(workspace, as_app),
        my_reviews=MyReviewsReader(workspace, as_app),
        comparisons=Comparisons(workspace),
        erasures=Erasures(workspace),
        deployments=Deployments(workspace, Releases()),
        reachability=_reachability(settings.host),
    )
