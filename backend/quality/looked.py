"""What is looked at, and the queries everything else is made of: last words, thumbs, requests.

With the rights of the client that is given, within the time that is looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from databricks.sdk import WorkspaceClient

from backend.errors import NotOffered
from backend.feedback.assessment_tables import HUMAN_TYPES
from backend.feedback.verdicts import THUMB
from backend.request_logs import log_conditions, standing_words
from backend.request_logs.log_tables import LogTables
from backend.request_logs.query import LogQuery
from backend.request_logs.standing_words import DOWN, UP
from backend.tables import moments, sql
from backend.turns.recorded_turns import time_of

NO_VERDICTS = (
    "The table with the verdicts on this endpoint's answers is not there, or you may not read it. "
    "Ask an administrator for the right to select from it."
)
PERSONS = f"lower(source.type) IN ({', '.join(repr(each) for each in HUMAN_TYPES)})"
_THUMB = f"element_at(text_assessment.ratings, '{THUMB}').value"


@dataclass(frozen=True)
class Looked:
    """Which requests of which tables are looked at, up to one moment for every question."""

    workspace: WorkspaceClient
    tables: LogTables
    query: LogQuery
    now: datetime

    @property
    def assessments(self) -> str:
        """Return the name of the table with the verdicts; raise NotOffered without one."""
        if self.tables.assessments is None:
            raise NotOffered(NO_VERDICTS)
        return self.tables.assessments

    def condition(self, versions: Sequence[str] = ()) -> str:
        """Return the condition on requests; if versions are given, only theirs."""
        text, _ = log_conditions.condition(self.query, self.tables, self.now)
        if versions:
            text += f" AND {self.tables['version']} IN ({_markers('version', versions)})"
        return text

    def last_words(self, which: str = "TRUE") -> str:
        """Return a query to begin with: of each person the last word on each answer."""
        # What is said of an answer is said after its question.
        bound = f"`timestamp` >= CAST(:looked_since AS TIMESTAMP) AND {which}"
        return f"WITH last_words AS ({standing_words.standing(self.assessments, bound)})"

    def votes(self, which: str = "TRUE") -> str:
        """Return a query to begin with: of each request the thumbs that stand, as `votes`.

        It says the same as `last_words`, and carries nothing but thumbs, in half the time.
        """
        # Whoever takes a thumb back has none: an empty one counts as the last.
        return (
            f"WITH thumbs AS (SELECT request_id, "
            f"max_by(coalesce({_THUMB}, ''), `timestamp`) AS thumb "
            f"FROM {self.assessments} WHERE {PERSONS} AND text_assessment IS NOT NULL "
            f"AND `timestamp` >= CAST(:looked_since AS TIMESTAMP) AND {which} "
            "GROUP BY request_id, source.id), "
            f"votes AS (SELECT request_id, count_if({UP}) AS up, count_if({DOWN}) AS down "
            "FROM thumbs GROUP BY request_id)"
        )

    def requests(self, condition: str) -> str:
        """Return the table and the condition, as they stand at the end of a query."""
        return f"{self.tables.requests} log WHERE {condition}"

    def rows(
        self, statement: str, versions: Sequence[str] = (), ids: Sequence[str] = ()
    ) -> list[sql.Row]:
        """Ask, with the values of everything that is named in the statement."""
        since = self.query.moments(self.now)[0]
        _, parameters = log_conditions.condition(self.query, self.tables, self.now)
        parameters |= {"looked_since": moments.written(since)}
        parameters |= _named("version", versions) | _named("id", ids)
        used = {name: each for name, each in parameters.items() if f":{name}" in statement}
        return sql.rows(self.workspace, statement, used)


def among_ids(column: str, ids: Sequence[str]) -> str:
    """Return the condition that a column is one of these ids, handed to `rows` as such."""
    return f"{column} IN ({_markers('id', ids)})"


def moment(row: Mapping[str, str | None]) -> datetime:
    """Return when a request was asked."""
    return time_of(int(row["micros"] or 0) // 1000)


def _markers(name: str, values: Sequence[str]) -> str:
    return ", ".join(f":{each}" for each in _named(name, values))


def _named(name: str, values: Sequence[str]) -> dict[str, str]:
    # Nothing else begins so: what is looked for in a statement is found by its name.
    return {f"looked_{name}_{place:04d}": each for place, each in enumerate(values)}
