"""Stores on a database of their own, and a way to open it again."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local_workspace.access.principals import Principals
from local_workspace.access.tokens import Tokens
from local_workspace.database import open_database


@pytest.fixture
def reopen(tmp_path: Path) -> Iterator[Callable[[], sqlite3.Connection]]:
    """Open the database as a workspace that starts again would."""
    connections: list[sqlite3.Connection] = []

    def open_again() -> sqlite3.Connection:
        connections.append(open_database(tmp_path / "workspace.db"))
        return connections[-1]

    yield open_again
    for connection in connections:
        connection.close()


@pytest.fixture
def database(reopen: Callable[[], sqlite3.Connection]) -> sqlite3.Connection:
    """An empty workspace's database."""
    return reopen()


@pytest.fixture
def principals(database: sqlite3.Connection) -> Principals:
    """A workspace nobody has an account in."""
    return Principals(database)


@pytest.fixture
def tokens(database: sqlite3.Connection, principals: Principals) -> Tokens:
    """A workspace without tokens."""
    return Tokens(database, principals)
