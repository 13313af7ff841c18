"""A process that exports the request logs: `python -m … FORMAT FILE`; prints what that took.

A process of its own, so that its memory is the export's.
"""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pyarrow as pa

from backend.connection import workspace_from_environment
from backend.tables.sql import Row
from backend.tables.table_export import csv_parts, write_parquet
from backend.tables.table_pages import TableQuery, pages
from benchmarks.logs.generator import LOGS
from local_workspace.inference_tables.table_layout import TableKind

# Until then buffers grow and libraries are loaded.
_WARM_ROWS = 10_000
_COLUMNS = {
    "timestamp": pa.timestamp("us", tz="UTC"),
    "databricks_request_id": pa.string(),
    "conversation_id": pa.string(),
    "status_code": pa.int32(),
    "execution_time_ms": pa.int64(),
    "request": pa.string(),
    "response": pa.string(),
    "request_raw": pa.string(),
    "response_raw": pa.string(),
    "trace": pa.string(),
}


class _Watched:
    """Counts the rows that pass and looks at the memory after each page."""

    def __init__(self) -> None:
        self.rows = 0
        self.warm = 0
        self.peak = 0

    def passing(self, found: Iterator[list[Row]]) -> Iterator[list[Row]]:
        for page in found:
            yield page
            self.rows += len(page)
            memory = psutil.Process().memory_info().rss
            if self.rows <= _WARM_ROWS:
                self.warm = max(self.warm, memory)
            self.peak = max(self.peak, memory)


def main() -> None:
    """Export everything."""
    kind, path = sys.argv[1], Path(sys.argv[2])
    table = (LOGS.catalog, LOGS.schema, LOGS.table_name(TableKind.REQUEST_LOGS))
    query = TableQuery(table, tuple(_COLUMNS), "timestamp", "databricks_request_id")
    watched = _Watched()
    started = time.perf_counter()
    found = watched.passing(pages(workspace_from_environment(), query))
    if kind == "parquet":
        write_parquet(path, _COLUMNS, found)
    else:
        with path.open("wb") as file:
            file.writelines(csv_parts(tuple(_COLUMNS), found))
    seconds = time.perf_counter() - started
    grown = (watched.peak - watched.warm) / 1e6
    print(json.dumps({"rows": watched.rows, "seconds": seconds, "grown_mb": grown}))  # noqa: T201


if __name__ == "__main__":
    main()
