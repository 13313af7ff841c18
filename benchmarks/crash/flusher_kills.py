"""Kills the flusher between Delta and spool, and within compactions, while records are written."""

import asyncio
import os
import random
import subprocess
import sys
import time
import uuid
from pathlib import Path

from benchmarks.child_process import REPOSITORY
from benchmarks.crash.tally import TABLES, Acknowledged, Tally
from local_workspace.inference_tables.flusher import Flusher
from local_workspace.inference_tables.records import RequestRecord
from local_workspace.inference_tables.spool import create_spool
from local_workspace.inference_tables.spool_writer import SpoolWriter
from local_workspace.inference_tables.table_sets import TableSets

POINTS = ("commit", "delete", "compaction")
_WRITERS = 8
_BODY = "x" * 3000
_LIMIT_SECONDS = 60.0


class WasNotKilled(Exception):
    """A flusher did not come to the point where it was to be killed."""


def kill_flushers(folder: Path, rounds: int) -> Tally:
    """Let so many flushers die at each of the points; judge what is on record after them."""
    spool, tables_dir = folder / "spool" / "spool.db", folder / "tables"
    create_spool(spool)
    sets = TableSets(spool, tables_dir)
    sets.save(TABLES)
    sets.close()
    acknowledged = Acknowledged()
    kills = asyncio.run(_scenario(spool, tables_dir, rounds, acknowledged))
    # Recovery is the next flusher's first round.
    Flusher(spool, tables_dir).flush()
    return acknowledged.judge(kills, spool, tables_dir)


async def _scenario(spool: Path, tables_dir: Path, rounds: int, acknowledged: Acknowledged) -> int:
    writer = SpoolWriter(spool)
    writer.start()
    writing = [asyncio.create_task(_write(writer, acknowledged)) for _ in range(_WRITERS)]
    points = [point for point in POINTS for _ in range(rounds)]
    random.shuffle(points)
    try:
        for point in points:
            await asyncio.to_thread(_run_until_killed, point, spool, tables_dir)
    finally:
        for task in writing:
            task.cancel()
        await asyncio.gather(*writing, return_exceptions=True)
        await writer.close()
    return len(points)


async def _write(writer: SpoolWriter, acknowledged: Acknowledged) -> None:
    while True:
        record = _record()
        await writer.append(record)
        acknowledged.add(record.request_id)
        await asyncio.sleep(0.01)


def _record() -> RequestRecord:
    return RequestRecord(
        table_set=TABLES.name,
        request_id=uuid.uuid4().hex,
        request_time=time.time_ns() // 1000,
        status_code=200,
        duration_ms=1,
        requester="benchmark",
        endpoint="crashed",
        request=_BODY,
        response=_BODY,
    )


def _run_until_killed(point: str, spool: Path, tables_dir: Path) -> None:
    module = "benchmarks.crash.dying_flusher"
    after = random.randint(0, 4)
    command = [sys.executable, "-m", module, point, str(after), str(os.getpid())]
    with subprocess.Popen(
        [*command, str(spool), str(tables_dir), "0"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=REPOSITORY,
    ) as process:
        try:
            status = process.wait(_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise WasNotKilled(point) from None
        if status >= 0:
            assert process.stderr is not None
            raise WasNotKilled(f"{point}: {process.stderr.read().decode()}")
