"""Reads results as the workspace keeps them: what they consist of, and rows chunk by chunk."""

from collections.abc import Iterator

from databricks.sdk import WorkspaceClient
from databricks.sdk.service import sql

from backend.sql_console.record import PAGE_ROWS, Chunk, Column, Kind, Result, ResultPage

Cells = tuple[str | None, ...]
# So much of a cell stands in the table, less where there are many columns.
_LONGEST_CELL, _SHORTEST_CELL = 400, 40
_PAGE_CHARACTERS = 1_000_000

_Type = sql.ColumnInfoTypeName
_KINDS = {
    _Type.BYTE: Kind.WHOLE,
    _Type.SHORT: Kind.WHOLE,
    _Type.INT: Kind.WHOLE,
    _Type.LONG: Kind.WHOLE,
    _Type.FLOAT: Kind.NUMBER,
    _Type.DOUBLE: Kind.NUMBER,
    _Type.DECIMAL: Kind.NUMBER,
    _Type.TIMESTAMP: Kind.MOMENT,
    _Type.DATE: Kind.DAY,
    _Type.BOOLEAN: Kind.BOOLEAN,
}


def result_of(manifest: sql.ResultManifest | None) -> Result:
    """Return what a result consists of."""
    if manifest is None:
        return Result((), 0)
    described = (manifest.schema.columns if manifest.schema else None) or []
    return Result(
        columns=tuple(_labelled(described)),
        row_count=manifest.total_row_count or 0,
        chunks=tuple(
            Chunk(each.chunk_index or 0, each.row_offset or 0, each.row_count or 0)
            for each in manifest.chunks or []
        ),
        is_cut=bool(manifest.truncated),
    )


def page(workspace: WorkspaceClient, run_id: str, result: Result, first: int) -> ResultPage:
    """Return the rows from this one on, with long cells cut short."""
    most = _PAGE_CHARACTERS // max(1, PAGE_ROWS * len(result.columns))
    longest = min(_LONGEST_CELL, max(_SHORTEST_CELL, most))
    whole = list(_rows(workspace, run_id, result, first, PAGE_ROWS))
    return ResultPage(
        first,
        tuple(tuple(_begun(cell, longest) for cell in row) for row in whole),
        any(cell is not None and len(cell) > longest for row in whole for cell in row),
    )


def row(workspace: WorkspaceClient, run_id: str, result: Result, number: int) -> Cells:
    """Return one row, whole."""
    return next(_rows(workspace, run_id, result, number, 1), ())


def parts(workspace: WorkspaceClient, run_id: str, result: Result) -> Iterator[list[Cells]]:
    """Yield all rows, chunk by chunk."""
    for chunk in result.chunks:
        yield _chunk(workspace, run_id, chunk)


def _rows(
    workspace: WorkspaceClient, run_id: str, result: Result, first: int, count: int
) -> Iterator[Cells]:
    for chunk in result.chunks:
        begin, end = max(0, first - chunk.offset), first + count - chunk.offset
        if begin < chunk.count and end > 0:
            yield from _chunk(workspace, run_id, chunk)[begin:end]


def _chunk(workspace: WorkspaceClient, run_id: str, chunk: Chunk) -> list[Cells]:
    data = workspace.statement_execution.get_statement_result_chunk_n(run_id, chunk.index)
    return [tuple(each) for each in data.data_array or []]


def _labelled(described: list[sql.ColumnInfo]) -> Iterator[Column]:
    """Name the columns so that no two are called the same."""
    used: set[str] = set()
    for place, each in enumerate(described, 1):
        name = label = each.name or f"column {place}"
        number = 2
        while label in used:
            label, number = f"{name} ({number})", number + 1
        used.add(label)
        yield Column(label, each.type_text or "", _kind(each))


def _kind(described: sql.ColumnInfo) -> Kind:
    if described.type_name:
        return _KINDS.get(described.type_name, Kind.TEXT)
    # Younger than the client's list of types.
    return Kind.MOMENT if described.type_text == "TIMESTAMP_NTZ" else Kind.TEXT


def _begun(cell: str | None, longest: int) -> str | None:
    return f"{cell[:longest]}…" if cell is not None and len(cell) > longest else cell
