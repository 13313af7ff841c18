"""What was asked of an endpoint and answered, for analysts and admins.

Everything is read by SQL with the visitor's own token: the tables are theirs to read or not. Where
an endpoint has no assessment log, or none that is still filled, what was said of a single request
comes from MLflow.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import PermissionDenied, ResourceDoesNotExist
from databricks.sdk.service.serving import ServingEndpoint

from backend.error_translation import translated
from backend.errors import NotAllowed, ReviewAppError
from backend.feedback.assessment_tables import assessment_log
from backend.feedback.feedback import Feedback
from backend.identity import SEES_ALL, Viewer
from backend.request_logs import log_course, log_details, log_facets, log_pages
from backend.request_logs.log_conditions import condition
from backend.request_logs.log_tables import tables_of
from backend.request_logs.query import LogQuery
from backend.request_logs.record import Course, Cursor, Facet, LogDetail, LogPage, LogRow
from backend.tables import sql

_AT_ONCE = 8


class RequestLogs:
    """Reads the logs of one visitor's endpoints."""

    def __init__(self, workspace: WorkspaceClient, feedback: Feedback) -> None:
        self._workspace = workspace
        self._feedback = feedback

    def endpoints(self, viewer: Viewer) -> list[str]:
        """Return the endpoints the visitor can see that keep a log, by name."""
        _check(viewer)
        with translated():
            listed = list(self._workspace.serving_endpoints.list())
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                keeps = list(pool.map(self._keeps_log, listed))
        found = [each.name for each, kept in zip(listed, keeps, strict=True) if kept and each.name]
        return sorted(found)

    def page(self, viewer: Viewer, query: LogQuery, older: Cursor | None = None) -> LogPage:
        """Return fifty requests, the newest first, or what follows where a page ended."""
        _check(viewer)
        return log_pages.page(
            self._workspace, tables_of(self._workspace, query.endpoint), query, older
        )

    def newer(self, viewer: Viewer, query: LogQuery, than: Cursor | None) -> tuple[LogRow, ...]:
        """Return what was answered since, the newest first; some of it may be known already."""
        _check(viewer)
        return log_pages.newer(
            self._workspace, tables_of(self._workspace, query.endpoint), query, than
        )

    def count(self, viewer: Viewer, query: LogQuery) -> int:
        """Return how many requests are wanted."""
        _check(viewer)
        tables = tables_of(self._workspace, query.endpoint)
        where, parameters = condition(query, tables)
        statement = f"SELECT count(*) AS requests FROM {tables.requests} AS log WHERE {where}"
        (row,) = sql.rows(self._workspace, statement, parameters)
        return int(row["requests"] or 0)

    def facet(self, viewer: Viewer, query: LogQuery, name: str) -> list[Facet]:
        """Return how many requests have each value of a filter, under all the others.

        The names: version, outcome, status, error, requester, said, reasons, reviewer.
        """
        _check(viewer)
        return log_facets.facet(
            self._workspace, tables_of(self._workspace, query.endpoint), query, name
        )

    def course(self, viewer: Viewer, query: LogQuery) -> Course:
        """Return how it went over time."""
        _check(viewer)
        return log_course.course(self._workspace, tables_of(self._workspace, query.endpoint), query)

    def open(self, viewer: Viewer, endpoint: str, request_id: str) -> LogDetail:
        """Return everything of one request."""
        _check(viewer)
        tables = tables_of(self._workspace, endpoint)
        detail = log_details.read(self._workspace, tables, request_id)
        if detail.verdicts or (tables.assessments and not tables.is_given_up):
            return detail
        return self._with_words_of_mlflow(viewer, detail)

    def _with_words_of_mlflow(self, viewer: Viewer, detail: LogDetail) -> LogDetail:
        request_id = detail.row.request_id
        try:
            said = self._feedback.read(viewer, detail.endpoint, [request_id]).by_request
        except ReviewAppError:
            # Neither store has any: that is no reason not to show the rest.
            return detail
        verdicts = tuple(said.get(request_id, ()))
        return replace(
            detail,
            row=log_details.counted(detail.row, verdicts),
            verdicts=verdicts,
            history=tuple(reversed(verdicts)),
        )

    def _keeps_log(self, listed: ServingEndpoint) -> bool:
        """The list does not say it of every endpoint; those it says nothing of are asked."""
        gateway = listed.ai_gateway.inference_table_config if listed.ai_gateway else None
        if gateway and gateway.enabled and gateway.catalog_name and gateway.schema_name:
            return True
        if not listed.name or _is_a_model_of_the_platform(listed):
            return False
        try:
            return assessment_log(self._workspace.serving_endpoints.get(listed.name)) is not None
        except (ResourceDoesNotExist, PermissionDenied):
            return False


def _is_a_model_of_the_platform(listed: ServingEndpoint) -> bool:
    """Each workspace has dozens of them, and none keeps a log the list does not tell of."""
    served = (listed.config.served_entities if listed.config else None) or []
    return bool(served) and all(each.foundation_model for each in served)


def _check(viewer: Viewer) -> None:
    if not viewer.has_any(SEES_ALL):
        raise NotAllowed("What others asked is for analysts and admins.")
