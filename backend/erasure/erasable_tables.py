"""What the inference tables have on record of one person, and the statements that erase it.

The tables are found by their names, so those of endpoints that are gone are found, too. Everything
is asked with the visitor's own token: who may erase is the workspace's decision.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from databricks.sdk import WorkspaceClient

from backend.errors import Refused
from backend.replay.marks import CLIENT_PREFIX, FIRST_ASKED_BY
from backend.tables import sql

# On a real workspace the files of deleted rows last so long, unless a table says otherwise.
FILES_DAYS = 7
PAYLOAD, REQUESTS, VERDICTS = "_payload", "_payload_request_logs", "_payload_assessment_logs"
_REQUEST_ID = "databricks_request_id"
_SUFFIXES = (VERDICTS, REQUESTS, PAYLOAD)
_NEEDED = {VERDICTS: "source", REQUESTS: _REQUEST_ID, PAYLOAD: _REQUEST_ID}
_COLUMNS = """
SELECT table_catalog, table_schema, table_name, column_name
FROM system.information_schema.columns
WHERE column_name IN ('databricks_request_id', 'request_id', 'requester', 'source',
        'client_request_id')
    AND (endswith(table_name, '_payload') OR endswith(table_name, '_payload_request_logs')
        OR endswith(table_name, '_payload_assessment_logs'))
"""
_METADATA = "request_metadata['requester']"


@dataclass(frozen=True)
class TableSet:
    """The inference tables of one prefix: the suffix of each, and the columns that matter."""

    catalog: str
    schema: str
    prefix: str
    columns: dict[str, set[str]] = field(default_factory=dict)

    @property
    def tables(self) -> list["ErasableTable"]:
        """Return its tables in the order in which they can be erased.

        What depends on a person's requests goes before the requests, so that an erasure that was
        cut off finds the rest when it is run again.
        """
        order = [suffix for suffix in (VERDICTS, PAYLOAD, REQUESTS) if suffix in self.columns]
        return [ErasableTable(self._name(suffix), self._condition(suffix)) for suffix in order]

    def _name(self, suffix: str) -> tuple[str, str, str]:
        return self.catalog, self.schema, f"{self.prefix}{suffix}"

    def _condition(self, suffix: str) -> str:
        if suffix == REQUESTS:
            return self._is_theirs(REQUESTS)
        if suffix == VERDICTS:
            theirs = [f"request_id IN ({each})" for each in self._their_requests()]
            return " OR ".join([_is_person("source.id"), *theirs])
        return f"{self._is_theirs(PAYLOAD)} OR ({self._feedback_about()})"

    def _is_theirs(self, suffix: str, alias: str = "") -> str:
        """Return whether the person asked, or the app did later what the person had asked."""
        named = f"{alias}." if alias else ""
        requester = self._requester() if suffix == PAYLOAD else _METADATA
        asked = _is_person(named + requester)
        if "client_request_id" not in self.columns[suffix]:
            return asked
        body = f"{named}{'request' if suffix == PAYLOAD else 'request_raw'}"
        first = f"{body}:usage_context['{FIRST_ASKED_BY}']"
        again = f"{named}client_request_id LIKE '{CLIENT_PREFIX}%' AND {_is_person(first)}"
        return f"({asked} OR ({again}))"

    def _requester(self) -> str:
        return "requester" if "requester" in self.columns[PAYLOAD] else _METADATA

    def _their_requests(self) -> list[str]:
        return [
            f"SELECT databricks_request_id FROM {sql.quoted(*self._name(suffix))} "
            f"WHERE {self._is_theirs(suffix)}"
            for suffix in (REQUESTS, PAYLOAD)
            if suffix in self.columns
        ]

    def _feedback_about(self) -> str:
        """A verdict is a call of its own, in whose body the person or their request is named."""
        feedback = "contains(request, 'request_id') AND contains(request, 'assessments')"
        asked = PAYLOAD
        if REQUESTS in self.columns:
            asked = REQUESTS
            # What is in this log was a question, whatever it was about.
            logged = f"SELECT databricks_request_id FROM {sql.quoted(*self._name(REQUESTS))}"
            feedback += f" AND databricks_request_id NOT IN ({logged})"
        names = (
            # As a string of JSON, also of JSON within JSON.
            "contains(request, concat('\"', :person, '\"'))",
            "contains(request, concat('\"', :person, '\\\\\"'))",
            f"EXISTS (SELECT 1 FROM {sql.quoted(*self._name(asked))} AS asked "
            f"WHERE {self._is_theirs(asked, 'asked')} "
            "AND contains(erasable.request, asked.databricks_request_id))",
        )
        return f"{feedback} AND ({' OR '.join(names)})"


@dataclass(frozen=True)
class ErasableTable:
    """One table and the rows of it that are about a person."""

    name: tuple[str, str, str]
    condition: str

    @property
    def text(self) -> str:
        """Return its name for people."""
        return ".".join(self.name)

    def count(self, workspace: WorkspaceClient, person: str) -> int:
        """Return how many rows there are."""
        statement = (
            f"SELECT count(*) AS number FROM {sql.quoted(*self.name)} AS erasable "
            f"WHERE {self.condition}"
        )
        (row,) = sql.rows(workspace, statement, {"person": person}, patient=True)
        return int(row["number"] or 0)

    def delete(self, workspace: WorkspaceClient, person: str) -> None:
        """Delete them; former versions of the table still have them."""
        statement = f"DELETE FROM {sql.quoted(*self.name)} AS erasable WHERE {self.condition}"
        sql.rows(workspace, statement, {"person": person}, patient=True)

    def clean(self, workspace: WorkspaceClient) -> str:
        """Remove the files of former versions; return until when some may stay, if any."""
        table = sql.quoted(*self.name)
        # Rows may be deleted by a mark beside the file; this writes the file anew.
        sql.rows(workspace, f"REORG TABLE {table} APPLY (PURGE)", {}, patient=True)
        try:
            sql.rows(workspace, f"VACUUM {table} RETAIN 0 HOURS", {}, patient=True)
            return ""
        except Refused:
            # A warehouse keeps them for a time: somebody could be reading.
            sql.rows(workspace, f"VACUUM {table}", {}, patient=True)
            return (datetime.now(UTC) + timedelta(days=FILES_DAYS)).isoformat(timespec="seconds")


def table_sets(workspace: WorkspaceClient) -> list[TableSet]:
    """Return every set of inference tables the visitor can see."""
    found: dict[tuple[str, str, str], dict[str, set[str]]] = defaultdict(dict)
    for row in sql.rows(workspace, _COLUMNS, {}, patient=True):
        name = row["table_name"] or ""
        suffix = next(each for each in _SUFFIXES if name.endswith(each))
        place = (
            row["table_catalog"] or "",
            row["table_schema"] or "",
            name.removesuffix(suffix),
        )
        found[place].setdefault(suffix, set()).add(row["column_name"] or "")
    needed = {
        VERDICTS: "source",
        REQUESTS: "databricks_request_id",
        PAYLOAD: "databricks_request_id",
    }
    sets = []
    for place, tables in sorted(found.items()):
        # Something else of such a name has other columns.
        ours = {suffix: columns for suffix, columns in tables.items() if needed[suffix] in columns}
        if ours:
            sets.append(TableSet(*place, columns=ours))
    return sets


def _is_person(column: str) -> str:
    return f"lower({column}) = lower(:person)"
