"""Which requests a release answered, read by SQL from the endpoint's request log.

With the rights of whoever looks: the tables are theirs to read or not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from databricks.sdk import WorkspaceClient

from backend.error_translation import translated
from backend.feedback.assessment_tables import AssessmentLog, assessment_log
from backend.releases.record import Release, Share
from backend.tables import sql
from backend.tables.moments import written
from backend.turns.own_requests import ASKED_BY_PEOPLE

_MODEL = "request_metadata['model_name']"
_VERSION = "request_metadata['model_version']"
_ID = "databricks_request_id"


@dataclass(frozen=True)
class Period:
    """When a version answered because of a release; without an end, it still does."""

    share: Share
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class Answered:
    """What one version answered in its period."""

    period: Period
    requests: int = 0
    errors: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    first_id: str = ""
    last_id: str = ""


@dataclass(frozen=True)
class Answers:
    """What a release answered, version by version."""

    endpoint: str
    by_version: tuple[Answered, ...]

    @property
    def requests(self) -> int:
        """Return how many requests it were."""
        return sum(each.requests for each in self.by_version)

    @property
    def first_at(self) -> datetime | None:
        """Return when the first one came."""
        return min((each.first_at for each in self.by_version if each.first_at), default=None)

    @property
    def last_at(self) -> datetime | None:
        """Return when the last one came so far."""
        return max((each.last_at for each in self.by_version if each.last_at), default=None)

    def link_parameters(self) -> dict[str, str]:
        """Return what a page of request logs is told in its address to show just these."""
        if self.first_at is None or self.last_at is None:
            return {}
        versions = {each.period.share.version for each in self.by_version if each.requests}
        parameters = {
            "endpoint": self.endpoint,
            "from": self.first_at.isoformat(),
            # An end is not within its span, and the clock here goes by milliseconds.
            "to": (self.last_at + timedelta(milliseconds=1)).isoformat(),
        }
        return parameters | ({"version": versions.pop()} if len(versions) == 1 else {})


def periods(release: Release, following: Release | None) -> tuple[Period, ...]:
    """Return when each version answered because of this release.

    A version that is new with it may have answered before its outcome was noticed, and cannot have
    answered before it was asked for.
    """
    had = {each.name for each in release.live_before}
    known = release.decided_at or release.requested_at
    until = (following.decided_at or following.requested_at) if following else None
    asked = release.seen_before or release.requested_at
    return tuple(
        Period(each, known if each.name in had else min(asked, known), until)
        for each in release.live_after
    )


def read(workspace: WorkspaceClient, endpoint: str, when: tuple[Period, ...]) -> Answers | None:
    """Return what was answered then; None if the endpoint keeps no log."""
    log = log_of(workspace, endpoint)
    if log is None:
        return None
    return Answers(endpoint, tuple(_answered(workspace, log, each) for each in when))


def log_of(workspace: WorkspaceClient, endpoint: str) -> AssessmentLog | None:
    """Return where the endpoint's requests are logged, if they are."""
    with translated():
        return assessment_log(workspace.serving_endpoints.get(endpoint))


def version_and_time(
    workspace: WorkspaceClient, log: AssessmentLog, request_id: str
) -> tuple[str, datetime] | None:
    """Return which version answered a request, and when it was asked; None if there is none."""
    rows = sql.rows(
        workspace,
        f"SELECT {_VERSION} AS version, unix_millis(`timestamp`) AS asked_at FROM {log.requests} "
        f"WHERE {_ID} = :id OR client_request_id = :id ORDER BY `timestamp` LIMIT 1",
        {"id": request_id},
    )
    at = _time(rows[0]["asked_at"]) if rows else None
    return (rows[0]["version"] or "", at) if at else None


def first_request(
    workspace: WorkspaceClient, log: AssessmentLog, share: Share, since: datetime
) -> str:
    """Return the id of the first request a version answered since then; empty without one."""
    answered = _answered(workspace, log, Period(share, since))
    return answered.first_id


def _answered(workspace: WorkspaceClient, log: AssessmentLog, period: Period) -> Answered:
    parameters = {
        "model": period.share.model,
        "name": period.share.name,
        "version": period.share.version,
        "since": written(period.since),
    }
    condition = (
        f"{_VERSION} = :version AND coalesce({_MODEL}, :model) IN (:model, :name) "
        f"AND {ASKED_BY_PEOPLE} AND `timestamp` >= CAST(:since AS TIMESTAMP)"
    )
    if period.until:
        condition += " AND `timestamp` < CAST(:until AS TIMESTAMP)"
        parameters["until"] = written(period.until)
    rows = sql.rows(
        workspace,
        "SELECT count(*) AS requests, count_if(status_code >= 400) AS errors, "
        "unix_millis(min(`timestamp`)) AS first_at, unix_millis(max(`timestamp`)) AS last_at, "
        f"min_by({_ID}, `timestamp`) AS first_id, max_by({_ID}, `timestamp`) AS last_id "
        f"FROM {log.requests} WHERE {condition}",
        parameters,
    )
    return _read(period, rows[0])


def _read(period: Period, row: Mapping[str, str | None]) -> Answered:
    return Answered(
        period=period,
        requests=int(row["requests"] or 0),
        errors=int(row["errors"] or 0),
        first_at=_time(row["first_at"]),
        last_at=_time(row["last_at"]),
        first_id=row["first_id"] or "",
        last_id=row["last_id"] or "",
    )


def _time(milliseconds: str | None) -> datetime | None:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC) if milliseconds else None
