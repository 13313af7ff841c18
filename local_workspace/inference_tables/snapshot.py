"""What a table holds at this moment: the Delta files, and the rows that are not in them yet.

The order of reading is what makes it exact while the flusher works. The ids known to be in Delta
bound what is read from the spool; only after that the newest Delta version is looked up, and of
the spool's rows those it holds are left out. A row is so never missed (it leaves the spool after
it is in Delta) and never seen twice (the Delta version says which ids it holds).
"""

from contextlib import closing
from dataclasses import dataclass

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from local_workspace.inference_tables.delta_rows import as_table
from local_workspace.inference_tables.spool import application_id, open_spool
from local_workspace.inference_tables.table_layout import TableKind
from local_workspace.inference_tables.table_location import TableLocation
from local_workspace.inference_tables.waiting_rows import waiting_rows


@dataclass(frozen=True)
class TableSnapshot:
    """One consistent state of a table."""

    # Parquet files of the Delta version, absolute paths.
    files: list[str]
    # Rows on record that are not in these files, in the table's columns.
    hot_rows: pa.Table | None
    schema: pa.Schema


class SnapshotReader:
    """Reads snapshots; keeps the Delta logs it has read, so that only their news is read again."""

    def __init__(self) -> None:
        self._opened: dict[str, DeltaTable] = {}
        # Version and highest id of each log: looking it up reads the whole log every time.
        self._ids: dict[str, tuple[int, int]] = {}

    def read(self, table: TableLocation) -> TableSnapshot:
        """Return what the table holds now."""
        if table.spool is None:
            delta = self._current(table)
            return TableSnapshot(delta.file_uris(), None, pa.schema(delta.schema().to_arrow()))
        try:
            return self._with_waiting_rows(table)
        except DeltaError:
            # The log that was known is read piece by piece, and its older part may be gone by now.
            self._opened.pop(str(table.path), None)
            self._ids.clear()
            return self._with_waiting_rows(table)

    def _with_waiting_rows(self, table: TableLocation) -> TableSnapshot:
        assert table.spool is not None
        kind = TableKind(table.kind)
        known = self._opened.get(str(table.path))
        with closing(open_spool(table.spool, read_only=True)) as spool:
            writer = application_id(spool)
            bound = self._highest_id(table, known, writer) if known else 0
            rows = waiting_rows(spool, table.table_set, kind, bound)
        delta = self._current(table) if DeltaTable.is_deltatable(str(table.path)) else None
        held = self._highest_id(table, delta, writer) if delta else 0
        new = [row for row in rows if row["id"] > held]
        files = delta.file_uris() if delta else []
        return TableSnapshot(files, as_table(kind, new), kind.schema)

    def _current(self, table: TableLocation) -> DeltaTable:
        known = self._opened.get(str(table.path))
        if known is None:
            known = self._opened[str(table.path)] = DeltaTable(table.path)
        else:
            known.update_incremental()
        return known

    def _highest_id(self, table: TableLocation, delta: DeltaTable, writer: str) -> int:
        version, path = delta.version(), f"{writer} {table.path}"
        known = self._ids.get(path)
        if known is None or known[0] != version:
            known = self._ids[path] = (version, delta.transaction_version(writer) or 0)
        return known[1]


_READER = SnapshotReader()


def read_snapshot(table: TableLocation) -> TableSnapshot:
    """Return what the table holds now."""
    return _READER.read(table)
