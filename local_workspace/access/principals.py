"""The users and service principals of the workspace, and the groups they are in.

Everything is held in memory and written through, because every request asks. It must not know
about HTTP, tokens or endpoints.
"""

import secrets
import sqlite3
import uuid
from collections.abc import Iterable
from typing import cast

from local_workspace.access.groups import Groups
from local_workspace.access.principal import ADMINS, Principal, PrincipalKind
from local_workspace.errors import AlreadyExists, InvalidParameter, InvalidState, NotFound

_SCHEMA = """
CREATE TABLE IF NOT EXISTS principals (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS memberships (
    principal_id TEXT NOT NULL REFERENCES principals(id) ON DELETE CASCADE,
    group_name TEXT NOT NULL,
    PRIMARY KEY (principal_id, group_name)
) STRICT;
"""
_LONGEST_NAME = 255


class Principals:
    """Every principal that has an account; served versions have none."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.executescript(_SCHEMA)
        self.groups = Groups(connection)
        self._by_id = {principal.id: principal for principal in self._load()}
        self._by_name = {principal.name: principal for principal in self._by_id.values()}

    def create_user(
        self, user_name: str, display_name: str | None = None, groups: Iterable[str] = ()
    ) -> Principal:
        """Add a person; user names are e-mail addresses and compared without regard to case."""
        name = _checked_name(user_name, "userName")
        return self._create("user", name, display_name or name, groups)

    def create_service_principal(
        self, display_name: str, groups: Iterable[str] = (), application_id: str | None = None
    ) -> Principal:
        """Add an identity for a program; its application id is the name permissions use."""
        name = _checked_name(application_id or str(uuid.uuid4()), "applicationId")
        return self._create("service_principal", name, display_name or name, groups)

    def get(self, principal_id: str) -> Principal:
        """Return the principal with this id, or say that there is none."""
        if principal := self._by_id.get(principal_id):
            return principal
        raise NotFound(f"There is no user or service principal with id {principal_id!r}.")

    def find(self, principal_id: str) -> Principal | None:
        """Return the principal with this id, if it still has an account."""
        return self._by_id.get(principal_id)

    def find_by_name(self, name: str) -> Principal | None:
        """Return who is called so: a user name or an application id."""
        return self._by_name.get(name.lower())

    def of_kind(self, kind: PrincipalKind) -> list[Principal]:
        """List all of one kind, in the order of their names."""
        found = (principal for principal in self._by_id.values() if principal.kind == kind)
        return sorted(found, key=lambda principal: principal.name)

    def members_of(self, group_name: str) -> list[Principal]:
        """List who is in a group, in the order of their names."""
        found = (each for each in self._by_id.values() if group_name in each.groups)
        return sorted(found, key=lambda principal: principal.name)

    def set_groups(self, principal_id: str, groups: Iterable[str]) -> Principal:
        """Put a principal in exactly these groups; the last admin stays one."""
        principal, wanted = self.get(principal_id), frozenset(groups)
        if ADMINS not in wanted:
            self._keep_one_admin(principal)
        self.groups.ensure(wanted)
        with self._connection:
            self._connection.execute("BEGIN")
            self._write_groups(principal_id, wanted)
        return self._remember(_with_groups(principal, wanted))

    def delete(self, principal_id: str) -> None:
        """Close an account; the last admin cannot be removed."""
        principal = self.get(principal_id)
        self._keep_one_admin(principal)
        self._connection.execute("DELETE FROM principals WHERE id = ?", (principal_id,))
        del self._by_id[principal_id]
        del self._by_name[principal.name]

    def _create(
        self, kind: PrincipalKind, name: str, display_name: str, groups: Iterable[str]
    ) -> Principal:
        if name in self._by_name:
            raise AlreadyExists(f"There is already a principal with the name {name!r}.")
        wanted = frozenset(groups)
        self.groups.ensure(wanted)
        principal = Principal(_new_id(), name, display_name, kind, wanted)
        with self._connection:
            self._connection.execute("BEGIN")
            self._connection.execute(
                "INSERT INTO principals (id, kind, name, display_name) VALUES (?, ?, ?, ?)",
                (principal.id, kind, name, display_name),
            )
            self._write_groups(principal.id, wanted)
        return self._remember(principal)

    def _write_groups(self, principal_id: str, groups: frozenset[str]) -> None:
        self._connection.execute("DELETE FROM memberships WHERE principal_id = ?", (principal_id,))
        self._connection.executemany(
            "INSERT INTO memberships (principal_id, group_name) VALUES (?, ?)",
            [(principal_id, group) for group in sorted(groups)],
        )

    def _remember(self, principal: Principal) -> Principal:
        self._by_id[principal.id] = principal
        self._by_name[principal.name] = principal
        return principal

    def _keep_one_admin(self, principal: Principal) -> None:
        if principal.is_admin and len(self.members_of(ADMINS)) == 1:
            raise InvalidState(f"{principal.name} is the last admin of this workspace.")

    def _load(self) -> list[Principal]:
        groups: dict[str, set[str]] = {}
        for row in self._connection.execute("SELECT principal_id, group_name FROM memberships"):
            groups.setdefault(row["principal_id"], set()).add(row["group_name"])
        rows = self._connection.execute("SELECT id, kind, name, display_name FROM principals")
        return [
            Principal(
                row["id"],
                row["name"],
                row["display_name"],
                cast(PrincipalKind, row["kind"]),
                frozenset(groups.get(row["id"], ())),
            )
            for row in rows
        ]


def _with_groups(principal: Principal, groups: frozenset[str]) -> Principal:
    return Principal(principal.id, principal.name, principal.display_name, principal.kind, groups)


def _checked_name(name: str, field: str) -> str:
    # Names travel in headers, logs and permissions: nothing invisible may hide in them.
    if not name or len(name) > _LONGEST_NAME or not name.isprintable() or " " in name:
        raise InvalidParameter(f"{field} must be 1 to {_LONGEST_NAME} characters without spaces.")
    return name.lower()


def _new_id() -> str:
    # 16 digits as Databricks has, small enough for a browser's numbers, never used again.
    return str(10**15 + secrets.randbelow(8 * 10**15))
