"""Tables people made with SQL: real Delta, one folder per catalog, schema and table.

The folders are the register; nothing else is kept. Names are lower case, as in Unity Catalog.
"""

import contextlib
import os
import re
import shutil
import uuid
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError

from local_workspace.inference_tables.table_location import TableLocation
from local_workspace.sql.failure import StatementFailed

# Safe as the name of a folder on every system, and never "." or "..".
_NAME = re.compile(r"[a-z0-9_][a-z0-9_ \-]{0,126}")
_DROPPED = ".dropped"


class UserTables:
    """Lists, makes and drops tables under one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def tables(self) -> list[TableLocation]:
        """Return every table."""
        return [
            TableLocation(catalog, schema, table.name, table)
            for catalog, schema in self.schemas()
            for table in sorted((self.root / catalog / schema).iterdir())
            if (table / "_delta_log").is_dir()
        ]

    def catalogs(self) -> list[str]:
        """Return the catalogs that were made."""
        return [each.name for each in _folders(self.root)]

    def schemas(self) -> list[tuple[str, str]]:
        """Return the schemas that were made, with their catalogs."""
        return [
            (catalog, schema.name)
            for catalog in self.catalogs()
            for schema in _folders(self.root / catalog)
        ]

    def create_catalog(self, name: str) -> None:
        """Make a catalog, if there is none."""
        (self.root / _checked(name)).mkdir(parents=True, exist_ok=True, mode=0o700)

    def create_schema(self, catalog: str, name: str) -> None:
        """Make a schema, if there is none."""
        path = self.root / _checked(catalog) / _checked(name)
        path.mkdir(parents=True, exist_ok=True, mode=0o700)

    def create(self, catalog: str, schema: str, name: str, columns: pa.Schema) -> bool:
        """Make an empty table; False when there is one already."""
        path = self._path(catalog, schema, name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            DeltaTable.create(path, columns, name=name, mode="error")
        except DeltaError:
            if not (path / "_delta_log").is_dir():
                raise
            return False
        return True

    def append(self, table: TableLocation, rows: pa.Table) -> None:
        """Add rows in one commit."""
        try:
            write_deltalake(table.path, rows, mode="append")
        except OSError as error:
            raise no_space(error) from error

    def drop(self, table: TableLocation) -> None:
        """Take a table away in one step, then delete its files."""
        grave = self.root / _DROPPED / uuid.uuid4().hex
        grave.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Somebody else may have dropped it a moment ago.
        with contextlib.suppress(FileNotFoundError):
            os.rename(table.path, grave)
        shutil.rmtree(grave, ignore_errors=True)

    def _path(self, catalog: str, schema: str, name: str) -> Path:
        return self.root / _checked(catalog) / _checked(schema) / _checked(name)


def no_space(error: OSError) -> StatementFailed:
    """Say that the rows could not be written."""
    why = os.strerror(error.errno) if error.errno else "the disk refused them"
    return StatementFailed("", f"The rows were not written: {why}.", "53100", "IO_ERROR")


def _folders(path: Path) -> list[Path]:
    if not path.is_dir():
        return []
    return sorted(each for each in path.iterdir() if each.is_dir() and _NAME.fullmatch(each.name))


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name) or name == "information_schema":
        raise StatementFailed(
            "INVALID_SCHEMA_OR_RELATION_NAME",
            f"{name!r} is not a name here: letters, digits, _ and - only, 127 at most.",
            "42602",
        )
    return name
