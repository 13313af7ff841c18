"""Personal access tokens: who a token stands for, in microseconds, and which tokens exist.

Only the SHA-256 of a token is kept (the id clients see, as on Databricks); the token itself is
returned once, when it is made. It must not know about HTTP.
"""

import secrets
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass

from local_workspace.access.fingerprint import fingerprint
from local_workspace.access.principal import Principal
from local_workspace.access.principals import Principals
from local_workspace.errors import InvalidParameter, NotFound

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tokens (
    id TEXT PRIMARY KEY,
    principal_id TEXT NOT NULL REFERENCES principals(id) ON DELETE CASCADE,
    created_by TEXT NOT NULL,
    comment TEXT NOT NULL,
    created_at REAL NOT NULL,
    expires_at REAL
) STRICT;
"""
# Databricks' own upper limit, two years.
_LONGEST_LIFETIME = 2 * 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Token:
    """What may be told of a token after it was made."""

    id: str
    principal_id: str
    created_by: str
    comment: str
    created_at: float
    expires_at: float | None

    def is_live(self) -> bool:
        """Tell whether the token still opens anything."""
        return self.expires_at is None or time.time() < self.expires_at


class Tokens:
    """Every token of the workspace, in memory for reading, written through on change."""

    def __init__(self, connection: sqlite3.Connection, principals: Principals) -> None:
        self._connection = connection
        self._principals = principals
        connection.executescript(_SCHEMA)
        connection.execute("DELETE FROM tokens WHERE expires_at < ?", (time.time(),))
        rows = connection.execute("SELECT * FROM tokens")
        self._tokens = {row["id"]: Token(**row) for row in rows}
        # Those of served versions die with the process that handed them out.
        self._served_versions: dict[str, Principal] = {}

    def principal_of(self, secret: str) -> Principal | None:
        """Return who a token stands for, or None when nobody holds it any more."""
        token_id = fingerprint(secret)
        if token := self._tokens.get(token_id):
            return self._principals.find(token.principal_id) if token.is_live() else None
        return self._served_versions.get(token_id)

    def issue(
        self,
        principal: Principal,
        *,
        comment: str = "",
        lifetime_seconds: int | None = None,
        created_by: str | None = None,
    ) -> tuple[str, Token]:
        """Make a token for a principal; this is the only time it can be read."""
        secret, now = _new_secret(), time.time()
        token = Token(
            id=fingerprint(secret),
            principal_id=principal.id,
            created_by=created_by or principal.name,
            comment=comment,
            created_at=now,
            expires_at=None if lifetime_seconds is None else now + _checked(lifetime_seconds),
        )
        self._connection.execute(
            "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?)",
            (
                token.id,
                token.principal_id,
                token.created_by,
                comment,
                now,
                token.expires_at,
            ),
        )
        self._tokens[token.id] = token
        return secret, token

    def issue_served_version_token(self, name: str, queryable: Iterable[str]) -> str:
        """Make a token with which a served version may query these endpoints, and only them."""
        secret = _new_secret()
        self._served_versions[fingerprint(secret)] = Principal(
            id="0",
            name=name,
            display_name=name,
            kind="served_version",
            queryable=frozenset(queryable),
        )
        return secret

    def revoke_served_version_token(self, secret: str) -> None:
        """Forget the token of a served version that has ended."""
        self._served_versions.pop(fingerprint(secret), None)

    def get(self, token_id: str) -> Token:
        """Return what may be told of a token, or say that there is none."""
        if token := self._tokens.get(token_id):
            return token
        raise NotFound(f"Token with id {token_id} does not exist.")

    def of(self, principal: Principal) -> list[Token]:
        """List the live tokens of one principal, newest first."""
        return [token for token in self.all() if token.principal_id == principal.id]

    def all(self) -> list[Token]:
        """List every live token of the workspace, newest first."""
        live = (token for token in self._tokens.values() if token.is_live())
        return sorted(live, key=lambda token: token.created_at, reverse=True)

    def revoke(self, token_id: str) -> None:
        """Make a token useless, at once and for good."""
        self.get(token_id)
        self._connection.execute("DELETE FROM tokens WHERE id = ?", (token_id,))
        del self._tokens[token_id]

    def revoke_all_of(self, principal: Principal) -> None:
        """Make every token of a principal useless."""
        self._connection.execute("DELETE FROM tokens WHERE principal_id = ?", (principal.id,))
        self._tokens = {
            token_id: token
            for token_id, token in self._tokens.items()
            if token.principal_id != principal.id
        }


def _new_secret() -> str:
    return f"dapi{secrets.token_hex(16)}"


def _checked(lifetime_seconds: int) -> int:
    # -1 is the platform's way of writing "as long as allowed".
    if lifetime_seconds == -1:
        return _LONGEST_LIFETIME
    if not 0 < lifetime_seconds <= _LONGEST_LIFETIME:
        raise InvalidParameter("lifetime_seconds must be positive and at most two years.")
    return lifetime_seconds
