"""The workspace's own small database: one sqlite file, durable at commit."""

import sqlite3
from pathlib import Path


def open_database(path: Path) -> sqlite3.Connection:
    """Open the file with write-ahead logging; a committed change survives a power loss."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    return connection
