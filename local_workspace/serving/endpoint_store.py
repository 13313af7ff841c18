"""Keeps endpoints in the workspace's database: written at every change, read at start."""

import json
import sqlite3

from local_workspace.serving.endpoint import Endpoint


class EndpointStore:
    """One row per endpoint, the whole of it as JSON."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute(
            "CREATE TABLE IF NOT EXISTS endpoints (id TEXT PRIMARY KEY, document TEXT NOT NULL)"
        )

    def load(self) -> list[Endpoint]:
        """Return every stored endpoint."""
        rows = self._database.execute("SELECT document FROM endpoints ORDER BY rowid")
        return [Endpoint.from_json(json.loads(row["document"])) for row in rows]

    def save(self, endpoint: Endpoint) -> None:
        """Store the endpoint durably."""
        self._database.execute(
            "INSERT INTO endpoints (id, document) VALUES (?, ?) "
            "ON CONFLICT (id) DO UPDATE SET document = excluded.document",
            (endpoint.id, json.dumps(endpoint.to_json())),
        )

    def delete(self, endpoint: Endpoint) -> None:
        """Forget the endpoint."""
        self._database.execute("DELETE FROM endpoints WHERE id = ?", (endpoint.id,))
