"""Finds a recorded request by its id, also long after its row has left the spool."""

from pathlib import Path

from local_workspace.inference_tables.records import KnownRequest
from local_workspace.inference_tables.spool import open_spool


class KnownRequests:
    """Looks requests up in the spool; a request is known from the moment it is on record."""

    def __init__(self, spool: Path) -> None:
        self._connection = open_spool(spool, read_only=True)

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def find(self, request_id: str) -> KnownRequest | None:
        """Return what is known of a request."""
        row = self._connection.execute(
            "SELECT * FROM known_requests WHERE request_id = ?", (request_id,)
        ).fetchone()
        return KnownRequest(**row) if row else None
