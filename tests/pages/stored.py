"""A disk as the page of storage meets it, behind the one seam."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from backend.errors import ReviewAppError
from backend.storage import StorageUse, StoredItem, StoredPart

USE = StorageUse(
    parts=(
        StoredPart("tables", 2_000_000, items=(StoredItem("main.hr.chain_payload", 2_000_000),)),
        StoredPart(
            "models",
            500_000_000,
            200_000_000,
            (
                StoredItem("main.hr.chain 1", 200_000_000, is_used=False),
                StoredItem("main.hr.chain 2", 300_000_000),
            ),
        ),
    ),
    free=9_000_000_000,
    measured_at=datetime(2026, 3, 3, 12, tzinfo=UTC),
)


@dataclass
class FakeStorage:
    """Has the disk it was given; remembers what was cleaned, or raises."""

    content: StorageUse | ReviewAppError | None = field(default_factory=lambda: USE)
    sizes: tuple[StoredItem, ...] = ()
    cleaned: list[list[str]] = field(default_factory=list)

    def use(self) -> StorageUse | None:
        if isinstance(self.content, ReviewAppError):
            raise self.content
        return self.content

    def clean(self, parts: Sequence[str]) -> int:
        self.cleaned.append([*parts])
        return 200_000_000

    def tables(self, _endpoint: str) -> tuple[StoredItem, ...]:
        return self.sizes
