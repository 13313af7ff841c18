"""Sums by SQL of what people say, by version, reviewer, reason and time; nothing of any request."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from backend.feedback.verdicts import REASON
from backend.quality.looked import Looked
from backend.quality.record import Overview, Reason, Sum, VersionSide
from backend.request_logs.record import CALLER_LEFT
from backend.request_logs.standing_words import DOWN, NOT_CHOSEN, UP
from backend.tables.sql import Row
from backend.turns.recorded_turns import time_of

# Beyond this many days the course is told by weeks.
MOST_DAYS = 45
_MOST_NAMES = 200
_SUMS = f"count_if({UP}) AS up, count_if({DOWN}) AS down, count_if(thumb = 'unknown') AS unknown"
# Each reason of each last word, in a row of its own.
_REASONS = (
    "SELECT version, thumb, reason FROM (SELECT version, thumb, ratings, "
    "explode(map_keys(ratings)) AS reason FROM judged WHERE cardinality(ratings) > 1) "
    f"WHERE startswith(reason, '{REASON}') "
    f"AND lower(element_at(ratings, reason).value) NOT IN {NOT_CHOSEN}"
)


def overview(looked: Looked) -> Overview:
    """Return the sums of everything, in one statement."""
    days = days_per_span(looked)
    parts = [
        f"SELECT 'total' AS kind, '' AS name, {_SUMS} FROM judged",
        f"SELECT 'version' AS kind, version AS name, {_SUMS} FROM judged GROUP BY version",
        f"SELECT 'reviewer' AS kind, reviewer AS name, {_SUMS} FROM judged GROUP BY reviewer",
        f"SELECT 'time' AS kind, name, {_SUMS} FROM (SELECT thumb, "
        f"CAST({_beginning(days)} AS STRING) AS name FROM judged) GROUP BY name",
        f"SELECT 'reason' AS kind, reason AS name, {_SUMS} FROM ({_REASONS}) GROUP BY reason",
    ]
    by_kind: dict[str, list[Sum]] = {}
    for row in looked.rows(f"{_judged(looked)} {' UNION ALL '.join(parts)}"):
        by_kind.setdefault(row["kind"] or "", []).append(_sum(row))
    reasons = [
        Reason(each.name.removeprefix(REASON), each.up, each.down)
        for each in by_kind.get("reason", [])
    ]
    return Overview(
        total=by_kind["total"][0],
        by_version=tuple(sorted(by_kind.get("version", []), key=_version_order)),
        by_reviewer=tuple(sorted(by_kind.get("reviewer", []), key=_most_said)[:_MOST_NAMES]),
        by_time=tuple(_by_time(by_kind.get("time", []))),
        reasons=tuple(sorted(reasons, key=lambda each: (-each.down, -each.up, each.key))),
        days_per_span=days,
    )


def total(looked: Looked) -> Sum:
    """Return what was said altogether."""
    (row,) = looked.rows(f"{_judged(looked)} SELECT '' AS name, {_SUMS} FROM judged")
    return _sum(row)


def sides(looked: Looked, versions: Sequence[str]) -> dict[str, VersionSide]:
    """Return everything that can be counted of these versions."""
    parts = [
        f"SELECT version, '' AS name, {_SUMS} FROM judged GROUP BY version",
        f"SELECT version, reason AS name, {_SUMS} FROM ({_REASONS}) GROUP BY version, reason",
    ]
    statement = f"{_judged(looked, versions)} {' UNION ALL '.join(parts)}"
    said: dict[str, Sum] = {}
    reasons: dict[str, dict[str, int]] = {}
    for row in looked.rows(statement, versions):
        version, found = row["version"] or "", _sum(row)
        if not found.name:
            said[version] = Sum(version, found.up, found.down, found.unknown)
        elif found.down:
            reasons.setdefault(version, {})[found.name.removeprefix(REASON)] = found.down
    asked = {row["version"] or "": row for row in _asked(looked, versions)}
    return {
        each: _side(each, asked.get(each, {}), said.get(each, Sum(each)), reasons.get(each, {}))
        for each in versions
    }


def versions_asked(looked: Looked) -> list[str]:
    """Return which versions were asked something, the newest first."""
    version = looked.tables["version"]
    rows = looked.rows(
        f"SELECT {version} AS name FROM {looked.requests(looked.condition())} "
        f"AND {version} IS NOT NULL GROUP BY {version}"
    )
    return [
        each.name for each in sorted((Sum(row["name"] or "") for row in rows), key=_version_order)
    ]


def votes(looked: Looked) -> list[tuple[int, int, int]]:
    """Return how many answers have so many thumbs up and so many down, if two or more."""
    rows = looked.rows(
        f"{looked.votes()} SELECT up, down, count(*) AS answers "
        f"FROM votes JOIN {looked.tables.requests} log ON votes.request_id = {looked.tables['id']} "
        f"WHERE {looked.condition()} AND up + down > 1 GROUP BY up, down"
    )
    return [(int(row["up"] or 0), int(row["down"] or 0), int(row["answers"] or 0)) for row in rows]


def _asked(looked: Looked, versions: Sequence[str]) -> list[Row]:
    columns = looked.tables.columns
    return looked.rows(
        f"SELECT {columns['version']} AS version, count(*) AS requests, "
        f"count_if({columns['status']} >= 400 AND {columns['status']} <> {CALLER_LEFT}) AS errors, "
        f"percentile({columns['latency']}, 0.5) AS p50_ms, "
        f"percentile({columns['latency']}, 0.95) AS p95_ms "
        f"FROM {looked.requests(looked.condition(versions))} GROUP BY {columns['version']}",
        versions,
    )


def _judged(looked: Looked, versions: Sequence[str] = ()) -> str:
    """Return the last words with what is known of their requests, to begin a query with."""
    columns = looked.tables.columns
    return (
        f"{looked.last_words()}, judged AS (SELECT {columns['version']} AS version, "
        f"{columns['micros']} AS micros, reviewer, thumb, ratings FROM last_words "
        f"JOIN {looked.tables.requests} log ON last_words.request_id = {columns['id']} "
        f"WHERE {looked.condition(versions)})"
    )


def _side(
    version: str, asked: Mapping[str, str | None], said: Sum, reasons: Mapping[str, int]
) -> VersionSide:
    p50, p95 = asked.get("p50_ms"), asked.get("p95_ms")
    return VersionSide(
        version=version,
        said=said,
        requests=int(asked.get("requests") or 0),
        errors=int(asked.get("errors") or 0),
        p50_ms=float(p50) if p50 else None,
        p95_ms=float(p95) if p95 else None,
        reasons=reasons,
    )


def _sum(row: Row) -> Sum:
    up, down, unknown = (int(row[name] or 0) for name in ("up", "down", "unknown"))
    return Sum(row["name"] or "", up, down, unknown)


def _version_order(each: Sum) -> tuple[int, str]:
    """Sort versions as numbers where they are some, the newest first."""
    return (-int(each.name), "") if each.name.isdecimal() else (0, each.name)


def _most_said(each: Sum) -> tuple[int, str]:
    return -(each.up + each.down + each.unknown), each.name


def _by_time(sums: list[Sum]) -> list[Sum]:
    """Return them in the order of time, named by the moment."""
    ordered = sorted(sums, key=lambda each: int(each.name or 0))
    return [
        replace(each, name=time_of(int(each.name or 0) // 1000).isoformat()) for each in ordered
    ]


def _beginning(days: int) -> str:
    """Return the moment a span of time begins: of days, or of weeks from Monday on, in UTC.

    Reckoned without dates: which day it is depends on the time zone a warehouse was given.
    """
    day = 24 * 3600 * 1_000_000
    # The first day of 1970 was a Thursday.
    since_monday = 0 if days == 1 else 3 * day
    return f"micros - pmod(micros + {since_monday:d}, {days * day:d})"


def days_per_span(looked: Looked) -> int:
    """Return how many days each span of the course has: one, or a week's."""
    since, until = looked.query.moments(looked.now)
    return 1 if (until or looked.now) - since <= timedelta(days=MOST_DAYS) else 7
