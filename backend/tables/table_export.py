"""Writes a table to a file as it is read: CSV or Parquet, at constant memory."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from backend.tables.sql import Row

# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_parts(columns: tuple[str, ...], pages: Iterable[list[Row]]) -> Iterator[bytes]:
    """Yield the file in parts, its header first; no cell of it is a formula."""
    yield _lines([columns])
    for page in pages:
        yield _lines([[_harmless(row[name]) for name in columns] for row in page])


def write_parquet(path: Path, columns: dict[str, pa.DataType], pages: Iterable[list[Row]]) -> int:
    """Write the file, with the types asked for; return how many rows it has."""
    schema = pa.schema(list(columns.items()))
    written = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for page in pages:
            arrays = [_array([row[name] for row in page], kind) for name, kind in columns.items()]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            written += len(page)
    return written


def _lines(rows: Iterable[Iterable[str | None]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _harmless(cell: str | None) -> str | None:
    return f"'{cell}" if cell and cell.startswith(_FORMULA) else cell


def _array(cells: list[str | None], kind: pa.DataType) -> pa.Array:
    """Every cell comes as text; Arrow knows how to read each type's."""
    read: Callable[[Any], Any] = pa.array
    return (
        read(cells).cast(kind)
        if any(each is not None for each in cells)
        else pa.nulls(len(cells), kind)
    )
