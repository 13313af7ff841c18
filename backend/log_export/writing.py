"""From pages of requests to the parts of a file, in one of the formats."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyarrow as pa

from backend.log_export.columns import Column, columns, document
from backend.log_export.evaluation_records import evaluation_record
from backend.log_export.reading import Recorded
from backend.log_export.record import Kind, Wanted
from backend.tables.sql import Row
from backend.tables.table_export import csv_parts, parquet_parts

_KINDS = {
    "string": pa.string(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "timestamp": pa.timestamp("us", tz="UTC"),
}
Pages = Iterable[list[Recorded]]


def parts(wanted: Wanted, pages: Pages) -> Iterator[bytes]:
    """Yield the file."""
    chosen = columns(wanted.with_bodies)
    if wanted.kind is Kind.CSV:
        return csv_parts(tuple(each.name for each in chosen), _rows(chosen, pages))
    if wanted.kind is Kind.PARQUET:
        kinds = {each.name: _KINDS[each.kind] for each in chosen}
        return parquet_parts(kinds, _rows(chosen, pages))
    if wanted.kind is Kind.DATASET:
        return _lines(pages, lambda each: evaluation_record(each, wanted.query.endpoint))
    return _lines(pages, lambda each: document(each, chosen))


def _rows(chosen: tuple[Column, ...], pages: Pages) -> Iterator[list[Row]]:
    for page in pages:
        yield [{column.name: column.cell(each) for column in chosen} for each in page]


def _lines(pages: Pages, written: Callable[[Recorded], dict[str, Any]]) -> Iterator[bytes]:
    for page in pages:
        lines = (json.dumps(written(each), ensure_ascii=False) for each in page)
        yield "".join(f"{line}\n" for line in lines).encode(errors="replace")
