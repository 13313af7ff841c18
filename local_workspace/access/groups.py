"""The names of groups and the ids SCIM clients address them by.

Who is in a group is the business of `principals`.
"""

import secrets
import sqlite3
from collections.abc import Iterable

from local_workspace.access.principal import ADMINS, ANALYSTS, EVERYONE, REVIEWERS
from local_workspace.errors import InvalidParameter, NotFound

_SCHEMA = """
CREATE TABLE IF NOT EXISTS groups (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
"""
_LONGEST_NAME = 255


class Groups:
    """Three groups mean something to the workspace; any other name is allowed and carried."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.executescript(_SCHEMA)
        rows = connection.execute("SELECT id, name FROM groups")
        self._ids: dict[str, str] = {row["name"]: row["id"] for row in rows}
        self.ensure((ADMINS, ANALYSTS, REVIEWERS, EVERYONE))

    def ensure(self, names: Iterable[str]) -> None:
        """Create the groups that do not exist yet."""
        for name in sorted(set(names) - self._ids.keys()):
            group_id = _new_id()
            self._connection.execute(
                "INSERT INTO groups (id, name) VALUES (?, ?)", (group_id, _checked(name))
            )
            self._ids[name] = group_id

    def names(self) -> list[str]:
        """List every group."""
        return sorted(self._ids)

    def exists(self, name: str) -> bool:
        """Tell whether a group has this name."""
        return name in self._ids

    def id_of(self, name: str) -> str:
        """Return the id SCIM clients know a group by."""
        return self._ids[name]

    def name_of(self, group_id: str) -> str:
        """Return the name of the group with this id, or say that there is none."""
        for name, known in self._ids.items():
            if known == group_id:
                return name
        raise NotFound(f"There is no group with id {group_id!r}.")


def _checked(name: str) -> str:
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidParameter(f"A group's name must be 1 to {_LONGEST_NAME} printable characters.")
    return name


def _new_id() -> str:
    return str(10**14 + secrets.randbelow(9 * 10**14))
