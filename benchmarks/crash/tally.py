"""What was acknowledged, and what of it is on record in the end."""

import collections
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from local_workspace.inference_tables.snapshot import SnapshotReader
from local_workspace.inference_tables.table_layout import TableKind
from local_workspace.inference_tables.table_sets import TableSet, TableSets

TABLES = TableSet("main", "crash", "crashed", is_legacy=False)
_COLUMN = "databricks_request_id"


@dataclass(frozen=True)
class Tally:
    """The verdict on one run of kills; `duplicates` and `missing` are to be 0."""

    kills: int
    acknowledged: int
    missing: int
    duplicates: int
    # On record though nobody was told: the caller was gone, or the server died before it answered.
    unacknowledged: int


class Acknowledged:
    """The ids that were acknowledged, gathered by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids: set[str] = set()

    def add(self, request_id: str) -> None:
        """Remember one."""
        with self._lock:
            self._ids.add(request_id)

    def __len__(self) -> int:
        return len(self._ids)

    def judge(self, kills: int, spool: Path, tables_dir: Path) -> Tally:
        """Hold what was acknowledged against both tables of requests; nothing may be running."""
        worst = Tally(kills, len(self._ids), 0, 0, 0)
        for kind in (TableKind.PAYLOAD, TableKind.REQUEST_LOGS):
            counts = collections.Counter(recorded_ids(spool, tables_dir, kind))
            missing = len(self._ids - counts.keys())
            twice = sum(count - 1 for count in counts.values())
            extra = len(counts.keys() - self._ids)
            worst = Tally(
                kills,
                len(self._ids),
                max(worst.missing, missing),
                max(worst.duplicates, twice),
                max(worst.unacknowledged, extra),
            )
        return worst


def recorded_ids(spool: Path, tables_dir: Path, kind: TableKind) -> Iterable[str]:
    """Return the ids of every row, from Delta and from the spool."""
    sets = TableSets(spool, tables_dir)
    location = sets.location(TABLES, kind)
    sets.close()
    snapshot = SnapshotReader().read(location)
    for file in snapshot.files:
        yield from pq.read_table(file, columns=[_COLUMN])[_COLUMN].to_pylist()
    if snapshot.hot_rows is not None:
        yield from snapshot.hot_rows[_COLUMN].to_pylist()
