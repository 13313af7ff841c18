"""A trace of 33,000 spans, one of which holds 20 MB, put where MLflow keeps traces.

MLflow itself would take half a minute to write it; what is written is what it would have written.
"""

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TRACE_ID = f"tr-{0x33000:032x}"
SPANS = 33_000
LARGE = 20_000_000
HOSTILE = "<img src=x onerror=alert(1)> **bold**"
# Where the failing, the hostile and the large one are.
FAILED, NAMED, HUGE = 31_234, 5, 7
_KINDS = ("CHAIN", "LLM", "RETRIEVER", "TOOL")
_FILLED = "x" * 700
_SPAN = """
INSERT INTO spans (trace_id, experiment_id, span_id, parent_span_id, name, type, status,
    start_time_unix_nano, end_time_unix_nano, content) VALUES (?, 0, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def write(database: Path) -> str:
    """Write the trace; returns its id."""
    with contextlib.closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        now = time.time_ns()
        connection.execute(
            "INSERT INTO trace_info (request_id, experiment_id, timestamp_ms, "
            "execution_time_ms, status, client_request_id) VALUES (?, 0, ?, 33000, 'OK', 'long')",
            (TRACE_ID, now // 10**6),
        )
        connection.execute(
            "INSERT INTO trace_tags (request_id, key, value) VALUES (?, ?, ?)",
            (TRACE_ID, "mlflow.trace.spansLocation", "TRACKING_STORE"),
        )
        connection.executemany(_SPAN, _rows(now))
    return TRACE_ID


def span_id(number: int) -> str:
    """Return the id of one of the spans."""
    return f"{number + 1:016x}"


def _rows(began: int) -> Iterator[tuple[Any, ...]]:
    for number in range(SPANS):
        parent = span_id((number - 1) // 4) if number else None
        start = began + number * 10**6
        end = began + SPANS * 10**6 if not number else start + 3 * 10**6
        name = HOSTILE if number == NAMED else f"step {number}"
        state = "ERROR" if number == FAILED else "OK"
        kind = _KINDS[number % len(_KINDS)]
        text = "y" * LARGE if number == HUGE else _FILLED
        document = {
            "trace_id": TRACE_ID,
            "span_id": span_id(number),
            "parent_span_id": parent,
            "name": name,
            "start_time_unix_nano": start,
            "end_time_unix_nano": end,
            "events": [],
            "status": {"code": f"STATUS_CODE_{state}", "message": "It broke." * (state != "OK")},
            "attributes": {
                "mlflow.spanType": json.dumps(kind),
                "mlflow.spanInputs": json.dumps({"question": f"needle{number}", "text": text}),
                "mlflow.spanOutputs": json.dumps({"answer": HOSTILE}),
            },
        }
        content = json.dumps(document)
        yield (TRACE_ID, span_id(number), parent, name, kind, state, start, end, content)
