"""Which endpoints have inference tables, and where these are."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from local_workspace.inference_tables.spool import open_spool
from local_workspace.inference_tables.table_layout import TableKind
from local_workspace.inference_tables.table_location import TableLocation


@dataclass(frozen=True)
class TableSet:
    """The tables of one deployment."""

    catalog: str
    schema: str
    prefix: str
    is_legacy: bool

    @property
    def name(self) -> str:
        """Return the three-part prefix; it is the same for all tables of the set."""
        return f"{self.catalog}.{self.schema}.{self.prefix}"

    @property
    def kinds(self) -> tuple[TableKind, ...]:
        """Return which tables there are."""
        payload = TableKind.LEGACY_PAYLOAD if self.is_legacy else TableKind.PAYLOAD
        return payload, TableKind.REQUEST_LOGS, TableKind.ASSESSMENT_LOGS

    def table_name(self, kind: TableKind) -> str:
        """Return the last part of a table's name."""
        return self.prefix + kind.suffix


class TableSets:
    """The sets as the spool knows them; they outlive their endpoints."""

    def __init__(self, spool: Path, tables_dir: Path) -> None:
        self._spool = spool
        self._tables_dir = tables_dir
        self._connection = open_spool(spool)

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def all(self) -> list[TableSet]:
        """Return every set."""
        rows = self._connection.execute("SELECT * FROM table_sets ORDER BY name").fetchall()
        return [_table_set(row) for row in rows]

    def find(self, name: str) -> TableSet | None:
        """Return the set of this three-part prefix."""
        row = self._connection.execute(
            "SELECT * FROM table_sets WHERE name = ?", (name,)
        ).fetchone()
        return _table_set(row) if row else None

    def save(self, table_set: TableSet) -> None:
        """Remember a set; the flusher makes its tables."""
        self._connection.execute(
            "INSERT OR REPLACE INTO table_sets VALUES (?, ?, ?, ?, ?)",
            (
                table_set.name,
                table_set.catalog,
                table_set.schema,
                table_set.prefix,
                table_set.is_legacy,
            ),
        )

    def tables(self) -> list[TableLocation]:
        """Return every table of every set."""
        return [
            self.location(table_set, kind) for table_set in self.all() for kind in table_set.kinds
        ]

    def location(self, table_set: TableSet, kind: TableKind) -> TableLocation:
        """Return where one table of a set is."""
        name = table_set.table_name(kind)
        return TableLocation(
            catalog=table_set.catalog,
            schema=table_set.schema,
            name=name,
            path=self._tables_dir / table_set.catalog / table_set.schema / name,
            spool=self._spool,
            table_set=table_set.name,
            kind=kind,
        )


def _table_set(row: sqlite3.Row) -> TableSet:
    return TableSet(
        catalog=row["catalog"],
        schema=row["schema"],
        prefix=row["prefix"],
        is_legacy=bool(row["is_legacy"]),
    )
