"""The visitor's session: who is signed in, with which services, and what a page may ask of it."""

import time
from dataclasses import dataclass, field, replace
from typing import Protocol

import streamlit as st

from backend.answer_stream import AnswerStream
from backend.answers import Conversation
from backend.comparisons import Comparisons
from backend.conversations import Conversations
from backend.deployments import Deployments
from backend.endpoints import Endpoints
from backend.erasure import Erasures
from backend.feedback import Feedback
from backend.identity import Identity, Role, Viewer
from backend.label_schemas import LabelSchemas
from backend.my_reviews import MyReviewsReader
from backend.reachability import Reachability
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
