"""Writes a table to a file as it is read: CSV or Parquet, at constant memory."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from backend.tables.part_sink import PartSink
from backend.tables.sql import Row

# What a spreadsheet takes for the beginning of a formula; some take the wide signs, too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - meant
# A number below zero begins with such a sign and computes nothing.
_NUMBER = re.compile(r"-\d+(\.\d+)?(E-?\d+)?", re.ASCII)
# Programs that read text end at a null byte; this is how it is drawn.
_NULL, _DRAWN_NULL = "\0", "\N{SYMBOL FOR NULL}"


def csv_parts(columns: tuple[str, ...], pages: Iterable[list[Row]]) -> Iterator[bytes]:
    """Yield the file in parts, its header first; no cell of it is a formula."""
    yield _lines([[_harmless(name) for name in columns]])
    for page in pages:
        yield _lines([[_harmless(row[name]) for name in columns] for row in page])


def write_parquet(path: Path, columns: dict[str, pa.DataType], pages: Iterable[list[Row]]) -> int:
    """Write the file, with the types asked for; return how many rows it has."""
    written = 0

    def counted() -> Iterator[list[Row]]:
        nonlocal written
        for page in pages:
            yield page
            written += len(page)

    with path.open("wb") as file:
        file.writelines(parquet_parts(columns, counted()))
    return written


def parquet_parts(columns: dict[str, pa.DataType], pages: Iterable[list[Row]]) -> Iterator[bytes]:
    """Yield the file in parts, with the types asked for: a page is a row group."""
    schema, sink = pa.schema(list(columns.items())), PartSink()
    with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd") as writer:
        for page in pages:
            arrays = [_array([row[name] for row in page], kind) for name, kind in columns.items()]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            yield sink.taken()
    yield sink.taken()


def _lines(rows: Iterable[Iterable[str | None]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(errors="replace")


def _harmless(cell: str | None) -> str | None:
    if not cell:
        return cell
    text = cell.replace(_NULL, _DRAWN_NULL)
    is_formula = text.startswith(_FORMULA) and not _NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text


def _array(cells: list[str | None], kind: pa.DataType) -> pa.Array:
    """Every cell comes as text; Arrow knows how to read each type's."""
    read: Callable[[Any], Any] = pa.array
    return (
        read(cells).cast(kind)
        if any(each is not None for each in cells)
        else pa.nulls(len(cells), kind)
    )
