"""Where a table is: plain data that crosses to the processes that write and read it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class TableLocation:
    """One Delta table, and where its newest rows wait before they are in it."""

    catalog: str
    schema: str
    name: str
    path: Path
    # Inference tables have rows waiting: in which spool, of which set of tables, of what kind.
    spool: Path | None = None
    table_set: str = ""
    kind: str = ""

    @property
    def full_name(self) -> str:
        """Return the three-part name."""
        return f"{self.catalog}.{self.schema}.{self.name}"


class TableCatalog(Protocol):
    """Whoever knows some of the workspace's tables."""

    def tables(self) -> list[TableLocation]:
        """Return them all."""
        ...
