"""Whoever reads sees every row on record once, whatever the flusher is at."""

import threading

import pyarrow.parquet as pq

from local_workspace.inference_tables.delta_flush import SMALL_FILES
from local_workspace.inference_tables.flusher import Flusher
from local_workspace.inference_tables.snapshot import SnapshotReader
from local_workspace.inference_tables.table_layout import TableKind
from tests.local_workspace.inference_tables.conftest import location, put, record


def test_row_is_seen_before_there_is_a_delta_table(spool, tables_dir):
    """The first request can be queried at once."""
    put(spool, record(1))

    assert _seen(SnapshotReader(), location(spool, tables_dir, TableKind.PAYLOAD)) == ["r1"]


def test_row_that_left_the_spool_is_seen_in_delta(spool, tables_dir):
    """After the flush the same row comes from the files."""
    put(spool, record(1))
    Flusher(spool, tables_dir).flush()
    put(spool, record(2))

    where = location(spool, tables_dir, TableKind.PAYLOAD)
    assert _seen(SnapshotReader(), where) == ["r1", "r2"]


def test_row_that_lingers_in_the_spool_is_not_seen_twice(spool, tables_dir):
    """A row that waits for MLflow is in Delta already, and only from there."""
    put(spool, record(1, trace_id="tr-1", trace="{}"))
    Flusher(spool, tables_dir).flush()

    where = location(spool, tables_dir, TableKind.PAYLOAD)
    assert _seen(SnapshotReader(), where) == ["r1"]


def test_reader_never_misses_or_repeats_a_row_while_rows_are_flushed_and_joined(spool, tables_dir):
    """Write, flush, compact and read at the same time: the count only grows, ids are unique."""
    stop = threading.Event()
    written = 0

    def flush():
        flusher = Flusher(spool, tables_dir)
        while not stop.is_set():
            flusher.flush()
            flusher.keep_house()

    def write():
        nonlocal written
        for number in range(4 * SMALL_FILES):
            put(spool, record(number, trace_id=f"tr-{number}" if number % 7 == 0 else None))
            written = number + 1

    flushing, writing = threading.Thread(target=flush), threading.Thread(target=write)
    flushing.start()
    writing.start()
    reader, where = SnapshotReader(), location(spool, tables_dir, TableKind.PAYLOAD)
    try:
        while writing.is_alive():
            known = written
            seen = _seen(reader, where)
            assert len(seen) == len(set(seen))
            assert len(seen) >= known
    finally:
        writing.join()
        stop.set()
        flushing.join()
    assert len(_seen(reader, where)) == 4 * SMALL_FILES


def _seen(reader, where) -> list[str]:
    snapshot = reader.read(where)
    column = "databricks_request_id"
    cold = [
        value
        for file in snapshot.files
        for value in pq.read_table(file, columns=[column])[column].to_pylist()
    ]
    return sorted([*cold, *snapshot.hot_rows[column].to_pylist()])
