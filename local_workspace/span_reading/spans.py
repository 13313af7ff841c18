"""What MLflow's database has of one trace: an outline, one span, what holds a text, all of it.

MLflow takes half a minute to hand out a trace of 33,000 spans (seen). Its table of spans has what
an outline takes in columns of their own, so that comes in a fraction of a second.
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Where MLflow says that a trace's spans are rows of its database, and what it says then.
_LOCATION = "mlflow.trace.spansLocation"
_IN_THE_DATABASE = "TRACKING_STORE"
_TOKENS = '$.attributes."mlflow.chat.tokenUsage"'
_BUSY_SECONDS = 5.0
# What people read at length; of anything else the beginning tells what it is.
_READ = ("mlflow.spanInputs", "mlflow.spanOutputs")
_NOTE_CHARACTERS = 20_000
_MOST_EVENTS = 200
_ROWS_AT_ONCE = 500

_OUTLINE = f"""
SELECT span_id, coalesce(parent_span_id, ''), coalesce(name, ''), coalesce(type, ''), status,
    start_time_unix_nano, end_time_unix_nano, length(CAST(content AS BLOB)), total_cost,
    CASE WHEN instr(content, 'mlflow.chat.tokenUsage') THEN json_extract(content, '{_TOKENS}') END
FROM spans WHERE trace_id = ? ORDER BY start_time_unix_nano LIMIT ?
"""
_COLUMNS = ("id", "parent", "name", "kind", "state", "start", "end", "bytes", "cost", "tokens")
_LIKE = """
SELECT span_id FROM spans WHERE trace_id = ? AND holds(content, ?)
ORDER BY start_time_unix_nano LIMIT ?
"""
_ONE = "SELECT content FROM spans WHERE trace_id = ? AND span_id = ?"
_ALL = "SELECT content FROM spans WHERE trace_id = ? ORDER BY start_time_unix_nano"


class NoSuchTrace(Exception):
    """There is none, or none with this span."""


class NotInTheDatabase(Exception):
    """Its spans are kept elsewhere, where only MLflow finds them."""


class Spans:
    """Opens the file for each question and only reads; any thread may ask."""

    def __init__(self, database: Path) -> None:
        self._address = f"file:{database}?mode=ro"

    def outline(self, trace_id: str, most: int) -> dict[str, Any]:
        """Return the spans of a trace without their content, column by column."""
        with self._open(trace_id) as connection:
            rows = connection.execute(_OUTLINE, (trace_id, most)).fetchall()
            (total,) = connection.execute(
                "SELECT count(*) FROM spans WHERE trace_id = ?", (trace_id,)
            ).fetchone()
        columns = zip(*rows, strict=True) if rows else ([] for _ in _COLUMNS)
        return {
            "spans": dict(zip(_COLUMNS, map(list, columns), strict=True)),
            "total": total,
        }

    def holding(self, trace_id: str, text: str, most: int) -> dict[str, Any]:
        """Return the ids of the spans that have this text in them, whatever its case."""
        with self._open(trace_id) as connection:
            connection.create_function("holds", 2, holds, deterministic=True)
            rows = connection.execute(_LIKE, (trace_id, text.casefold(), most)).fetchall()
        return {"found": [span_id for (span_id,) in rows]}

    def one(self, trace_id: str, span_id: str, most: int) -> dict[str, Any]:
        """Return one span as MLflow writes it, but of each text only so many characters."""
        with self._open(trace_id) as connection:
            found = connection.execute(_ONE, (trace_id, span_id)).fetchone()
        if found is None:
            raise NoSuchTrace(f"The trace {trace_id} has no span {span_id}.")
        span = json.loads(found[0])
        texts = {name: _text(value) for name, value in (span.get("attributes") or {}).items()}
        cut = {name: text[: _most_of(name, most)] for name, text in texts.items()}
        return {
            "span": span | {"attributes": cut, "events": _cut_events(span.get("events"))},
            "characters": {name: len(text) for name, text in texts.items()},
            "bytes": len(found[0].encode()),
        }

    def whole(self, trace_id: str) -> Iterator[bytes]:
        """Yield all spans of a trace as one JSON document, however many there are."""
        with self._open(trace_id) as connection:
            rows = connection.execute(_ALL, (trace_id,))
            yield b'{"spans": ['
            separator = b""
            while some := rows.fetchmany(_ROWS_AT_ONCE):
                yield separator + b",\n".join(content.encode() for (content,) in some)
                separator = b",\n"
            yield b"]}"

    @contextlib.contextmanager
    def _open(self, trace_id: str) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(
            self._address, uri=True, timeout=_BUSY_SECONDS, check_same_thread=False
        )
        with contextlib.closing(connection):
            _check(connection, trace_id)
            yield connection


def holds(content: str, text: str) -> bool:
    """Tell whether one of the texts of a span has this in it; `text` is in lower case already."""
    # What JSON writes as it is need not be read as such where it does not stand at all.
    is_plain = text.isascii() and text.isalnum() and "\\u" not in content
    if is_plain and text not in content.casefold():
        return False
    return _holds(json.loads(content), text)


def _holds(value: Any, text: str) -> bool:
    if isinstance(value, dict):
        return any(_holds(each, text) for each in value.values())
    if isinstance(value, list):
        return any(_holds(each, text) for each in value)
    if not isinstance(value, str):
        return False
    if text in value.casefold():
        return True
    # An attribute is JSON once more, where a quote or a line break is written with a backslash.
    read = _read(value) if "\\" in value else value
    return read != value and _holds(read, text)


def _read(value: str) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        # Anybody may write a thousand brackets into each other.
        return value


def _check(connection: sqlite3.Connection, trace_id: str) -> None:
    there = connection.execute("SELECT 1 FROM trace_info WHERE request_id = ?", (trace_id,))
    if there.fetchone() is None:
        raise NoSuchTrace(f"There is no trace {trace_id}.")
    tag = connection.execute(
        "SELECT value FROM trace_tags WHERE request_id = ? AND key = ?", (trace_id, _LOCATION)
    ).fetchone()
    if tag != (_IN_THE_DATABASE,):
        raise NotInTheDatabase(f"The spans of {trace_id} are not in MLflow's database.")


def _most_of(name: str, most: int) -> int:
    return most if name in _READ else min(most, _NOTE_CHARACTERS)


def _cut_events(events: Any) -> list[Any]:
    return [
        event
        | {
            "attributes": {
                name: _text(value)[:_NOTE_CHARACTERS]
                for name, value in (event.get("attributes") or {}).items()
            }
        }
        for event in (events or [])[:_MOST_EVENTS]
    ]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
