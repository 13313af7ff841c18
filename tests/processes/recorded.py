"""What is on record in a workspace's inference tables, read as any process may read them."""

from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable
from pyarrow.dataset import dataset

from local_workspace.inference_tables.snapshot import SnapshotReader
from local_workspace.inference_tables.table_layout import TableKind
from local_workspace.inference_tables.table_sets import TableSet, TableSets


def rows(
    data_dir: Path, prefix: str, kind: TableKind = TableKind.PAYLOAD, *, is_legacy: bool = False
) -> list[dict]:
    """Return every row of a table of `main.records.PREFIX`: in Delta, or on its way there."""
    table_set = TableSet("main", "records", prefix, is_legacy)
    sets = TableSets(data_dir / "inference_tables" / "spool.db", data_dir / "tables")
    try:
        location = sets.location(table_set, kind)
    finally:
        sets.close()
    snapshot = SnapshotReader().read(location)
    # The files of the snapshot itself: a flush meanwhile moves rows from one half to the other.
    cold = dataset(snapshot.files, schema=snapshot.schema, format="parquet").to_table()
    tables = [cold, *([snapshot.hot_rows] if snapshot.hot_rows is not None else [])]
    return pa.concat_tables(tables).to_pylist(maps_as_pydicts="strict")


def delta_rows(data_dir: Path, prefix: str, kind: TableKind) -> list[dict]:
    """Return what any Delta reader sees."""
    path = data_dir / "tables" / "main" / "records" / f"{prefix}{kind.suffix}"
    if not path.exists():
        return []
    return DeltaTable(path).to_pyarrow_table().to_pylist(maps_as_pydicts="strict")
