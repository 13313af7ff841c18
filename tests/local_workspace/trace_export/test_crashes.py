"""Whatever dies, and whenever: every trace and verdict arrives in MLflow, and once."""

import contextlib
import sqlite3
from collections import Counter
from contextlib import closing

import pytest

from tests.local_workspace.trace_export.recorded_traces import (
    judge,
    record,
    request_record,
    thumb,
    trace_id,
    verdict,
)

_TABLES = ("trace_info", "trace_tags", "trace_request_metadata", "spans", "assessments")


@pytest.fixture
def stored(settings):
    """What MLflow's database holds of some traces: rows per table, and identical ones."""

    def look(numbers) -> tuple[Counter[str], int]:
        ids = [trace_id(number) for number in numbers]
        marks = ", ".join("?" * len(ids))
        counts: Counter[str] = Counter()
        with closing(sqlite3.connect(settings.mlflow_dir / "mlflow.db")) as connection:
            for table in _TABLES:
                key = "request_id" if table.startswith("trace_") else "trace_id"
                query = f"SELECT count(*) FROM {table} WHERE {key} IN ({marks})"
                counts[table] = connection.execute(query, ids).fetchone()[0]
            query = f"SELECT count(*) FROM assessments WHERE valid AND trace_id IN ({marks})"
            return counts, connection.execute(query, ids).fetchone()[0]

    return look


@contextlib.contextmanager
def _spool_held(spool):
    """Keep everybody else from writing into the spool, so that nothing can leave it."""
    with closing(sqlite3.connect(spool, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def test_exporter_killed_between_import_and_deletion(
    spool, exporter, loop, stored, waiting, wait_for, kill
):
    """What was handed over but is still in the queue is handed over again, without a trace."""
    numbers = range(100, 130)
    record(spool, *(request_record(number) for number in numbers))
    with _spool_held(spool):
        loop.call(exporter.start)
        wait_for(lambda: stored(numbers)[0]["trace_info"] == 30)
        kill(exporter.pid)
    once, _ = stored(numbers)
    wait_for(lambda: waiting.is_over)

    assert once["spans"] == 4 * 30
    assert stored(numbers)[0] == once


def test_exporter_killed_between_verdict_and_deletion(
    spool, exporter, loop, stored, waiting, wait_for, kill
):
    """A verdict that arrives twice is one assessment, and still the valid one."""
    numbers = range(130, 135)
    record(spool, *(request_record(number) for number in numbers))
    loop.call(exporter.start)
    wait_for(lambda: waiting.is_over)
    # Written by a connection that goes on to hold the spool: no moment for a deletion in between.
    for seconds, value in enumerate(("positive", "negative")):
        judge(spool, *(verdict(number, seconds, ratings=thumb(value)) for number in numbers[:1]))
        wait_for(lambda: waiting.is_over)
    exporter_pid = exporter.pid
    for number in numbers:
        judge(spool, verdict(number, 9, ratings=thumb("unknown")))
    kill(exporter_pid)
    with _spool_held(spool):
        wait_for(lambda: stored(numbers)[0]["assessments"] == 7)
        wait_for(lambda: exporter.pid not in (None, exporter_pid))
        kill(exporter.pid)
    wait_for(lambda: waiting.is_over)

    assert stored(numbers)[0]["assessments"] == 7
    assert stored(numbers)[1] == 5


def test_exporter_killed_again_and_again_loses_and_doubles_nothing(
    spool, exporting, stored, waiting, wait_for, kill
):
    """Kills at random moments of a backlog with verdicts."""
    numbers = range(200, 500)
    record(spool, *(request_record(number) for number in numbers))
    judge(spool, *(verdict(number, ratings=thumb("positive")) for number in numbers))
    killed = set()
    while not waiting.is_over and len(killed) < 8:
        pid = exporting.pid
        if pid is not None and pid not in killed:
            left = waiting.count("pending_traces") + waiting.count("pending_assessments")
            wait_for(lambda left=left: _moved(waiting, left) or waiting.is_over)
            kill(pid)
            killed.add(pid)
    wait_for(lambda: waiting.is_over, 60)

    counts, valid = stored(numbers)
    assert len(killed) >= 3
    assert (counts["trace_info"], counts["spans"], counts["assessments"]) == (300, 1200, 300)
    assert valid == 300
    assert waiting.parked() == []


def test_mlflow_down_and_up_again(spool, exporting, mlflow, loop, stored, waiting, wait_for, kill):
    """The queue grows while MLflow is away and drains by itself when it is back."""
    kill(mlflow.pid)
    numbers = range(600, 640)
    record(spool, *(request_record(number) for number in numbers))

    assert waiting.count("pending_traces") == 40
    loop.run(mlflow.wait_ready(), 120)
    wait_for(lambda: waiting.is_over, 60)

    assert stored(numbers)[0]["spans"] == 160
    assert waiting.parked() == []


def test_mlflow_killed_in_the_middle_of_a_backlog(
    spool, exporting, mlflow, loop, stored, waiting, wait_for, kill
):
    """A batch is in MLflow's database as a whole or not at all."""
    numbers = range(700, 1000)
    record(spool, *(request_record(number) for number in numbers))
    wait_for(lambda: waiting.count("pending_traces") < 300)
    kill(mlflow.pid)
    counts, _ = stored(numbers)

    assert counts["spans"] == 4 * counts["trace_info"]
    loop.run(mlflow.wait_ready(), 120)
    wait_for(lambda: waiting.is_over, 60)

    assert stored(numbers)[0]["trace_info"] == 300
    assert stored(numbers)[0]["spans"] == 1200


def _moved(waiting, before: int) -> bool:
    return waiting.count("pending_traces") + waiting.count("pending_assessments") < before
