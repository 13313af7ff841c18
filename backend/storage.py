"""What takes how much of the disk, and what of it may go without anything being lost.

The local workspace measures itself. On Databricks the disk is the platform's: there is only what
Delta says of an endpoint's tables.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from databricks.sdk import WorkspaceClient

from backend.error_translation import translated
from backend.errors import NotFound, NotOffered, Refused
from backend.feedback.assessment_tables import assessment_log
from backend.tables import sql

USE, CLEAN = "/__local__/storage", "/__local__/storage/clean"
_TABLES = ("_payload", "_payload_request_logs", "_payload_assessment_logs")


@dataclass(frozen=True)
class StoredItem:
    """One thing on disk: a table, a model version, an environment."""

    name: str
    size: int
    is_used: bool = True


@dataclass(frozen=True)
class StoredPart:
    """One kind of data, what of it may be deleted, and what it consists of."""

    name: str
    size: int
    cleanable: int = 0
    items: tuple[StoredItem, ...] = ()


@dataclass(frozen=True)
class StorageUse:
    """The disk of a local workspace."""

    parts: tuple[StoredPart, ...]
    free: int
    measured_at: datetime

    @property
    def size(self) -> int:
        """Return what the workspace takes altogether."""
        return sum(part.size for part in self.parts)


class Storage:
    """Reads, and cleans, with the visitor's own rights; the workspace decides who may."""

    def __init__(self, workspace: WorkspaceClient) -> None:
        self._workspace = workspace

    def use(self) -> StorageUse | None:
        """Return what takes how much; None where the disk is the platform's."""
        try:
            with translated():
                found = self._workspace.api_client.do("GET", USE)
        except (NotFound, NotOffered, Refused):
            return None
        return _use(found) if isinstance(found, dict) and "parts" in found else None

    def clean(self, parts: Sequence[str]) -> int:
        """Delete what is unused of these parts, and return how many bytes that has freed."""
        with translated():
            freed = self._workspace.api_client.do("POST", CLEAN, body={"parts": list(parts)})
        return int(freed["freed_bytes"]) if isinstance(freed, dict) else 0

    def tables(self, endpoint: str) -> tuple[StoredItem, ...]:
        """Return how large an endpoint's tables are, as Delta says; nothing without tables."""
        with translated():
            log = assessment_log(self._workspace.serving_endpoints.get(endpoint))
        if log is None:
            return ()
        names = [sql.quoted(log.catalog, log.schema, log.prefix + each) for each in _TABLES]
        return tuple(self._table(name) for name in names)

    def _table(self, name: str) -> StoredItem:
        try:
            (detail,) = sql.rows(self._workspace, f"DESCRIBE DETAIL {name}", {})
        except NotFound:
            return StoredItem(name.replace("`", ""), 0)
        return StoredItem(name.replace("`", ""), int(detail.get("sizeInBytes") or 0))


def _use(found: Mapping[str, Any]) -> StorageUse:
    return StorageUse(
        parts=tuple(_part(each) for each in found["parts"]),
        free=int(found["free_bytes"]),
        measured_at=datetime.fromtimestamp(found["measured_at"] / 1000, UTC),
    )


def _part(found: Mapping[str, Any]) -> StoredPart:
    items = tuple(
        StoredItem(str(each["name"]), int(each["bytes"]), bool(each["is_used"]))
        for each in found.get("items", [])
    )
    return StoredPart(str(found["name"]), int(found["bytes"]), int(found["cleanable_bytes"]), items)
