"""How busy each endpoint is now and who may ask it, read with the rights of whoever looks."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from databricks.sdk import WorkspaceClient
from databricks.sdk.service import serving

from backend.error_translation import translated
from backend.errors import ReviewAppError
from backend.feedback.assessment_tables import AssessmentLog, assessment_log
from backend.tables import sql
from backend.tables.moments import written
from backend.turns.own_requests import ASKED_BY_PEOPLE

LOOKED_BACK = timedelta(hours=1)
AT_ONCE = 8
_MAY_ASK = {
    serving.ServingEndpointPermissionLevel.CAN_QUERY,
    serving.ServingEndpointPermissionLevel.CAN_MANAGE,
}


@dataclass(frozen=True)
class EndpointFigures:
    """Questions and failures of the last hour, people and groups who may ask; None: not known."""

    requests: int | None = None
    errors: int | None = None
    people: int | None = None
    groups: int | None = None


class EndpointOverview:
    """Looks at many endpoints at once."""

    def __init__(self, workspace: WorkspaceClient) -> None:
        self._workspace = workspace
        self._api = workspace.serving_endpoints

    def figures(self, names: Sequence[str]) -> dict[str, EndpointFigures]:
        """Return the figures of these endpoints; what cannot be read is left out."""
        with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
            found = list(pool.map(self._who_may_ask, names))
        logs = {name: log for name, (log, _) in zip(names, found, strict=True) if log}
        counted = self._counted(logs)
        return {
            name: replace(figures, requests=counts[0], errors=counts[1])
            for name, (_, figures) in zip(names, found, strict=True)
            for counts in [counted.get(name, (None, None))]
        }

    def _who_may_ask(self, name: str) -> tuple[AssessmentLog | None, EndpointFigures]:
        log = None
        try:
            with translated():
                detail = self._api.get(name)
                log = assessment_log(detail)
                entries = self._api.get_permissions(detail.id or "").access_control_list or []
        except ReviewAppError:
            # Who may only ask is not told who else may; the rest is shown all the same.
            return log, EndpointFigures()
        allowed = [each for each in entries if _may_ask(each)]
        return log, EndpointFigures(
            people=sum(1 for each in allowed if each.user_name),
            groups=sum(1 for each in allowed if each.group_name),
        )

    def _counted(self, logs: dict[str, AssessmentLog]) -> dict[str, tuple[int, int]]:
        """Count in one statement; where one table is missing, each by itself."""
        try:
            return self._count(logs)
        except ReviewAppError:
            counted: dict[str, tuple[int, int]] = {}
            for name, log in logs.items() if len(logs) > 1 else ():
                try:
                    counted |= self._count({name: log})
                except ReviewAppError:
                    continue  # Nothing has been asked there yet, so there is no table.
            return counted

    def _count(self, logs: dict[str, AssessmentLog]) -> dict[str, tuple[int, int]]:
        if not logs:
            return {}
        since = written(datetime.now(UTC) - LOOKED_BACK)
        parts = (
            f"SELECT {place:d} AS place, count(*) AS requests, "
            "count_if(status_code >= 400) AS errors "
            f"FROM {log.requests} WHERE `timestamp` >= CAST(:since AS TIMESTAMP) "
            f"AND {ASKED_BY_PEOPLE}"
            for place, log in enumerate(logs.values())
        )
        rows = sql.rows(self._workspace, " UNION ALL ".join(parts), {"since": since})
        names = list(logs)
        return {
            names[int(row["place"] or 0)]: (int(row["requests"] or 0), int(row["errors"] or 0))
            for row in rows
        }


def _may_ask(entry: serving.ServingEndpointAccessControlResponse) -> bool:
    levels: Iterable[serving.ServingEndpointPermission] = entry.all_permissions or []
    return any(each.permission_level in _MAY_ASK for each in levels)
