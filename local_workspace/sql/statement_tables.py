"""The tables one statement names: found, read once, and given to DuckDB as views."""

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError
from sqlglot import exp

from local_workspace.inference_tables.snapshot import read_snapshot
from local_workspace.inference_tables.table_layout import TableKind
from local_workspace.inference_tables.table_location import TableLocation
from local_workspace.sql.dialect.type_oracle import TypeOracle, qualified, relation_name
from local_workspace.sql.engine import Relation
from local_workspace.sql.failure import table_not_found, unsupported
from local_workspace.sql.known_tables import KnownTables, Name
from local_workspace.sql.metadata import information_columns, information_table


class StatementTables:
    """Reads only what is named, and that once: a statement sees one state of a table."""

    def __init__(self, known: KnownTables, oracle: TypeOracle) -> None:
        self._known = known
        self.oracle = oracle
        self._names: list[Name] = []
        self.relations: list[Relation] = []
        self.locations: list[TableLocation] = []

    def relation(self, table: exp.Table) -> str:
        """Return what to read from in place of this table."""
        parts = [part.name for part in table.parts]
        if len(parts) > 3:
            raise unsupported(f"A name of {len(parts)} parts")
        name = self._known.full_name(parts)
        if name not in self._names:
            relation = self._read(name)
            self.oracle.add(relation_name(len(self._names)), relation.schema)
            self._names.append(name)
            self.relations.append(relation)
        return qualified(self._names.index(name))

    def is_table(self, parts: list[str]) -> bool:
        """Tell whether these parts are the name of a table the statement reads."""
        lower = [part.lower() for part in parts]
        return any(
            lower == [name.catalog, name.schema, name.table][3 - len(lower) :]
            for name in self._names
        )

    def schema(self, name: Name) -> pa.Schema:
        """Return a table's columns without reading its rows."""
        if (columns := information_columns(name)) is not None:
            return columns
        return read_schema(self._known.get(name), name)

    def _read(self, name: Name) -> Relation:
        rows = information_table(name, self._known, self.schema)
        if rows is not None:
            return Relation(rows.schema, [], rows)
        location = self._known.get(name)
        self.locations.append(location)
        return read_relation(location, name)


def read_relation(location: TableLocation, name: Name) -> Relation:
    """Return what a table holds now."""
    try:
        if location.spool is not None:
            snapshot = read_snapshot(location)
            return Relation(snapshot.schema, snapshot.files, snapshot.hot_rows)
        # Never from a cache: a table of this name may have been dropped and made again.
        table = DeltaTable(location.path)
        return Relation(pa.schema(table.schema().to_arrow()), table.file_uris())
    except (TableNotFoundError, DeltaError, FileNotFoundError):
        raise table_not_found(name.text) from None


def read_schema(location: TableLocation, name: Name) -> pa.Schema:
    """Return a table's columns."""
    if location.spool is not None:
        # Known without reading, also before the first row is in Delta.
        return TableKind(location.kind).schema
    try:
        return pa.schema(DeltaTable(location.path).schema().to_arrow())
    except (TableNotFoundError, DeltaError, FileNotFoundError):
        raise table_not_found(name.text) from None
