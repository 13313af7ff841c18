"""What a statement may name: the tables, schemas and catalogs there are.

It opens nothing; a table's columns are read when they are asked for.
"""

import re
from dataclasses import dataclass

from local_workspace.inference_tables.table_location import TableLocation
from local_workspace.sql.failure import catalog_not_found, schema_not_found, table_not_found
from local_workspace.sql.statement_request import DEFAULT_CATALOG, DEFAULT_SCHEMA
from local_workspace.sql.user_tables import UserTables

INFORMATION_SCHEMA = "information_schema"
INFORMATION_TABLES = ("catalogs", "schemata", "tables", "columns")


@dataclass(frozen=True)
class Name:
    """A table's full name; the parts are lower case."""

    catalog: str
    schema: str
    table: str

    @property
    def text(self) -> str:
        """Return it as Databricks writes it in messages."""
        return f"`{self.catalog}`.`{self.schema}`.`{self.table}`"


class KnownTables:
    """The tables of one moment, by name, for somebody with a default catalog and schema."""

    def __init__(
        self, inference: list[TableLocation], user: UserTables, catalog: str, schema: str
    ) -> None:
        self._user = user
        self.catalog, self.schema = catalog, schema
        self.inference = {_name_of(table): table for table in inference}
        # Inference tables win: nobody can stand a table of theirs before one.
        self._tables = {_name_of(table): table for table in user.tables()} | self.inference

    def full_name(self, parts: list[str]) -> Name:
        """Complete one, two or three parts of a name with the defaults."""
        lower = [part.lower() for part in parts]
        catalog, schema, table = [self.catalog, self.schema, ""][: 3 - len(lower)] + lower
        return Name(catalog, schema, table)

    def find(self, name: Name) -> TableLocation | None:
        """Return the table of this name, if there is one."""
        return self._tables.get(name)

    def get(self, name: Name) -> TableLocation:
        """Return the table of this name, or say that there is none."""
        if table := self.find(name):
            return table
        raise table_not_found(name.text)

    def all(self) -> list[tuple[Name, TableLocation]]:
        """Return every table by its name."""
        return sorted(self._tables.items(), key=lambda item: item[0].text)

    def catalogs(self) -> list[str]:
        """Return every catalog."""
        named = {name.catalog for name in self._tables}
        return sorted({DEFAULT_CATALOG, *self._user.catalogs(), *named})

    def schemas(self, catalog: str) -> list[str]:
        """Return every schema of a catalog, or say that there is no such catalog."""
        if catalog not in self.catalogs():
            raise catalog_not_found(f"`{catalog}`")
        named = {name.schema for name in self._tables if name.catalog == catalog}
        made = {schema for known, schema in self._user.schemas() if known == catalog}
        return sorted({DEFAULT_SCHEMA, INFORMATION_SCHEMA, *named, *made})

    def tables(self, catalog: str, schema: str) -> list[str]:
        """Return the tables of a schema, or say that there is no such schema."""
        if schema not in self.schemas(catalog):
            raise schema_not_found(f"`{catalog}`.`{schema}`")
        if schema == INFORMATION_SCHEMA:
            return list(INFORMATION_TABLES)
        here = (catalog, schema)
        return [name.table for name, _ in self.all() if (name.catalog, name.schema) == here]


def matching(names: list[str], pattern: str | None) -> list[str]:
    """Return the names that match a SHOW pattern: `*` is anything, `|` is or."""
    if pattern is None:
        return names
    parts = [re.escape(each.strip().lower()).replace(r"\*", ".*") for each in pattern.split("|")]
    tests = [re.compile(part) for part in parts]
    return [name for name in names if any(test.fullmatch(name.lower()) for test in tests)]


def _name_of(table: TableLocation) -> Name:
    return Name(table.catalog.lower(), table.schema.lower(), table.name.lower())
