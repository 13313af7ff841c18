"""Inference tables as a month of a busy chain would leave them: any number of requests of 7 KB.

Written as the flusher writes them, into the data directory of a workspace that is not running, or
of one whose flusher has made the tables already: it goes on appending beside us.
"""

import dataclasses
import datetime
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks.logs import bodies
from benchmarks.logs.hostile import hostile_verdicts, made_hostile
from benchmarks.logs.judgements import judgements
from benchmarks.logs.topics import RARE
from benchmarks.logs.turns import DAYS, Month, Turn, request_id
from local_workspace.inference_tables.delta_table import AppendedTable
from local_workspace.inference_tables.spool import create_spool
from local_workspace.inference_tables.table_layout import TableKind
from local_workspace.inference_tables.table_sets import TableSet, TableSets
from local_workspace.settings import Settings

__all__ = ["DAYS", "RARE", "request_id"]
LOGS = TableSet("main", "benchmarks", "logs", is_legacy=False)
ENDPOINT = "logs"
MODEL = "main.benchmarks.logs"
# What a compacted file holds.
ROWS_PER_FILE = 20_000
# Not the flusher's name: what it has taken from the spool is nothing we know of.
_WRITER = "generator"
Columns = dict[str, list[Any]]


@dataclasses.dataclass(frozen=True)
class Log:
    """Which requests go where."""

    month: Month
    tables: TableSet = LOGS
    endpoint: str = ENDPOINT
    model: str = MODEL
    kinds: tuple[TableKind, ...] = (
        TableKind.PAYLOAD,
        TableKind.REQUEST_LOGS,
        TableKind.ASSESSMENT_LOGS,
    )
    is_hostile: bool = False

    def turns(self, first: int, after: int) -> Iterator[Turn]:
        """Yield the requests of these numbers."""
        turns = self.month.turns(first, after)
        return made_hostile(turns, self.month) if self.is_hostile else turns

    def verdicts(self, turn: Turn) -> Iterator[dict[str, Any]]:
        """Yield what is said of a request."""
        yield from judgements(turn, self.month.end)
        if self.is_hostile:
            yield from hostile_verdicts(turn, self.month, self.month.end)


def last_day() -> datetime.date:
    """Return the newest day with rows."""
    return datetime.datetime.now(datetime.UTC).date()


def generate(data_dir: Path, rows: int, seed: int = 7) -> None:
    """Write so many requests into the request log alone, up to this moment."""
    month = Month(rows, datetime.datetime.now(datetime.UTC), seed)
    write(data_dir, Log(month, kinds=(TableKind.REQUEST_LOGS,)), rows)


def write(data_dir: Path, log: Log, after: int) -> None:
    """Write the requests of all numbers below, oldest first."""
    settings = Settings(data_dir=data_dir)
    create_spool(settings.spool_path)
    with closing(TableSets(settings.spool_path, settings.tables_dir)) as sets:
        if sets.find(log.tables.name) is None:
            sets.save(log.tables)
        tables = {kind: _table(sets, log.tables, kind) for kind in log.kinds}
    for first in range(0, after, ROWS_PER_FILE):
        turns = list(log.turns(first, min(first + ROWS_PER_FILE, after)))
        for kind, table in tables.items():
            # No id of the spool: these rows never were in it.
            table.append(_rows(log, kind, turns), 0)


def _table(sets: TableSets, tables: TableSet, kind: TableKind) -> AppendedTable:
    location = sets.location(tables, kind)
    return AppendedTable(location.path, kind.schema, location.full_name, _WRITER)


def _rows(log: Log, kind: TableKind, turns: list[Turn]) -> pa.Table:
    if kind is TableKind.ASSESSMENT_LOGS:
        said = list(chain.from_iterable(map(log.verdicts, turns)))
        return pa.Table.from_pylist(said, schema=kind.schema)
    columns = _payload(log, turns) if kind is TableKind.PAYLOAD else _request_log(log, turns)
    return pa.Table.from_pydict(columns, schema=kind.schema)


def _payload(log: Log, turns: list[Turn]) -> Columns:
    return {
        "databricks_request_id": [turn.request_id for turn in turns],
        "request_date": [turn.when.date() for turn in turns],
        "client_request_id": [turn.client_request_id for turn in turns],
        "request_time": [turn.micros for turn in turns],
        "status_code": [turn.status for turn in turns],
        "sampling_fraction": [1.0] * len(turns),
        "execution_duration_ms": [turn.latency_ms for turn in turns],
        "request": [bodies.request_body(turn) for turn in turns],
        "response": [bodies.response_body(turn) for turn in turns],
        "logging_error_codes": [[]] * len(turns),
        "served_entity_id": [_entity(log, turn) for turn in turns],
        "requester": [turn.requester for turn in turns],
    }


def _request_log(log: Log, turns: list[Turn]) -> Columns:
    return {
        "client_request_id": [turn.client_request_id for turn in turns],
        "databricks_request_id": [turn.request_id for turn in turns],
        "date": [turn.when.date() for turn in turns],
        "timestamp_ms": [turn.micros // 1000 for turn in turns],
        "timestamp": [turn.micros for turn in turns],
        "status_code": [turn.status for turn in turns],
        "execution_time_ms": [turn.latency_ms for turn in turns],
        "conversation_id": [turn.conversation_id for turn in turns],
        "request": [turn.question for turn in turns],
        "response": [None if turn.is_failed else turn.answer for turn in turns],
        "request_raw": [bodies.request_body(turn) for turn in turns],
        "response_raw": [bodies.response_body(turn) for turn in turns],
        "trace": [_trace(log, turn) for turn in turns],
        "sampling_fraction": [1.0] * len(turns),
        "request_metadata": [_metadata(log, turn) for turn in turns],
        "schema_version": ["1"] * len(turns),
    }


def _trace(log: Log, turn: Turn) -> str | None:
    return bodies.trace(turn, log.endpoint, log.model) if turn.is_traced else None


def _metadata(log: Log, turn: Turn) -> Iterable[tuple[str, str]]:
    return [
        ("endpoint_name", log.endpoint),
        ("model_name", log.model),
        ("model_version", turn.version),
        ("requester", turn.requester),
    ]


def _entity(log: Log, turn: Turn) -> str:
    return f"{log.endpoint}-{turn.version}"
