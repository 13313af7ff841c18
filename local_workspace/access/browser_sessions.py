"""Lets a browser, which cannot send a token, open the MLflow UI for somebody who can.

A link with a one-time code becomes a session whose secret travels as a cookie. Both live in
memory only: after a restart one asks for a new link. It must not know about HTTP or MLflow.
"""

import secrets
import time

from local_workspace.access.fingerprint import fingerprint
from local_workspace.access.principal import Principal
from local_workspace.errors import BadRequest

LINK_SECONDS = 3600
SESSION_SECONDS = 12 * 3600


class BrowserSessions:
    """Open links and open sessions, each a hash that leads to a principal's id."""

    def __init__(self) -> None:
        self._links: dict[str, tuple[str, float]] = {}
        self._sessions: dict[str, tuple[str, float]] = {}

    def create_link_code(self, principal: Principal) -> str:
        """Return a code that opens one session within an hour."""
        return _add(self._links, principal.id, LINK_SECONDS)

    def open(self, code: str) -> str:
        """Turn a link's code into the secret of a new session, once."""
        principal_id, expires_at = self._links.pop(fingerprint(code), ("", 0.0))
        if expires_at < time.time():
            raise BadRequest("This link is unknown, already used or older than an hour.")
        return _add(self._sessions, principal_id, SESSION_SECONDS)

    def principal_id_of(self, secret: str) -> str | None:
        """Return the id of whose session it is, while it lasts."""
        principal_id, expires_at = self._sessions.get(fingerprint(secret), ("", 0.0))
        return principal_id if time.time() < expires_at else None


def _add(store: dict[str, tuple[str, float]], principal_id: str, seconds: float) -> str:
    now = time.time()
    for expired in [key for key, (_, expires_at) in store.items() if expires_at < now]:
        del store[expired]
    secret = secrets.token_urlsafe(32)
    store[fingerprint(secret)] = (principal_id, now + seconds)
    return secret
