"""One Delta table of ours: create it, append to it exactly once, keep it small and readable."""

import datetime
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import orjson
import pyarrow as pa
from deltalake import (
    BloomFilterProperties,
    ColumnProperties,
    CommitProperties,
    DeltaTable,
    PostCommitHookProperties,
    Transaction,
    WriterProperties,
    write_deltalake,
)

# A reader that opened an older version has this long to finish with its files.
_KEPT_HOURS = 1
_CONFIGURATION = {
    "delta.logRetentionDuration": f"interval {_KEPT_HOURS} hours",
    "delta.deletedFileRetentionDuration": f"interval {_KEPT_HOURS} hours",
    "delta.checkpointInterval": "50",
}
# Small row groups: who looks for one request, or for the newest, reads one of them.
_ROWS_PER_GROUP = 4096
_REQUEST_IDS = ("databricks_request_id", "request_id")


class AppendedTable:
    """A table only this process writes; `held` is the highest id of the spool that is in it."""

    def __init__(self, path: Path, schema: pa.Schema, name: str, writer: str) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._writer = writer
        self._properties = _writer_properties(schema)
        self._delta = DeltaTable.create(
            path, schema=schema, name=name, mode="ignore", configuration=_CONFIGURATION
        )
        for version in {0, self._delta.version()}:
            _sync_commit(path, version)
        self.held = self._delta.transaction_version(writer) or 0

    def files_below(self, size: int) -> int:
        """Return how many files are smaller."""
        sizes = pa.table(self._delta.get_add_actions()).column("size_bytes").to_pylist()
        return sum(each < size for each in sizes)

    def append(self, rows: pa.Table, highest_id: int) -> None:
        """Append rows; when this returns they survive a power loss."""
        write_deltalake(
            self._delta,
            rows,
            mode="append",
            writer_properties=self._properties,
            commit_properties=CommitProperties(
                app_transactions=[Transaction(self._writer, highest_id)]
            ),
            # What else a commit brings with it is done in `tidy`, where it delays no row.
            post_commithook_properties=PostCommitHookProperties(
                create_checkpoint=False, cleanup_expired_logs=False
            ),
        )
        self._sync_newest()
        self.held = highest_id

    def compact(self, target_size: int) -> int:
        """Join small files into larger ones; return how many are gone."""
        metrics = self._delta.optimize.compact(
            target_size=target_size,
            writer_properties=self._properties,
            max_concurrent_tasks=1,
            post_commithook_properties=PostCommitHookProperties(
                create_checkpoint=False, cleanup_expired_logs=False
            ),
        )
        if metrics["numFilesAdded"]:
            self._sync_newest()
        return int(metrics["numFilesRemoved"])

    def tidy(self) -> None:
        """Write a checkpoint, and remove what no reader can need any more."""
        self._delta.create_checkpoint()
        self._delta.cleanup_metadata()
        self._delta.vacuum(
            retention_hours=_KEPT_HOURS, dry_run=False, enforce_retention_duration=False, full=True
        )

    def forget_before(self, day: datetime.date, column: str) -> int:
        """Delete the rows of all days before; return how many."""
        metrics = self._delta.delete(
            f"{column} < '{day.isoformat()}'", writer_properties=self._properties
        )
        self._sync_newest()
        return int(metrics["num_deleted_rows"] or 0)

    def delete(self, predicate: str) -> int:
        """Delete the rows a predicate holds for; return how many. They last in older versions."""
        metrics = self._delta.delete(
            predicate,
            writer_properties=self._properties,
            post_commithook_properties=PostCommitHookProperties(
                create_checkpoint=False, cleanup_expired_logs=False
            ),
        )
        self._sync_newest()
        return int(metrics["num_deleted_rows"] or 0)

    def vacuum(self, hours: int) -> int:
        """Remove the files no version of the last hours needs; return how many.

        With none, the log of all that was goes too: it holds the smallest and the largest values
        of every file there ever was.
        """
        removed = self._delta.vacuum(
            retention_hours=hours, dry_run=False, enforce_retention_duration=False, full=True
        )
        if hours == 0:
            self._delta.create_checkpoint()
            _forget_log(self._path / "_delta_log", self._delta.version())
        return len(removed)

    def _sync_newest(self) -> None:
        _sync_commit(self._path, self._delta.version())


def _writer_properties(schema: pa.Schema) -> WriterProperties:
    bloom = ColumnProperties(bloom_filter_properties=BloomFilterProperties(True, fpp=0.01))
    return WriterProperties(
        compression="ZSTD",
        compression_level=1,
        max_row_group_size=_ROWS_PER_GROUP,
        column_properties={name: bloom for name in _REQUEST_IDS if name in schema.names},
    )


def _sync_commit(table: Path, version: int) -> None:
    """Bring a commit and the files it adds to the disk: the Delta library does not."""
    log = table / "_delta_log"
    commit = log / f"{version:020}.json"
    if not commit.exists():
        return
    for name in _added_files(commit):
        _sync(table / name)
    _sync(table)
    _sync(commit)
    _sync(log)


def _forget_log(log: Path, version: int) -> None:
    """Remove all of the log that is older than this version's checkpoint."""
    checkpoint = f"{version:020}.checkpoint.parquet"
    # The library syncs nothing; without these two the table would be lost in a power cut.
    for name in (checkpoint, "_last_checkpoint"):
        _sync(log / name)
    _sync(log)
    for entry in log.iterdir():
        number = entry.name.partition(".")[0]
        if number.isdecimal() and int(number) < version:
            entry.unlink()


def _added_files(commit: Path) -> Iterator[str]:
    for line in commit.read_bytes().splitlines():
        action = orjson.loads(line)
        if "add" in action:
            yield unquote(action["add"]["path"])


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
