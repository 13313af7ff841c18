"""What guard rails go by: of each version in a period, requests, errors and thumbs, by SQL.

What the app asked by itself, to try a version or to put load on it, is no question anybody had and
is left out of requests and errors; what people said of such answers counts.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from databricks.sdk import WorkspaceClient

from backend.feedback.assessment_tables import AssessmentLog
from backend.feedback.verdicts import THUMB
from backend.guard_rails.rules import Facts
from backend.tables import sql
from backend.tables.moments import written
from backend.turns.own_requests import ASKED_BY_PEOPLE

EVER = datetime(2000, 1, 1, tzinfo=UTC)
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_MODEL, _VERSION = "request_metadata['model_name']", "request_metadata['model_version']"
_THUMB = f"element_at(text_assessment.ratings, '{THUMB}').value"

# By name of the model and version.
Figures = Mapping[tuple[str, str], Facts]


def counted(
    workspace: WorkspaceClient, log: AssessmentLog, since: datetime, until: datetime | None = None
) -> Figures:
    """Return what there is of each version that was asked in the period."""
    period = {"since": written(since), "until": written(until or _NEVER)}
    asked = {_key(row): row for row in sql.rows(workspace, _asked(log), period)}
    said = {_key(row): row for row in sql.rows(workspace, _said(log), period)}
    return {
        (model, version): _facts(
            version, asked.get((model, version), {}), said.get((model, version), {})
        )
        for model, version in asked.keys() | said.keys()
    }


def _asked(log: AssessmentLog) -> str:
    return (
        f"SELECT {_MODEL} AS model, {_VERSION} AS version, count(*) AS requests, "
        # Whom a rate limit or a full queue turned away was not answered by this version.
        "count_if(status_code >= 400 AND status_code <> 429) AS errors "
        f"FROM {log.requests} WHERE {_in_period('`timestamp`')} AND {ASKED_BY_PEOPLE} "
        f"GROUP BY {_MODEL}, {_VERSION}"
    )


def _said(log: AssessmentLog) -> str:
    """Return a query of the thumbs that stand: of each person the last on each answer."""
    return (
        "WITH said AS (SELECT request_id, "
        f"{_THUMB} AS thumb, row_number() OVER (PARTITION BY request_id, source.id "
        "ORDER BY `timestamp` DESC) AS place "
        f"FROM {log.table} WHERE text_assessment IS NOT NULL "
        "AND `timestamp` >= CAST(:since AS TIMESTAMP)), "
        f"asked AS (SELECT databricks_request_id, {_MODEL} AS model, {_VERSION} AS version "
        f"FROM {log.requests} WHERE {_in_period('`timestamp`')}) "
        "SELECT model, version, count_if(thumb = 'positive') AS up, "
        "count_if(thumb = 'negative') AS down "
        "FROM said JOIN asked ON databricks_request_id = request_id WHERE place = 1 "
        "GROUP BY model, version"
    )


def _in_period(column: str) -> str:
    return f"{column} >= CAST(:since AS TIMESTAMP) AND {column} < CAST(:until AS TIMESTAMP)"


def _key(row: Mapping[str, str | None]) -> tuple[str, str]:
    return row["model"] or "", row["version"] or ""


def _facts(version: str, asked: Mapping[str, str | None], said: Mapping[str, str | None]) -> Facts:
    return Facts(
        version=version,
        up=int(said.get("up") or 0),
        down=int(said.get("down") or 0),
        requests=int(asked.get("requests") or 0),
        errors=int(asked.get("errors") or 0),
    )
