"""How fast recorded traces and verdicts reach MLflow, through the exporter of a workspace."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from statistics import median

from benchmarks.finding import Finding, Floor
from benchmarks.peer import tracking_server
from benchmarks.recorded_trace import TABLE_SET, request_record, thumb
from benchmarks.run import Run
from local_workspace.inference_tables.spool import create_spool, open_spool
from local_workspace.inference_tables.spool_rows import insert_assessments, insert_request
from local_workspace.mlflow_server import MlflowServer, mlflow_server
from local_workspace.settings import Settings
from local_workspace.trace_export.backlog import read_backlog
from local_workspace.trace_export.trace_exporter import TraceExporter

_LOOK_SECONDS = 0.02
_LONGEST_SECONDS = 300.0


class NotDrained(Exception):
    """Something stayed in the queue, or was refused."""


def measure(run: Run) -> Iterator[Finding]:
    """Fill the queue and take the time until it is empty, for both kinds of server."""
    count = 600 if run.is_long else 150
    folder = run.folder / "trace_import"
    folder.mkdir()
    own = Settings(data_dir=folder / "own")
    traces, verdicts = asyncio.run(_rates(own, run.rounds, count))
    with tracking_server(folder) as uri:
        elsewhere = Settings(data_dir=folder / "elsewhere", mlflow_tracking_uri=uri)
        there, verdicts_there = asyncio.run(_rates(elsewhere, run.rounds, count // 3))
    yield _finding("traces of 4 spans and 12 KB into MLflow", traces, there, Floor("at least", 120))
    yield _finding("verdicts of one rating onto their traces", verdicts, verdicts_there, None)


async def _rates(settings: Settings, rounds: int, count: int) -> tuple[list[float], list[float]]:
    traces, verdicts = [], []
    async with _exporting(settings) as exporter:
        # The first batch waits for MLflow's stores to be loaded.
        await _drained(exporter, settings.spool_path, 20)
        for _ in range(rounds):
            per_second = await _drained(exporter, settings.spool_path, count)
            traces.append(per_second[0])
            verdicts.append(per_second[1])
    return traces, verdicts


async def _drained(exporter: TraceExporter, spool: Path, count: int) -> tuple[float, float]:
    """Return traces per second, then verdicts per second."""
    records = [request_record() for _ in range(count)]
    with _transaction(spool) as connection:
        for each in records:
            insert_request(connection, each)
    traces = await _seconds(exporter, spool)
    with _transaction(spool) as connection:
        insert_assessments(connection, TABLE_SET, map(thumb, records))
    verdicts = await _seconds(exporter, spool)
    return count / traces, count / verdicts


@contextmanager
def _transaction(spool: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_spool(spool)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.execute("COMMIT")


async def _seconds(exporter: TraceExporter, spool: Path) -> float:
    started = time.perf_counter()
    exporter.wake()
    await _empty(spool)
    return time.perf_counter() - started


async def _empty(spool: Path) -> None:
    deadline = time.monotonic() + _LONGEST_SECONDS
    while time.monotonic() < deadline:
        backlog = read_backlog(spool)
        if backlog.parked_traces or backlog.parked_verdicts:
            break
        if not backlog.traces and not backlog.verdicts:
            return
        await asyncio.sleep(_LOOK_SECONDS)
    raise NotDrained(f"{read_backlog(spool)}")


@asynccontextmanager
async def _exporting(settings: Settings) -> AsyncIterator[TraceExporter]:
    create_spool(settings.spool_path)
    server: MlflowServer = mlflow_server(settings)
    await server.start()
    await server.wait_ready()
    exporter = TraceExporter(settings.spool_path, server, settings.logs_dir)
    exporter.start()
    try:
        yield exporter
    finally:
        await exporter.close()
        await server.stop()


def _finding(
    measured: str, ours: list[float], elsewhere: list[float], floor: Floor | None
) -> Finding:
    return Finding(
        measured=f"{measured}, the workspace's own",
        unit="per second",
        ours=median(ours),
        peer=median(elsewhere),
        floor=floor,
        beside="an `mlflow server` elsewhere, over its REST API",
        details={"our_rounds": ours, "peer_rounds": elsewhere},
    )
