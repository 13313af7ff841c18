"""How requests went over time: buckets of one length, by version, and what was said of them."""

from datetime import UTC, datetime

from databricks.sdk import WorkspaceClient

from backend.request_logs import standing_words
from backend.request_logs.log_conditions import condition, since_of
from backend.request_logs.log_tables import LogTables
from backend.request_logs.query import LogQuery
from backend.request_logs.record import CALLER_LEFT, Bucket, Course
from backend.tables import sql
from backend.tables.moments import moment_of

MOST_BUCKETS = 120
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_LENGTHS = (
    *(1, 5, 10, 30, _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE),
    *(_HOUR, 2 * _HOUR, 3 * _HOUR, 6 * _HOUR, 12 * _HOUR, _DAY, 2 * _DAY, 7 * _DAY, 30 * _DAY),
)
_FAILED = f"{{status}} >= 400 AND {{status}} <> {CALLER_LEFT}"


def seconds_per_bucket(query: LogQuery, now: datetime | None = None) -> int:
    """Return the length of a bucket, so that there are many of them and not too many."""
    since, until = query.moments(now)
    whole = ((until or now or datetime.now(UTC)) - since).total_seconds()
    return next((each for each in _LENGTHS if whole / each <= MOST_BUCKETS), _LENGTHS[-1])


def course(workspace: WorkspaceClient, tables: LogTables, query: LogQuery) -> Course:
    """Return how it went; a bucket without requests is left out."""
    seconds = seconds_per_bucket(query)
    where, parameters = condition(query, tables)
    micros = tables["micros"]
    keys = (
        f"{micros} - pmod({micros}, {seconds * 1_000_000}) AS bucket, "
        f"coalesce({tables['version']}, '') AS version"
    )
    asked = sql.rows(workspace, _asked(tables, keys, where), parameters)
    said = {}
    if tables.assessments and asked:
        rows = sql.rows(workspace, _said(tables, keys, where, parameters), parameters)
        said = {(row["bucket"], row["version"]): row for row in rows}
    buckets = tuple(
        _bucket(row, said.get((row["bucket"], row["version"]), {}))
        for row in sorted(asked, key=lambda row: (int(row["bucket"] or 0), row["version"] or ""))
    )
    return Course(seconds, buckets, _totals(buckets))


def _asked(tables: LogTables, keys: str, where: str) -> str:
    latency = tables["latency"]
    shares = ", ".join(
        f"percentile({latency}, {share}) AS {name}"
        for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
    )
    return (
        f"SELECT {keys}, count(*) AS requests, "
        f"count_if({_FAILED.format_map(tables.columns)}) AS errors, {shares} "
        f"FROM {tables.requests} AS log WHERE {where} GROUP BY 1, 2"
    )


def _said(tables: LogTables, keys: str, where: str, parameters: dict[str, str]) -> str:
    """Return a query of the thumbs on the answers of each bucket, by when it was asked."""
    assert tables.assessments is not None
    words = standing_words.standing(tables.assessments, since_of(parameters))
    return (
        f"SELECT bucket, version, {standing_words.COUNTED} FROM ({words}) AS words "
        f"JOIN (SELECT {tables['id']} AS asked_id, {keys} FROM {tables.requests} AS log "
        f"WHERE {where}) AS asked ON words.request_id = asked.asked_id GROUP BY bucket, version"
    )


def _bucket(asked: sql.Row, said: sql.Row) -> Bucket:
    return Bucket(
        since=moment_of(int(asked["bucket"] or 0)),
        version=asked["version"] or "",
        requests=int(asked["requests"] or 0),
        errors=int(asked["errors"] or 0),
        p50_ms=_number(asked["p50"]),
        p95_ms=_number(asked["p95"]),
        p99_ms=_number(asked["p99"]),
        up=int(said.get("up") or 0),
        down=int(said.get("down") or 0),
    )


def _totals(buckets: tuple[Bucket, ...]) -> dict[str, int]:
    names = ("requests", "errors", "up", "down")
    return {name: sum(getattr(each, name) for each in buckets) for name in names}


def _number(cell: str | None) -> float | None:
    return float(cell) if cell else None
