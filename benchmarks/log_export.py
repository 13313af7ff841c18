"""Whether a hundred thousand requests, and all, can be taken away: how long, and at what memory.

The file is asked for on the page and fetched from the address the page offers, as a browser does.
Then it is read again, and its ids are compared with those a statement finds.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlencode

from databricks.sdk import WorkspaceClient

from backend.request_logs.query import LogQuery
from backend.tables.moments import written
from backend.tables.sql import rows
from benchmarks.chat.browser import chromium
from benchmarks.chat.sides import Side, our_app
from benchmarks.finding import Finding, Floor
from benchmarks.logs.browsing import LogTab, log_tab
from benchmarks.logs.exporting import NotWhole, download, ids_in
from benchmarks.logs.generator import ENDPOINT, LOGS
from benchmarks.logs.stage import LogStage, log_stage
from benchmarks.logs.turns import DAYS
from benchmarks.process_memory import memory_of_all, tree
from benchmarks.run import Run

_REQUESTS, _FEW_REQUESTS, _WARM_REQUESTS = 100_000, 4_000, 1_000
_KINDS = ("CSV", "JSONL", "Parquet")
_NOBODY = "none: MLflow has no export of what a search finds"


def measure(run: Run) -> Iterator[Finding]:
    """Download the requests of some days as each kind of file."""
    wanted = _REQUESTS if run.is_long else _FEW_REQUESTS
    with (
        log_stage(run) as stage,
        chromium() as browser,
        our_app(stage) as side,
        log_tab(browser, side) as tab,
    ):
        # The first brings in what is imported when it is first needed.
        tab.open(_address(stage, _WARM_REQUESTS))
        _exported(side, stage, tab, _KINDS[0])
        tab.open(_address(stage, wanted))
        for kind in _KINDS:
            yield from _findings(side, stage, tab, kind, wanted, Floor("at most", 60.0))
        if run.is_long:
            everything = stage.month.rows - stage.month.rows // DAYS
            tab.open(_address(stage, everything))
            yield from _findings(side, stage, tab, _KINDS[0], everything)


def _findings(
    side: Side, stage: LogStage, tab: LogTab, kind: str, wanted: int, floor: Floor | None = None
) -> Iterator[Finding]:
    seconds, grown, found, size = _exported(side, stage, tab, kind)
    expected = _ids(stage, wanted)
    if sorted(found) != expected:
        raise NotWhole(f"{len(found)} requests as {kind}, {len(expected)} by SQL")
    yield Finding(
        measured=f"{len(found):,} requests as {kind} with bodies and traces, read again and equal",
        unit="s",
        ours=seconds,
        floor=floor,
        beside=_NOBODY,
        details={"megabytes": size},
    )
    yield Finding(
        measured=f"{len(found):,} requests as {kind}: the app's memory after the first tenth",
        unit="MB more",
        ours=max(grown, 0.0),
        floor=Floor("at most", 64.0),
        beside=_NOBODY,
    )


def _exported(
    side: Side, stage: LogStage, tab: LogTab, kind: str
) -> tuple[float, float, list[str], float]:
    path = stage.folder / f"export-{kind.lower()}.zip"
    got = download(
        side, tab.export_address(kind), path, lambda: memory_of_all(tree(side.process)).uss
    )
    return got.seconds, got.peak_mb - got.warm_mb, ids_in(path), path.stat().st_size / 1e6


def _ids(stage: LogStage, wanted: int) -> list[str]:
    since, until = _span(stage, wanted)
    client = WorkspaceClient(
        host=stage.environment["DATABRICKS_HOST"], token=stage.token, auth_type="pat"
    )
    statement = (
        f"SELECT databricks_request_id AS id FROM {LOGS.name}_payload_request_logs "
        "WHERE timestamp >= CAST(:since AS TIMESTAMP) AND timestamp < CAST(:until AS TIMESTAMP)"
    )
    found: list[str] = []
    # An answer of the warehouse holds a few days of ids.
    while since < until:
        end = min(since + timedelta(days=1), until)
        between = {"since": written(since), "until": written(end)}
        found += (row["id"] or "" for row in rows(client, statement, between))
        since = end
    return sorted(found)


def _address(stage: LogStage, wanted: int) -> str:
    since, until = _span(stage, wanted)
    query = LogQuery(ENDPOINT, since=since, until=until, with_own=True)
    return f"/request_logs?{urlencode(query.parameters())}"


def _span(stage: LogStage, wanted: int) -> tuple[datetime, datetime]:
    """Return the days in which so many requests came; they came evenly.

    The last day is left out: its hostile texts of a megabyte are pages of their own.
    """
    until = stage.month.end - timedelta(days=1)
    return until - timedelta(days=DAYS * wanted / stage.month.rows), until
