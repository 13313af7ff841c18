"""A result on disk: chunks of rows as JSON text, written by the query process, read by the gateway.

Neither ever holds a whole result in memory.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from local_workspace.sql.cells import formatter
from local_workspace.sql.data_types import DataType
from local_workspace.sql.failure import StatementFailed

Row = list[str | None]


@dataclass(frozen=True)
class Column:
    """One column of a result."""

    name: str
    type: DataType

    def as_dict(self, position: int) -> dict[str, Any]:
        """Return it as it stands in a manifest."""
        kind = self.type
        described = {
            "name": self.name,
            "position": position,
            "type_name": kind.name,
            "type_text": kind.text,
        }
        if kind.precision is not None:
            described |= {"type_precision": kind.precision, "type_scale": kind.scale}
        return described


@dataclass(frozen=True)
class Chunk:
    """A run of rows in a file of its own."""

    chunk_index: int
    row_offset: int
    row_count: int
    byte_count: int


@dataclass
class Manifest:
    """What a result consists of."""

    columns: list[dict[str, Any]]
    chunks: list[Chunk] = field(default_factory=list)
    truncated: bool = False

    @property
    def row_count(self) -> int:
        """The rows of all chunks."""
        return sum(chunk.row_count for chunk in self.chunks)

    @property
    def byte_count(self) -> int:
        """The bytes of all chunks."""
        return sum(chunk.byte_count for chunk in self.chunks)

    def as_dict(self) -> dict[str, Any]:
        """Return it as Databricks' clients read it, and as it crosses between processes."""
        return {
            "format": "JSON_ARRAY",
            "schema": {"column_count": len(self.columns), "columns": self.columns},
            "total_chunk_count": len(self.chunks),
            "chunks": [asdict(chunk) for chunk in self.chunks],
            "total_row_count": self.row_count,
            "total_byte_count": self.byte_count,
            "truncated": self.truncated,
        }


def manifest_from(document: dict[str, Any]) -> Manifest:
    """Return the manifest that was written as this document."""
    chunks = [Chunk(**chunk) for chunk in document["chunks"]]
    return Manifest(document["schema"]["columns"], chunks, document["truncated"])


def chunk_path(directory: Path, index: int) -> Path:
    """Return the file of a chunk: the text of `data_array`."""
    return directory / f"{index}.json"


@dataclass(frozen=True)
class ResultLimits:
    """When a result is cut off, and when it is too much."""

    row_limit: int | None
    byte_limit: int | None
    inline_bytes: int
    chunk_bytes: int


class ResultWriter:
    """Writes rows to chunks until there are no more or a limit is reached."""

    def __init__(self, directory: Path, columns: list[Column], limits: ResultLimits) -> None:
        self._directory = directory
        self._limits = limits
        self._types = [column.type for column in columns]
        self._rows: list[bytes] = []
        self._bytes = 0
        described = [column.as_dict(position) for position, column in enumerate(columns)]
        self.manifest = Manifest(described)

    def write(self, batches: Iterable[pa.RecordBatch]) -> Manifest:
        """Write everything, up to the limits, and return what there is."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        for batch in batches:
            if not all(self._add(row) for row in self._rows_of(batch)):
                self.manifest.truncated = True
                break
        self._flush()
        return self.manifest

    def _rows_of(self, batch: pa.RecordBatch) -> Iterable[Row]:
        columns = []
        for values, kind in zip(batch.columns, self._types, strict=True):
            write = formatter(kind)
            try:
                found = values.to_pylist()
            except (OverflowError, ValueError):
                message = "A date or time is outside the years 1 to 9999."
                raise StatementFailed("DATETIME_OVERFLOW", message, "22008") from None
            columns.append([None if each is None else write(each) for each in found])
        return map(list, zip(*columns, strict=True))

    def _add(self, row: Row) -> bool:
        """Keep a row; False when it is one too many."""
        limits = self._limits
        if limits.row_limit is not None and self._row_count >= limits.row_limit:
            return False
        line = orjson.dumps(row)
        total = self.manifest.byte_count + self._bytes + len(line) + 1
        if limits.byte_limit is not None and total > limits.byte_limit:
            return False
        if total > limits.inline_bytes:
            raise _too_large(limits.inline_bytes)
        if self._rows and self._bytes + len(line) > limits.chunk_bytes:
            self._flush()
        self._rows.append(line)
        self._bytes += len(line) + 1
        return True

    @property
    def _row_count(self) -> int:
        return self.manifest.row_count + len(self._rows)

    def _flush(self) -> None:
        if not self._rows:
            return
        chunks = self.manifest.chunks
        data = b"[" + b",".join(self._rows) + b"]"
        chunk_path(self._directory, len(chunks)).write_bytes(data)
        chunks.append(Chunk(len(chunks), self.manifest.row_count, len(self._rows), len(data)))
        self._rows, self._bytes = [], 0


def _too_large(limit: int) -> StatementFailed:
    return StatementFailed(
        "",
        f"Inline byte limit exceeded. A result may have {limit} bytes: ask for fewer rows or "
        "columns, with a LIMIT, or with row_limit or byte_limit.",
        "54000",
        "RESOURCE_EXHAUSTED",
    )
