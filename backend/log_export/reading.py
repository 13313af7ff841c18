"""Reads the requests of a filter page by page, oldest first, with what people said of them."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from databricks.sdk import WorkspaceClient

from backend.errors import Refused, TooManyRequests, Unavailable
from backend.feedback import assessment_tables
from backend.feedback.recorded_statements import last_verdicts
from backend.feedback.verdicts import Verdict
from backend.log_export.time_windows import TimeWindows
from backend.request_logs.log_conditions import condition
from backend.request_logs.log_tables import LogTables
from backend.request_logs.query import LogQuery
from backend.tables import sql
from backend.tables.moments import moment_of
from backend.tables.table_pages import PAGE_ROWS, key_set_pages

# Columns of the tables, by our words for them.
WORDS = (
    "id",
    "micros",
    "status",
    "latency",
    "model",
    "version",
    "requester",
    "conversation",
    "client_id",
    "question",
    "answer",
    "error",
    "error_codes",
)
BODIES = ("request_body", "response_body", "trace")
# Of a request that is larger than an answer of the warehouse may be, its texts are kept so far.
_KEPT_CHARACTERS = 100_000
_TEXTS = ("question", "answer")
# A long download comes to moments when the workspace wants to be left alone; so long each time.
_PAUSES = (1.0, 2.0, 5.0, 10.0, 20.0)
_LOOK_SECONDS = 0.2
_SECOND = 1_000_000
_AFTER = "timestamp_micros(CAST(:after_micros AS BIGINT))"
_UNTIL = "timestamp_micros(CAST(:until_micros AS BIGINT))"


@dataclass(frozen=True)
class Recorded:
    """One request: its cells by our words, and what people said of it, the latest first."""

    cells: sql.Row
    verdicts: tuple[Verdict, ...] = ()


@dataclass
class Reading:
    """What is read: the condition as it holds for all pages, and what was left out on the way."""

    workspace: WorkspaceClient
    tables: LogTables
    query: LogQuery
    # Which of the bodies are read, too.
    bodies: tuple[str, ...]
    is_stopped: Callable[[], bool]
    # Requests too large to be read whole.
    shortened: int = 0
    windows: TimeWindows = field(default_factory=lambda: TimeWindows(0, 0, 1))
    condition: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Write the filter down once."""
        self.condition, self.parameters = condition(self.query, self.tables)

    @property
    def statement(self) -> str:
        """Return the statement the first page is read with."""
        return self._statement(PAGE_ROWS, "", self.bodies)

    def measure(self) -> int:
        """Find out how many requests there are, and from when to when; return how many."""
        micros = self.tables["micros"]
        found = f"count(*) AS number, min({micros}) AS first, max({micros}) AS last"
        (row,) = self._ask(f"SELECT {found} FROM {self._from()}", self.parameters)
        total, first, last = (int(row[name] or 0) for name in ("number", "first", "last"))
        self.windows = TimeWindows.over(first, last, total, PAGE_ROWS)
        return total

    def pages(self, page_rows: int = PAGE_ROWS) -> Iterator[list[Recorded]]:
        """Yield pages of what was measured; a request that arrives meanwhile shifts nothing."""
        said: dict[str, list[Verdict]] = {}

        def ask(size: int, last: sql.Row | None) -> list[sql.Row]:
            rows = self._rows(size, last)
            if rows:
                said.clear()
                said.update(self._verdicts(rows[0], rows[-1]))
            return rows

        def words_on(row: sql.Row) -> tuple[Verdict, ...]:
            return tuple(each for each in said.get(row["id"] or "", ()) if _says_something(each))

        for rows in key_set_pages(ask, page_rows):
            yield [Recorded(row, words_on(row)) for row in self._with_codes(rows)]

    def _rows(self, size: int, last: sql.Row | None) -> list[sql.Row]:
        """Return the next rows; where there are none for a while, look further ahead."""
        start = int(last["micros"] or 0) if last else self.windows.first
        after = _from_moment(start) | {"after_id": last["id"] or ""} if last else {}
        while True:
            until = self.windows.end(start)
            rows = self._page_or_less(size, after | _until_moment(until))
            at = int(rows[-1]["micros"] or 0) if rows else until
            self.windows.learn(start, len(rows), size, at)
            if rows or until >= self.windows.last:
                return rows
            start = until

    def _page_or_less(self, size: int, after: Mapping[str, str]) -> list[sql.Row]:
        """Return a page; of one request that is too large for an answer, what can be read."""
        try:
            return self._page(size, after, self.bodies)
        except Refused:
            if size > 1:
                raise
            rows = self._page(size, after, (), is_cut=True)
            self.shortened += len(rows)
            return [row | dict.fromkeys(self.bodies) for row in rows]

    def _page(
        self, size: int, after: Mapping[str, str], bodies: tuple[str, ...], *, is_cut: bool = False
    ) -> list[sql.Row]:
        statement = self._statement(size, self._between(after), bodies, is_cut=is_cut)
        return self._ask(statement, {**self.parameters, **after})

    def _between(self, after: Mapping[str, str]) -> str:
        at, key = self.tables["at"], self.tables["id"]
        until = f" AND {at} <= {_UNTIL}{self._day('<= CAST(:until_day AS DATE)')}"
        if "after_id" not in after:
            return until
        later = f" AND {at} >= {_AFTER} AND ({at} > {_AFTER} OR {key} > :after_id)"
        return f"{until}{later}{self._day('>= CAST(:after_day AS DATE)')}"

    def _statement(
        self, size: int, between: str, bodies: tuple[str, ...], *, is_cut: bool = False
    ) -> str:
        cells = ", ".join(f"{self._cell(name, is_cut)} AS {name}" for name in (*WORDS, *bodies))
        at, key = self.tables["at"], self.tables["id"]
        return f"SELECT {cells} FROM {self._from()}{between} ORDER BY {at}, {key} LIMIT {size}"

    def _cell(self, name: str, is_cut: bool) -> str:
        cell = self.tables[name]
        return f"left({cell}, {_KEPT_CHARACTERS})" if is_cut and name in _TEXTS else cell

    def _from(self) -> str:
        return f"{self.tables.requests} AS log WHERE {self.condition}"

    def _day(self, comparison: str) -> str:
        """Return the condition by which whole files of other days are left out."""
        day = self.tables["date"]
        return "" if day.startswith("CAST") else f" AND {day} {comparison}"

    def _with_codes(self, rows: list[sql.Row]) -> list[sql.Row]:
        """Say of bodies that are not on record why, where that stands in a table of its own."""
        lacking = [row for row in rows if any(row[name] is None for name in self._whole)]
        if self.tables.payload is None or not lacking:
            return rows
        there = self.tables.payload_columns
        ids = {f"lacking_{place}": row["id"] or "" for place, row in enumerate(lacking)}
        # The two tables may keep a moment with a different number of digits.
        first, last = int(rows[0]["micros"] or 0) - _SECOND, int(rows[-1]["micros"] or 0) + _SECOND
        statement = (
            f"SELECT {there['id']} AS id, {there['error_codes']} AS codes "
            f"FROM {self.tables.payload} AS log "
            f"WHERE {there['at']} >= {_AFTER} AND {there['at']} <= {_UNTIL} "
            f"AND {there['id']} IN ({', '.join(f':{name}' for name in ids)})"
        )
        found = self._ask(statement, ids | _from_moment(first) | _until_moment(last))
        codes = {row["id"]: row["codes"] or None for row in found}
        return [row | {"error_codes": codes.get(row["id"])} for row in rows]

    @property
    def _whole(self) -> tuple[str, ...]:
        """Return the bodies that every request has, if any of them are read."""
        return tuple(name for name in BODIES[:2] if name in self.bodies)

    def _verdicts(self, first: sql.Row, last: sql.Row) -> dict[str, list[Verdict]]:
        if self.tables.assessments is None:
            return {}
        at = self.tables["at"]
        days = self._day(">= CAST(:after_day AS DATE)") + self._day("<= CAST(:until_day AS DATE)")
        ids = (
            f"SELECT {self.tables['id']} FROM {self._from()} AND {at} >= {_AFTER} "
            f"AND {at} <= {_UNTIL}{days}"
        )
        between = _from_moment(int(first["micros"] or 0)) | _until_moment(int(last["micros"] or 0))
        statements = assessment_tables.read_of(
            self.tables.assessments, ids, {**self.parameters, **between}, self._ask
        )
        return last_verdicts(statements, [])

    def _ask(self, statement: str, parameters: Mapping[str, str]) -> list[sql.Row]:
        for pause in _PAUSES:
            try:
                return self._rows_of(statement, parameters)
            except (TooManyRequests, Unavailable):
                if self._is_stopped_within(pause):
                    raise
        return self._rows_of(statement, parameters)

    def _rows_of(self, statement: str, parameters: Mapping[str, str]) -> list[sql.Row]:
        return sql.rows(
            self.workspace, statement, parameters, patient=True, is_stopped=self.is_stopped
        )

    def _is_stopped_within(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while not self.is_stopped() and time.monotonic() < end:
            time.sleep(_LOOK_SECONDS)
        return self.is_stopped()


def _says_something(verdict: Verdict) -> bool:
    """Tell whether anything is left of what somebody said; it may have been taken back."""
    return replace(verdict, request_id="", reviewer="", given_at=None) != Verdict("", "")


def _from_moment(micros: int) -> dict[str, str]:
    return {"after_micros": str(micros), "after_day": str(moment_of(micros).date())}


def _until_moment(micros: int) -> dict[str, str]:
    return {"until_micros": str(micros), "until_day": str(moment_of(micros).date())}


def lasting(query: LogQuery, now: datetime | None = None) -> LogQuery:
    """Return the filter with both ends of its time, so that it means the same on every page."""
    if query.names_requests:
        return query
    now = now or datetime.now(UTC)
    since, until = query.moments(now)
    return replace(query, since=since, until=until or now)
