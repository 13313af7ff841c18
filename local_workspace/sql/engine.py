"""DuckDB, locked down: the named tables' files can be read, and nothing else can be done.

One instance serves many statements, because it remembers the footers of the Parquet files; each
statement has a connection of its own, whose views and settings end with it.
"""

import contextlib
import itertools
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from local_workspace.sql.dialect.macros import create_macros
from local_workspace.sql.limits import SqlLimits

# What is remembered of files that compaction has replaced goes with the instance.
_INSTANCE_SECONDS = 600.0


@dataclass(frozen=True)
class Relation:
    """What stands behind a name in a statement: Parquet files, rows in memory, or both."""

    schema: pa.Schema
    files: list[str]
    rows: pa.Table | None = None


class Engine:
    """Makes connections that can read these folders."""

    def __init__(self, limits: SqlLimits, scratch: Path) -> None:
        self._limits = limits
        self._scratch = scratch
        self._scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._instance: duckdb.DuckDBPyConnection | None = None
        self._folders: set[str] = set()
        self._made_at = 0.0
        self._numbers = itertools.count()

    @contextlib.contextmanager
    def connection(self, folders: Iterable[Path]) -> Iterator[duckdb.DuckDBPyConnection]:
        """Return a connection for one statement."""
        cursor = self._with_folders({str(folder) for folder in folders}).cursor()
        try:
            # Settings of a session do not cross to a cursor.
            yield cursor
        finally:
            cursor.close()
            for file in self._scratch.glob("*.parquet"):
                file.unlink(missing_ok=True)

    def show(
        self, cursor: duckdb.DuckDBPyConnection, view: str, relation: Relation, by_name: bool
    ) -> None:
        """Make a view of a relation; rows in memory join the files as one file more.

        One scan over all the files is what lets DuckDB push filters, limits and columns down.
        """
        files = list(relation.files)
        if not files or (relation.rows is not None and relation.rows.num_rows):
            rows = relation.rows if relation.rows is not None else relation.schema.empty_table()
            # A name of its own: what is remembered of a file goes by its name.
            file = self._scratch / f"{next(self._numbers)}.parquet"
            pq.write_table(rows, file, compression="none", use_dictionary=False)
            files.insert(0, str(file))
        listed = ", ".join(_literal(file) for file in files)
        columns = ", ".join(_identifier(name) for name in relation.schema.names)
        option = ", union_by_name = true" if by_name else ""
        cursor.execute(
            f"CREATE OR REPLACE TEMP VIEW {_identifier(view)} AS "
            f"SELECT {columns} FROM read_parquet([{listed}]{option})"
        )

    def _with_folders(self, folders: set[str]) -> duckdb.DuckDBPyConnection:
        fresh = time.monotonic() - self._made_at < _INSTANCE_SECONDS
        if self._instance is None or not folders <= self._folders or not fresh:
            if self._instance is not None:
                self._instance.close()
            self._folders = (self._folders | folders) if fresh else folders
            self._instance = self._new_instance()
            self._made_at = time.monotonic()
        return self._instance

    def _new_instance(self) -> duckdb.DuckDBPyConnection:
        limits = self._limits
        instance = duckdb.connect(
            ":memory:",
            config={
                "threads": 2,
                "memory_limit": f"{limits.memory_mebibytes}MiB",
                "temp_directory": str(self._scratch / "spill"),
                "max_temp_directory_size": f"{limits.spill_mebibytes}MiB",
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "allow_community_extensions": False,
                "preserve_insertion_order": False,
            },
        )
        instance.execute("SET GLOBAL TimeZone = 'UTC'")
        instance.execute("SET GLOBAL parquet_metadata_cache = true")
        instance.execute("SET GLOBAL python_enable_replacements = false")
        create_macros(instance)
        allowed = [*sorted(self._folders), str(self._scratch)]
        listed = ", ".join(_literal(f"{folder}/") for folder in allowed)
        instance.execute(f"SET GLOBAL allowed_directories = [{listed}]")
        instance.execute("SET GLOBAL enable_external_access = false")
        instance.execute("SET GLOBAL lock_configuration = true")
        return instance


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
