"""Who may see, query and manage which endpoint.

Entries belong to an endpoint's id, so a new endpoint never inherits those of an old one with
the same name. It must not know about HTTP, nor how an endpoint is served.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from local_workspace.access.principal import ADMINS, EVERYONE, Principal
from local_workspace.errors import InvalidParameter

GranteeKind = Literal["user_name", "group_name", "service_principal_name"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS endpoint_permissions (
    endpoint_id TEXT NOT NULL,
    grantee_kind TEXT NOT NULL,
    grantee TEXT NOT NULL,
    level INTEGER NOT NULL,
    PRIMARY KEY (endpoint_id, grantee_kind, grantee)
) STRICT;
"""


class PermissionLevel(IntEnum):
    """Each level includes the ones below it."""

    NO_PERMISSIONS = 0
    CAN_VIEW = 1
    CAN_QUERY = 2
    CAN_MANAGE = 3


@dataclass(frozen=True, slots=True)
class Grantee:
    """Whom an entry names, in the words of an access control list."""

    kind: GranteeKind
    name: str


@dataclass(frozen=True, slots=True)
class AclEntry:
    """One level given to one grantee, directly or by being creator or admin."""

    grantee: Grantee
    level: PermissionLevel
    inherited: bool = False


class Permissions:
    """The direct entries of every endpoint, in memory for reading, written through on change."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.executescript(_SCHEMA)
        self._levels: dict[str, dict[Grantee, PermissionLevel]] = {}
        for row in connection.execute("SELECT * FROM endpoint_permissions"):
            grantee = Grantee(row["grantee_kind"], row["grantee"])
            entries = self._levels.setdefault(row["endpoint_id"], {})
            entries[grantee] = PermissionLevel(row["level"])

    def level_of(
        self, principal: Principal, endpoint_id: str, endpoint_name: str, creator: str
    ) -> PermissionLevel:
        """Return the highest level anything grants this principal on this endpoint."""
        if principal.queryable is not None:
            queryable = endpoint_name in principal.queryable
            return PermissionLevel.CAN_QUERY if queryable else PermissionLevel.NO_PERMISSIONS
        if principal.is_admin or principal.name == creator:
            return PermissionLevel.CAN_MANAGE
        entries = self._levels.get(endpoint_id, {})
        levels = (entries[name] for name in _names_of(principal) if name in entries)
        return max(levels, default=PermissionLevel.NO_PERMISSIONS)

    def acl(self, endpoint_id: str, creator: Principal | None) -> list[AclEntry]:
        """List the direct entries, then what the creator and the admins have in any case."""
        entries = self._levels.get(endpoint_id, {})
        direct = [AclEntry(grantee, level) for grantee, level in entries.items()]
        inherited = [Grantee("group_name", ADMINS)]
        if creator:
            inherited.insert(0, grantee_of(creator))
        return direct + [
            AclEntry(grantee, PermissionLevel.CAN_MANAGE, inherited=True) for grantee in inherited
        ]

    def replace(self, endpoint_id: str, entries: Iterable[AclEntry]) -> None:
        """Make these the only direct entries of an endpoint."""
        self._write(endpoint_id, _by_grantee(entries))

    def merge(self, endpoint_id: str, entries: Iterable[AclEntry]) -> None:
        """Set the level of the grantees named, and leave the others as they are."""
        self._write(endpoint_id, self._levels.get(endpoint_id, {}) | _by_grantee(entries))

    def forget(self, endpoint_id: str) -> None:
        """Drop the entries of an endpoint that was deleted."""
        self._write(endpoint_id, {})

    def forget_grantee(self, grantee: Grantee) -> None:
        """Drop what a closed account was given: the next one of that name starts with nothing."""
        for endpoint_id, entries in list(self._levels.items()):
            if grantee in entries:
                kept = {name: level for name, level in entries.items() if name != grantee}
                self._write(endpoint_id, kept)

    def _write(self, endpoint_id: str, entries: dict[Grantee, PermissionLevel]) -> None:
        with self._connection:
            self._connection.execute("BEGIN")
            self._connection.execute(
                "DELETE FROM endpoint_permissions WHERE endpoint_id = ?", (endpoint_id,)
            )
            self._connection.executemany(
                "INSERT INTO endpoint_permissions VALUES (?, ?, ?, ?)",
                [
                    (endpoint_id, grantee.kind, grantee.name, int(level))
                    for grantee, level in entries.items()
                ],
            )
        if entries:
            self._levels[endpoint_id] = entries
        else:
            self._levels.pop(endpoint_id, None)


def grantee_of(principal: Principal) -> Grantee:
    """Return how an access control list names a principal."""
    kind: GranteeKind = "user_name" if principal.kind == "user" else "service_principal_name"
    return Grantee(kind, principal.name)


def _names_of(principal: Principal) -> Iterable[Grantee]:
    yield grantee_of(principal)
    yield Grantee("group_name", EVERYONE)
    for group in principal.groups:
        yield Grantee("group_name", group)


def _by_grantee(entries: Iterable[AclEntry]) -> dict[Grantee, PermissionLevel]:
    levels: dict[Grantee, PermissionLevel] = {}
    for entry in entries:
        if entry.grantee in levels:
            raise InvalidParameter(f"{entry.grantee.name} appears more than once in the list.")
        levels[entry.grantee] = entry.level
    return levels
