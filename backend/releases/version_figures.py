"""What is known of each version of an endpoint: requests, errors, speed, and what people said.

Read by SQL from the endpoint's request and assessment logs, with the rights of whoever looks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from databricks.sdk import WorkspaceClient

from backend.error_translation import translated
from backend.feedback.assessment_tables import AssessmentLog, assessment_log
from backend.feedback.verdicts import THUMB
from backend.tables import sql
from backend.tables.moments import written
from backend.turns.own_requests import ASKED_BY_PEOPLE

# What is older says little of a version that answers today.
LOOKED_BACK = timedelta(days=30)
_MODEL, _VERSION = "request_metadata['model_name']", "request_metadata['model_version']"
_THUMB = f"element_at(text_assessment.ratings, '{THUMB}').value"


@dataclass(frozen=True)
class VersionFigures:
    """One version's figures; shares are of what there is, and None where there is nothing."""

    version: str
    requests: int = 0
    errors: int = 0
    p95_ms: float | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None
    up: int = 0
    down: int = 0

    @property
    def error_share(self) -> float | None:
        """Return the share of requests that failed."""
        return self.errors / self.requests if self.requests else None


# By the names of the model and of its version: an endpoint may serve several models.
Figures = Mapping[tuple[str, str], VersionFigures]


def figures(workspace: WorkspaceClient, endpoint: str, now: datetime | None = None) -> Figures:
    """Return the figures of each version that was asked lately; nothing without tables."""
    with translated():
        log = assessment_log(workspace.serving_endpoints.get(endpoint))
    if log is None:
        return {}
    since = written((now or datetime.now(UTC)) - LOOKED_BACK)
    asked = sql.rows(workspace, _asked(log), {"since": since})
    said = {_key(row): row for row in sql.rows(workspace, _said(log), {"since": since})}
    return {
        _key(row): _figures(row["version"], row, said.get(_key(row), {}))
        for row in asked
        if row["version"]
    }


def _key(row: Mapping[str, str | None]) -> tuple[str, str]:
    return row["model"] or "", row["version"] or ""


def _asked(log: AssessmentLog) -> str:
    return (
        f"SELECT {_MODEL} AS model, {_VERSION} AS version, count(*) AS requests, "
        "count_if(status_code >= 400) AS errors, "
        "percentile(execution_time_ms, 0.95) AS p95_ms, "
        "unix_millis(min(`timestamp`)) AS first_at, unix_millis(max(`timestamp`)) AS last_at "
        f"FROM {log.requests} WHERE `timestamp` >= CAST(:since AS TIMESTAMP) AND {ASKED_BY_PEOPLE} "
        f"GROUP BY {_MODEL}, {_VERSION}"
    )


def _said(log: AssessmentLog) -> str:
    """Return a query of the thumbs that stand: of each person the last on each answer."""
    return (
        "WITH said AS (SELECT request_id, "
        f"{_THUMB} AS thumb, row_number() OVER (PARTITION BY request_id, source.id "
        "ORDER BY `timestamp` DESC) AS place "
        f"FROM {log.table} WHERE text_assessment IS NOT NULL "
        "AND `timestamp` >= CAST(:since AS TIMESTAMP)) "
        f"SELECT {_MODEL} AS model, {_VERSION} AS version, count_if(thumb = 'positive') AS up, "
        "count_if(thumb = 'negative') AS down "
        f"FROM said JOIN {log.requests} ON databricks_request_id = request_id "
        f"WHERE place = 1 AND `timestamp` >= CAST(:since AS TIMESTAMP) "
        f"GROUP BY {_MODEL}, {_VERSION}"
    )


def _figures(
    version: str, asked: Mapping[str, str | None], said: Mapping[str, str | None]
) -> VersionFigures:
    return VersionFigures(
        version=version,
        requests=int(asked["requests"] or 0),
        errors=int(asked["errors"] or 0),
        p95_ms=float(asked["p95_ms"]) if asked["p95_ms"] else None,
        first_at=_time(asked["first_at"]),
        last_at=_time(asked["last_at"]),
        up=int(said.get("up") or 0),
        down=int(said.get("down") or 0),
    )


def _time(milliseconds: str | None) -> datetime | None:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC) if milliseconds else None
