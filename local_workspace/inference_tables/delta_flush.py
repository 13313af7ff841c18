"""Flushes the tables of one deployment, and keeps their files few and as young as asked."""

import datetime
import sqlite3
from collections.abc import Sequence

from local_workspace.inference_tables.delta_rows import as_table
from local_workspace.inference_tables.delta_table import AppendedTable
from local_workspace.inference_tables.row_keys import RowKey, predicates
from local_workspace.inference_tables.spool_erasure import forget, wipe
from local_workspace.inference_tables.table_layout import TableKind
from local_workspace.inference_tables.table_sets import TableSet, TableSets
from local_workspace.inference_tables.waiting_rows import waiting_rows

ROWS_PER_COMMIT = 1000
SMALL_FILES = 64
COMPACTIONS_PER_TIDYING = 4
_SMALL = 16 * 1024 * 1024
_LARGE = 128 * 1024 * 1024


class TableFlush:
    """One table: what of the spool is in it, and what of the spool need not be in it."""

    def __init__(self, spool: sqlite3.Connection, table: AppendedTable, kind: TableKind) -> None:
        self.kind = kind
        # Higher than what the table says where the newest rows are none of this table's.
        self.covered = table.held
        self._spool = spool
        self._table = table
        self._small_files = table.files_below(_SMALL)
        self._compactions = 0

    def run(self, table_set: str) -> int:
        """Append the next rows; return how many."""
        rows = waiting_rows(self._spool, table_set, self.kind, self.covered, ROWS_PER_COMMIT)
        if not rows:
            return 0
        highest = int(rows[-1]["id"])
        self._table.append(as_table(self.kind, rows), highest)
        self.covered = highest
        self._small_files += 1
        return len(rows)

    def tidy(self) -> None:
        """Join small files when there are many; now and then write what speeds up opening."""
        if self._small_files < SMALL_FILES:
            return
        self._compactions += 1
        is_thorough = self._compactions % COMPACTIONS_PER_TIDYING == 0
        self._table.compact(_LARGE if is_thorough else _SMALL)
        self._small_files = 0
        if is_thorough:
            self._table.tidy()

    def delete(self, keys: Sequence[RowKey]) -> int:
        """Delete these rows; return how many there were."""
        return sum(self._table.delete(each) for each in predicates(self.kind, keys))

    def vacuum(self, hours: int) -> int:
        """Remove the files no version of the last hours needs; return how many."""
        return self._table.vacuum(hours)

    def forget_before(self, day: datetime.date) -> None:
        """Delete the rows of all days before."""
        self._table.forget_before(day, self.kind.date_column)


class SetFlush:
    """The tables of one deployment, from one spool."""

    def __init__(
        self, spool: sqlite3.Connection, sets: TableSets, table_set: TableSet, writer: str
    ) -> None:
        self._spool = spool
        self._name = table_set.name
        self._forgotten: datetime.date | None = None
        # Up to where the spool has been emptied; unknown until the first flush.
        self._removed: int | None = None
        self._tables = [
            TableFlush(spool, _open(sets, table_set, kind, writer), kind)
            for kind in table_set.kinds
        ]

    def run(self) -> bool:
        """Take the next rows into Delta and out of the spool; tell whether there are more."""
        # Read first: rows that come later are not covered by what is found below.
        bound = self._highest("requests")
        taken = [table.run(self._name) for table in self._tables]
        if any(taken) or self._removed is None:
            self._remove_requests(bound, self._removed or 0)
            self._remove_assessments()
        return max(taken) == ROWS_PER_COMMIT

    def keep_house(self, retention_days: int) -> None:
        """Do what need not be done at once; no row waits for it."""
        self._remove_requests(self._highest("requests"), 0)
        self._remove_assessments()
        for table in self._tables:
            table.tidy()
        self._forget(retention_days)

    def delete(self, kind: TableKind, keys: Sequence[RowKey]) -> int:
        """Delete these rows of one table, and what the spool keeps of them for MLflow."""
        # A row is deleted where it is then for good; before, it would come to Delta afterwards.
        self._settle()
        deleted = self._table_of(kind).delete(keys)
        forget(self._spool, self._name, kind, keys)
        return deleted

    def vacuum(self, kind: TableKind, hours: int) -> int:
        """Remove what is left of deleted rows; return how many files that were."""
        removed = self._table_of(kind).vacuum(hours)
        if hours == 0:
            wipe(self._spool)
        return removed

    def _settle(self) -> None:
        """Bring all that is on record by now into Delta."""
        bounds = {True: self._highest("requests"), False: self._highest("assessments")}
        for table in self._tables:
            bound = bounds[_of_requests(table)]
            while self._covered(table, bound) < bound:
                self.run()

    def _table_of(self, kind: TableKind) -> TableFlush:
        return next(table for table in self._tables if table.kind is kind)

    def _forget(self, days: int) -> None:
        """Delete rows older than so many days, once a day; 0 keeps everything."""
        today = datetime.datetime.now(datetime.UTC).date()
        if not days or self._forgotten == today:
            return
        oldest = today - datetime.timedelta(days=days)
        for table in self._tables:
            table.forget_before(oldest)
        start = datetime.datetime.combine(oldest, datetime.time(), datetime.UTC)
        self._spool.execute(
            "DELETE FROM known_requests WHERE table_set = ? AND request_time < ?",
            (self._name, int(start.timestamp() * 1_000_000)),
        )
        self._forgotten = today

    def _highest(self, table: str) -> int:
        row = self._spool.execute(
            f"SELECT coalesce(max(id), 0) FROM {table} WHERE table_set = ?", (self._name,)
        ).fetchone()
        return int(row[0])

    def _remove_requests(self, bound: int, above: int) -> None:
        """What still waits for MLflow stays; it is removed when the house is kept."""
        held = min(self._covered(table, bound) for table in self._tables if _of_requests(table))
        self._spool.execute(
            "DELETE FROM requests WHERE table_set = ? AND id > ? AND id <= ? "
            "AND id NOT IN (SELECT id FROM pending_traces)",
            (self._name, above, held),
        )
        self._removed = max(self._removed or 0, held)
        self._spool.execute(
            "INSERT INTO flushed VALUES (?, ?) ON CONFLICT (table_set) DO UPDATE SET id = ?",
            (self._name, held, held),
        )

    def _covered(self, table: TableFlush, bound: int) -> int:
        """A table without rows up to the bound needs none of them."""
        waiting = waiting_rows(self._spool, self._name, table.kind, table.covered, 1)
        return int(waiting[0]["id"]) - 1 if waiting else max(bound, table.covered)

    def _remove_assessments(self) -> None:
        held = next(each.covered for each in self._tables if not _of_requests(each))
        self._spool.execute(
            "DELETE FROM assessments WHERE table_set = ? AND id <= ? "
            "AND id NOT IN (SELECT id FROM pending_assessments)",
            (self._name, held),
        )


def _of_requests(table: TableFlush) -> bool:
    return table.kind is not TableKind.ASSESSMENT_LOGS


def _open(sets: TableSets, table_set: TableSet, kind: TableKind, writer: str) -> AppendedTable:
    location = sets.location(table_set, kind)
    return AppendedTable(location.path, kind.schema, location.full_name, writer)
