"""Rows are deleted by the flusher alone: at once, for good, and without losing another's."""

import fcntl
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from local_workspace.inference_tables import delta_flush, spool_erasure
from local_workspace.inference_tables.delta_table import AppendedTable
from local_workspace.inference_tables.flusher import Flusher
from local_workspace.inference_tables.row_keys import RowKey
from local_workspace.inference_tables.snapshot import SnapshotReader
from local_workspace.inference_tables.spool import open_spool
from local_workspace.inference_tables.table_layout import TableKind
from local_workspace.inference_tables.table_orders import (
    OrderFailed,
    OrderWithdrawn,
    delete_rows,
    vacuum,
)
from tests.local_workspace.inference_tables.conftest import count, location, put, record, verdict

SECRET = "what-nobody-shall-read"
VERDICT_TIME = 1_700_000_000_000_000


def ordered(flusher, order):
    """Let the flusher work until an order that waits for it is carried out."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(order)
        while not waiting.done():
            flusher.attempt()
        return waiting.result()


def ids(spool, tables_dir, kind=TableKind.PAYLOAD) -> list[str]:
    """Return the requests a table holds, in Delta or on the way there."""
    table = location(spool, tables_dir, kind)
    snapshot = SnapshotReader().read(table)
    cold = DeltaTable(table.path).to_pyarrow_table().to_pylist()
    rows = [*cold, *(snapshot.hot_rows.to_pylist() if snapshot.hot_rows else [])]
    key = "request_id" if kind is TableKind.ASSESSMENT_LOGS else "databricks_request_id"
    return sorted(row[key] for row in rows)


def test_rows_are_deleted_whether_they_are_in_delta_or_on_their_way(spool, tables_dir):
    """One in Delta and one still in the spool go; the others stay, and the other table's, too."""
    flusher = Flusher(spool, tables_dir)
    put(spool, record(1), record(2))
    flusher.flush()
    put(spool, record(3), record(4))
    table = location(spool, tables_dir, TableKind.REQUEST_LOGS)

    keys = [RowKey("r1"), RowKey("r3")]
    deleted = ordered(flusher, lambda: delete_rows(table, keys, threading.Event()))

    assert deleted == 2
    assert ids(spool, tables_dir, TableKind.REQUEST_LOGS) == ["r2", "r4"]
    assert ids(spool, tables_dir) == ["r1", "r2", "r3", "r4"]
    assert count(spool, "table_orders") == 0


def test_what_waits_for_mlflow_is_withdrawn_with_its_row(spool, tables_dir):
    """The trace, verdicts on it, what was parked and what is known of the request go with it."""
    flusher = Flusher(spool, tables_dir)
    put(spool, record(1, trace_id="tr-1", trace="{}"), record(2, trace_id="tr-2", trace="{}"))
    put(spool, verdicts=(verdict("r1"), verdict("r2")))
    with closing(open_spool(spool)) as connection:
        connection.execute("INSERT INTO parked_exports VALUES ('verdict', 7, 'tr-1', 'why', 0)")
    table = location(spool, tables_dir, TableKind.REQUEST_LOGS)

    ordered(flusher, lambda: delete_rows(table, [RowKey("r1")], threading.Event()))

    with closing(open_spool(spool)) as connection:
        for name, column in (
            ("requests", "request_id"),
            ("known_requests", "request_id"),
            ("pending_traces", "request_id"),
        ):
            rows = connection.execute(f"SELECT {column} FROM {name}").fetchall()
            assert [row[0] for row in rows] == ["r2"], name
        (pending,) = connection.execute("SELECT trace_id FROM pending_assessments").fetchall()
        assert pending["trace_id"] == "tr-2"
    assert count(spool, "parked_exports") == 0


def test_verdict_is_known_by_request_person_and_moment(spool, tables_dir):
    """Of two verdicts on one answer the one that is meant goes, also from MLflow's queue."""
    flusher = Flusher(spool, tables_dir)
    put(spool, record(1, trace_id="tr-1", trace="{}"), verdicts=(verdict("r1"),))
    other = verdict("r1").__class__(
        "r1", "human", "o'neil", VERDICT_TIME, text={"free_text_comment": "mine", "ratings": {}}
    )
    put(spool, verdicts=(other,))
    table = location(spool, tables_dir, TableKind.ASSESSMENT_LOGS)

    keys = [RowKey("r1", "o'neil", VERDICT_TIME)]
    assert ordered(flusher, lambda: delete_rows(table, keys, threading.Event())) == 1

    (row,) = DeltaTable(table.path).to_pyarrow_table().to_pylist()
    assert row["source"]["id"] == "reviewer"
    assert count(spool, "pending_assessments") == 1
    assert count(spool, "assessments") == 1


def test_nothing_is_deleted_while_a_trace_is_under_way(spool, tables_dir, monkeypatch):
    """What somebody is handing to MLflow is waited for; afterwards the order is carried out."""
    monkeypatch.setattr(spool_erasure, "_PATIENCE_SECONDS", 0.05)
    flusher = Flusher(spool, tables_dir)
    put(spool, record(1, trace_id="tr-1", trace="{}"))
    table = location(spool, tables_dir, TableKind.REQUEST_LOGS)
    lock = spool.with_name("handing_over.lock").open("a")
    fcntl.flock(lock, fcntl.LOCK_EX)

    with ThreadPoolExecutor(1) as pool:
        order = pool.submit(delete_rows, table, [RowKey("r1")], threading.Event())
        while count(spool, "table_orders") == 0:
            pass
        assert not flusher.attempt()
        assert count(spool, "pending_traces") == 1
        lock.close()
        assert flusher.attempt()
        assert order.result() >= 0

    assert count(spool, "pending_traces") == 0
    assert ids(spool, tables_dir, TableKind.REQUEST_LOGS) == []


def test_order_that_was_cut_off_is_carried_out_by_the_next_flusher(spool, tables_dir, monkeypatch):
    """Killed between Delta and spool: the rest is done later, and nobody else's row is touched."""
    put(spool, record(1, trace_id="tr-1", trace="{}"), record(2))
    table = location(spool, tables_dir, TableKind.REQUEST_LOGS)

    class Killed(BaseException):
        pass

    def dies(*_):
        raise Killed

    with ThreadPoolExecutor(1) as pool:
        order = pool.submit(delete_rows, table, [RowKey("r1")], threading.Event())
        while count(spool, "table_orders") == 0:
            pass
        with monkeypatch.context() as patch:
            patch.setattr(delta_flush, "forget", dies)
            with pytest.raises(Killed):
                Flusher(spool, tables_dir).attempt()
        assert count(spool, "pending_traces") == 1
        Flusher(spool, tables_dir).attempt()
        order.result()

    assert count(spool, "pending_traces") == 0
    assert ids(spool, tables_dir, TableKind.REQUEST_LOGS) == ["r2"]
    assert ids(spool, tables_dir) == ["r1", "r2"]


def test_order_that_fails_says_why_and_the_rows_stay(spool, tables_dir, monkeypatch):
    """Whoever gave it is told; it is not tried for ever."""

    def broken(*_):
        raise OSError("the disk is broken")

    monkeypatch.setattr(AppendedTable, "delete", broken)
    flusher = Flusher(spool, tables_dir)
    put(spool, record(1))
    table = location(spool, tables_dir, TableKind.PAYLOAD)

    with pytest.raises(OrderFailed, match="the disk is broken"):
        ordered(flusher, lambda: delete_rows(table, [RowKey("r1")], threading.Event()))

    assert ids(spool, tables_dir) == ["r1"]
    assert count(spool, "table_orders") == 0


def test_order_nobody_wants_any_more_is_withdrawn(spool, tables_dir):
    """A statement that was canceled before its turn deletes nothing."""
    canceled = threading.Event()
    canceled.set()
    table = location(spool, tables_dir, TableKind.PAYLOAD)

    with pytest.raises(OrderWithdrawn):
        delete_rows(table, [RowKey("r1")], canceled)

    assert count(spool, "table_orders") == 0


def test_deleted_text_is_in_no_file_after_the_vacuum(spool, tables_dir):
    """Not in old Parquet files, not in the log's smallest and largest values, not in the spool."""
    flusher = Flusher(spool, tables_dir)
    body = f'{{"messages": [{{"role": "user", "content": "{SECRET}"}}]}}'
    put(spool, record(1, request=body, trace_id="tr-1", trace=f'"{SECRET}"'), record(2))
    flusher.flush()
    assert _files_with(spool.parent, tables_dir)
    tables = [location(spool, tables_dir, kind) for kind in _REQUEST_TABLES]
    before = SnapshotReader()
    assert before.read(tables[0]).files

    for table in tables:
        ordered(flusher, lambda t=table: delete_rows(t, [RowKey("r1")], threading.Event()))
        ordered(flusher, lambda t=table: vacuum(t, 0, threading.Event()))

    assert not _files_with(spool.parent, tables_dir)
    put(spool, record(3))
    flusher.flush()
    assert ids(spool, tables_dir) == ["r2", "r3"]
    assert len(before.read(tables[0]).files) == len(DeltaTable(tables[0].path).file_uris())


_REQUEST_TABLES = (TableKind.PAYLOAD, TableKind.REQUEST_LOGS)


def _files_with(*folders):
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if SECRET.encode() in _content(path)]


def _content(path) -> bytes:
    raw = path.read_bytes()
    if path.suffix == ".parquet":
        raw += str(pq.read_table(path).to_pylist()).encode()
    return raw
