"""One-time codes an admin hands to a person, who turns one into a token of their own.

A code is kept as its SHA-256, which is also the id by which an open one is listed and withdrawn; it
works once and expires. It must not know about HTTP.
"""

import secrets
import sqlite3
import time
from dataclasses import dataclass

from local_workspace.access.attempts import FailedAttempts
from local_workspace.access.fingerprint import fingerprint
from local_workspace.access.principal import Principal
from local_workspace.errors import BadRequest, InvalidParameter, NotFound

SECONDS_VALID = 7 * 24 * 3600
# How long the token lasts that a code is turned into.
TOKEN_SECONDS = 30 * 24 * 3600
_LONGEST_SECONDS = 90 * 24 * 3600

_SCHEMA = """
CREATE TABLE IF NOT EXISTS sign_in_codes (
    code_hash TEXT PRIMARY KEY,
    principal_id TEXT NOT NULL REFERENCES principals(id) ON DELETE CASCADE,
    expires_at REAL NOT NULL
) STRICT;
"""
# What a data directory made by an earlier version lacks.
_ADDED = {
    "created_by": "TEXT NOT NULL DEFAULT ''",
    "created_at": "REAL NOT NULL DEFAULT 0",
    "token_seconds": f"INTEGER NOT NULL DEFAULT {TOKEN_SECONDS}",
}


@dataclass(frozen=True, slots=True)
class SignInCode:
    """What may be told of a code after it was made."""

    id: str
    principal_id: str
    created_by: str
    created_at: float
    expires_at: float
    token_seconds: int


class SignInCodes:
    """The codes that were handed out and not used yet."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._failures = FailedAttempts()
        connection.executescript(_SCHEMA)
        known = {row["name"] for row in connection.execute("PRAGMA table_info(sign_in_codes)")}
        for name, kind in _ADDED.items():
            if name not in known:
                connection.execute(f"ALTER TABLE sign_in_codes ADD COLUMN {name} {kind}")

    def create(
        self,
        principal: Principal,
        *,
        created_by: str = "",
        seconds_valid: float = SECONDS_VALID,
        token_seconds: int = TOKEN_SECONDS,
    ) -> tuple[str, SignInCode]:
        """Return a new code for a person and what may be told of it."""
        if max(seconds_valid, token_seconds) > _LONGEST_SECONDS or token_seconds <= 0:
            raise InvalidParameter("A code, and the token it becomes, last for 90 days at most.")
        secret, now = secrets.token_urlsafe(16), time.time()
        code = SignInCode(
            fingerprint(secret), principal.id, created_by, now, now + seconds_valid, token_seconds
        )
        self._connection.execute("DELETE FROM sign_in_codes WHERE expires_at < ?", (now,))
        self._connection.execute(
            "INSERT INTO sign_in_codes (code_hash, principal_id, created_by, created_at,"
            " expires_at, token_seconds) VALUES (?, ?, ?, ?, ?, ?)",
            (code.id, code.principal_id, created_by, now, code.expires_at, token_seconds),
        )
        return secret, code

    def redeem(self, code: str, caller: str) -> SignInCode:
        """Return whose code it is and use it up; `caller` may not guess for long."""
        self._failures.check(caller)
        row = self._connection.execute(
            "DELETE FROM sign_in_codes WHERE code_hash = ? RETURNING *", (fingerprint(code),)
        ).fetchone()
        if row is None or row["expires_at"] < time.time():
            self._failures.record(caller)
            raise BadRequest("This sign-in code is unknown, already used or expired.")
        return _code(row)

    def open(self) -> list[SignInCode]:
        """List the codes that still work, the newest first."""
        rows = self._connection.execute(
            "SELECT * FROM sign_in_codes WHERE expires_at >= ? ORDER BY created_at DESC",
            (time.time(),),
        )
        return [_code(row) for row in rows]

    def withdraw(self, code_id: str) -> None:
        """Make a code useless before somebody uses it."""
        cursor = self._connection.execute(
            "DELETE FROM sign_in_codes WHERE code_hash = ?", (code_id,)
        )
        if not cursor.rowcount:
            raise NotFound("There is no open sign-in code with this id.")


def _code(row: sqlite3.Row) -> SignInCode:
    return SignInCode(
        id=row["code_hash"],
        principal_id=row["principal_id"],
        created_by=row["created_by"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        token_seconds=row["token_seconds"],
    )
