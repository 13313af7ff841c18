"""How old a row is when SQL shows it first, while a hundred traced requests come every second."""

import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import requests

from benchmarks.finding import Finding, Floor
from benchmarks.load.specification import Target
from benchmarks.run import Run, percentile
from benchmarks.workspace import BenchmarkWorkspace, Served, benchmark_workspace

_PER_SECOND = 100
_ENDPOINT = "aged"
_TABLE = f"main.benchmarks.{_ENDPOINT}_payload"
_CALLERS = 16


class NotOnRecord(Exception):
    """An answered request never appeared."""


def measure(run: Run) -> Iterator[Finding]:
    """Ask at a steady rate; look at the table again and again, as a live tail does."""
    seconds = 30.0 if run.is_long else 5.0
    with benchmark_workspace(run.folder / "row_age") as workspace:
        workspace.register("traced")
        target = workspace.create(_ENDPOINT, Served("traced"), is_recorded=True)
        workspace.sql(f"SELECT count(*) FROM {_TABLE}")
        answered: dict[str, float] = {}
        asking = threading.Thread(target=_ask_steadily, args=(target, seconds, answered))
        asking.start()
        seen = _watch(workspace, asking)
    missing = answered.keys() - seen.keys()
    if missing:
        raise NotOnRecord(f"{len(missing)} of {len(answered)}")
    ages = [seen[each] - answered[each] for each in answered]
    yield Finding(
        measured=f"from answer to SQL, {len(ages)} rows at {_PER_SECOND} traced requests/s, p99",
        unit="ms",
        ours=max(percentile(ages, 0.99), 0.0) * 1000,
        floor=Floor("at most", 1000),
        beside="none here: the platform documents 10 to 60 minutes",
        details={"p50 ms": percentile(ages, 0.5) * 1000, "longest ms": max(ages) * 1000},
    )


def _ask_steadily(target: Target, seconds: float, answered: dict[str, float]) -> None:
    started = time.monotonic()
    with ThreadPoolExecutor(_CALLERS) as callers, requests.Session() as session:
        for number in range(int(seconds * _PER_SECOND)):
            time.sleep(max(0.0, started + number / _PER_SECOND - time.monotonic()))
            callers.submit(_ask, session, target, answered)


def _ask(session: requests.Session, target: Target, answered: dict[str, float]) -> None:
    name = uuid.uuid4().hex
    body = {"messages": [{"role": "user", "content": "hello"}], "client_request_id": name}
    answer = session.post(
        f"http://127.0.0.1:{target.port}{target.path}",
        json=body,
        headers={"Authorization": f"Bearer {target.token}"},
        timeout=30,
    )
    if answer.ok:
        answered[name] = time.time()


def _watch(workspace: BenchmarkWorkspace, asking: threading.Thread) -> dict[str, float]:
    """Return when each request was first seen; two looks follow the last request."""
    seen: dict[str, float] = {}
    looks_left = 2
    newest = "2000-01-01T00:00:00.000Z"
    while looks_left:
        looks_left -= not asking.is_alive()
        # A second of overlap: requests are recorded in the order in which they end.
        rows = workspace.sql(
            f"SELECT client_request_id, CAST(request_time AS STRING) FROM {_TABLE} "
            "WHERE request_time > CAST(:newest AS TIMESTAMP) - INTERVAL 2 SECONDS",
            {"newest": newest},
        )
        now = time.time()
        for name, when in rows:
            seen.setdefault(name, now)
            newest = max(newest, when)
    return seen
