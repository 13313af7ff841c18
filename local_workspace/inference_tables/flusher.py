"""Takes rows from the spool into the Delta tables: `python -m …flusher PARENT SPOOL TABLES DAYS`.

A process of its own, so that neither formatting nor compaction takes time from an answer. It may
be killed at any moment: a Delta commit says which ids of the spool it holds, and only what is in
Delta and on the disk is removed from the spool.
"""

import logging
import os
import sys
import threading
import time
from pathlib import Path

from local_workspace.inference_tables.delta_flush import SetFlush
from local_workspace.inference_tables.spool import application_id, open_spool
from local_workspace.inference_tables.table_sets import TableSet, TableSets
from local_workspace.process_lifetime import end_with_parent

FLUSH_SECONDS = 0.5
_HOUSEKEEPING_SECONDS = 10.0
_LONGEST_PAUSE = 10.0

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
        return all(worked)

    def _flush(self, table_set: TableSet) -> SetFlush:
        flush = self._flushes.get(table_set.name)
        if flush is None:
            flush = SetFlush(self._spool, self._sets, table_set, self._writer)
            self._flushes[table_set.name] = flush
        while flush.run():
            pass
        return flush

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
    while not closing.wait(pause):
        pause = FLUSH_SECONDS if flusher.attempt() else min(2 * pause, _LONGEST_PAUSE)
    flusher.attempt()


def _watch_standard_input(closing: threading.Event) -> None:
    sys.stdin.buffer.read()
    closing.set()


if __name__ == "__main__":
    main()
