"""One-time codes an admin hands to a person, who turns one into a token of their own.

A code is kept as its SHA-256, works once and expires. It must not know about HTTP.
"""

import secrets
import sqlite3
import time

from local_workspace.access.attempts import FailedAttempts
from local_workspace.access.fingerprint import fingerprint
from local_workspace.access.principal import Principal
from local_workspace.errors import BadRequest

SECONDS_VALID = 7 * 24 * 3600

_SCHEMA = """
CREATE TABLE IF NOT EXISTS sign_in_codes (
    code_hash TEXT PRIMARY KEY,
    principal_id TEXT NOT NULL REFERENCES principals(id) ON DELETE CASCADE,
    expires_at REAL NOT NULL
) STRICT;
"""


class SignInCodes:
    """The codes that were handed out and not used yet."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._failures = FailedAttempts()
        connection.executescript(_SCHEMA)

    def create(
        self, principal: Principal, seconds_valid: float = SECONDS_VALID
    ) -> tuple[str, float]:
        """Return a new code for a person and when it expires."""
        code, expires_at = secrets.token_urlsafe(16), time.time() + seconds_valid
        self._connection.execute("DELETE FROM sign_in_codes WHERE expires_at < ?", (time.time(),))
        self._connection.execute(
            "INSERT INTO sign_in_codes VALUES (?, ?, ?)",
            (fingerprint(code), principal.id, expires_at),
        )
        return code, expires_at

    def redeem(self, code: str, caller: str) -> str:
        """Return the id of whose code it is and use it up; `caller` may not guess for long."""
        self._failures.check(caller)
        row = self._connection.execute(
            "DELETE FROM sign_in_codes WHERE code_hash = ? RETURNING principal_id, expires_at",
            (fingerprint(code),),
        ).fetchone()
        if row is None or row["expires_at"] < time.time():
            self._failures.record(caller)
            raise BadRequest("This sign-in code is unknown, already used or expired.")
        return str(row["principal_id"])
