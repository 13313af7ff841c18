"""Takes rows from the spool into the Delta tables: `python -m …flusher PARENT SPOOL TABLES DAYS`.

It alone writes the tables, so what SQL wants deleted from them is its work, too.
A process of its own, so that neither formatting nor compaction takes time from an answer. It may
be killed at any moment: a Delta commit says which ids of the spool it holds, and only what is in
Delta and on the disk is removed from the spool.
"""

import logging
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from local_workspace.inference_tables.delta_flush import SetFlush
from local_workspace.inference_tables.spool import application_id, open_spool
from local_workspace.inference_tables.spool_erasure import SpoolBusy
from local_workspace.inference_tables.table_orders import Action, Order, finish, next_order
from local_workspace.inference_tables.table_sets import TableSet, TableSets
from local_workspace.process_lifetime import end_with_parent

FLUSH_SECONDS = 0.5
_HOUSEKEEPING_SECONDS = 10.0
_LONGEST_PAUSE = 10.0
_LOOK_SECONDS = 0.05

_log = logging.getLogger("flusher")


class Flusher:
    """Flushes every set of tables in turn."""

    def __init__(self, spool: Path, tables_dir: Path, retention_days: int = 0) -> None:
        self._spool = open_spool(spool)
        self._sets = TableSets(spool, tables_dir)
        self._writer = application_id(self._spool)
        self._retention_days = retention_days
        self._flushes: dict[str, SetFlush] = {}
        self._kept_house = time.monotonic()

    def flush(self) -> None:
        """Take everything that waits into Delta."""
        for table_set in self._sets.all():
            self._flush(table_set)

    def keep_house(self) -> None:
        """Join small files, forget what is too old."""
        for flush in self._flushes.values():
            flush.keep_house(self._retention_days)

    def attempt(self) -> bool:
        """Flush, and keep house when it is time; tell whether all of that worked."""
        is_time = time.monotonic() - self._kept_house > _HOUSEKEEPING_SECONDS
        if is_time:
            self._kept_house = time.monotonic()
        # Every set is tried: a broken table must not hold up the others.
        worked = [self._attempt(table_set, is_time) for table_set in self._sets.all()]
        return self._carry_out_orders() and all(worked)

    def has_orders(self) -> bool:
        """Tell whether somebody waits for an order to be carried out."""
        try:
            return next_order(self._spool) is not None
        except sqlite3.Error:
            return False

    def _flush(self, table_set: TableSet) -> SetFlush:
        flush = self._opened(table_set)
        while flush.run():
            pass
        return flush

    def _opened(self, table_set: TableSet) -> SetFlush:
        flush = self._flushes.get(table_set.name)
        if flush is None:
            flush = SetFlush(self._spool, self._sets, table_set, self._writer)
            self._flushes[table_set.name] = flush
        return flush

    def _carry_out_orders(self) -> bool:
        """Do what SQL asks for; tell whether nothing is left to be tried again."""
        while (order := next_order(self._spool)) is not None:
            try:
                finish(self._spool, order, self._carry_out(order), None)
            except (SpoolBusy, sqlite3.OperationalError) as error:
                _log.warning(
                    "the %s of %s is tried again: %s", order.action, order.table_set, error
                )
                return False
            except Exception as error:  # noqa: BLE001 - whoever gave the order is told, and can give it again
                _log.warning("%s of %s failed: %s", order.action, order.table_set, error)
                self._flushes.pop(order.table_set, None)
                finish(self._spool, order, None, f"{type(error).__name__}: {str(error)[:300]}")
        return True

    def _carry_out(self, order: Order) -> int:
        table_set = self._sets.find(order.table_set)
        if table_set is None:
            raise LookupError(f"there are no tables {order.table_set}")
        flush = self._opened(table_set)
        if order.action is Action.DELETE:
            return flush.delete(order.kind, order.keys)
        return flush.vacuum(order.kind, order.hours)

    def _attempt(self, table_set: TableSet, and_keep_house: bool) -> bool:
        try:
            flush = self._flush(table_set)
            if and_keep_house:
                flush.keep_house(self._retention_days)
        except Exception as error:  # noqa: BLE001 - a full disk, mostly; the rows stay in the spool
            _log.warning("the rows of %s stay in the spool for now: %s", table_set.name, error)
            # A commit may have happened all the same: only the tables themselves know.
            self._flushes.pop(table_set.name, None)
            return False
        return True


def main() -> None:
    """Flush until the workspace closes our standard input; then once more."""
    end_with_parent(int(sys.argv[1]))
    # Answers come first: rows are queryable from the spool meanwhile.
    os.nice(5)
    logging.basicConfig(format="%(asctime)s %(message)s")
    flusher = Flusher(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
    closing = threading.Event()
    threading.Thread(target=_watch_standard_input, args=(closing,), daemon=True).start()
    pause = FLUSH_SECONDS
    worked = True
    while not _ended(closing, pause, flusher.has_orders if worked else _never):
        worked = flusher.attempt()
        pause = FLUSH_SECONDS if worked else min(2 * pause, _LONGEST_PAUSE)
    flusher.attempt()


def _ended(closing: threading.Event, seconds: float, is_wanted: Callable[[], bool]) -> bool:
    """Wait for as long, or until somebody waits; tell whether the workspace has ended."""
    deadline = time.monotonic() + seconds
    while not closing.wait(_LOOK_SECONDS):
        if time.monotonic() > deadline or is_wanted():
            return False
    return True


def _never() -> bool:
    return False


def _watch_standard_input(closing: threading.Event) -> None:
    sys.stdin.buffer.read()
    closing.set()


if __name__ == "__main__":
    main()
