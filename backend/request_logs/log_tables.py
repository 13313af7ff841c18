"""Which tables hold an endpoint's requests and what was said of them, found by their columns.

The request log and the assessment log may be absent, or there as views only; then what is shown is
derived from the payload. Everything is read with the rights of the client that is given.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from weakref import WeakKeyDictionary

from databricks.sdk import WorkspaceClient

from backend.error_translation import translated
from backend.errors import NotAllowed, NotFound, NotOffered, ReviewAppError
from backend.feedback.assessment_tables import AssessmentLog, assessment_log
from backend.request_logs import log_columns
from backend.tables import sql
from backend.tables.moments import written

NO_LOG = (
    "This endpoint keeps no record of its requests. Deploy it with inference tables, and what is "
    "asked from then on is shown here."
)
NO_TABLES = (
    "The tables with this endpoint's requests are not there, or you may not read them. Ask an "
    "administrator for the right to select from them, and to use the SQL warehouse."
)
NO_KNOWN_TABLES = (
    "The tables with this endpoint's requests are of a kind this page cannot read. They can still "
    "be looked at with SQL."
)
# How long it is remembered which columns there are.
REMEMBERED_SECONDS = 60.0
_SUFFIX = "_payload"
_REQUESTS, _ASSESSMENTS = f"{_SUFFIX}_request_logs", f"{_SUFFIX}_assessment_logs"
_VIEW = "_view"
# A table's name as it is written in a statement, and the types of its columns.
_Found = tuple[str, dict[str, str]]


@dataclass(frozen=True)
class LogTables:
    """Where an endpoint's requests are, and how each thing is read there."""

    endpoint: str
    # Names as they are written in a statement; without assessments nobody knows what was said.
    requests: str
    assessments: str | None
    # By our words, as SQL over `requests` under the alias `log`; what is not there is NULL.
    columns: Mapping[str, str]
    # Which rows are questions, and not verdicts.
    only: str = "TRUE"
    # Where it is said why a body is missing, if that is not in `requests`, and its day.
    payload: str | None = None
    payload_columns: Mapping[str, str] = field(default_factory=dict)
    # Whether nobody fills the logs beside the payload any more: the latest words are elsewhere.
    is_given_up: bool = False

    def __getitem__(self, word: str) -> str:
        """Return one of the columns."""
        return self.columns[word]


_remembered: WeakKeyDictionary[WorkspaceClient, dict[str, tuple[float, LogTables]]] = (
    WeakKeyDictionary()
)


def tables_of(workspace: WorkspaceClient, endpoint: str) -> LogTables:
    """Return the endpoint's tables; raise NotOffered if it keeps none.

    Remembered for as long as a minute by client, and so by visitor.
    """
    known = _remembered.setdefault(workspace, {})
    found = known.get(endpoint)
    if found and time.monotonic() - found[0] < REMEMBERED_SECONDS:
        return found[1]
    with translated():
        log = assessment_log(workspace.serving_endpoints.get(endpoint))
    if log is None:
        raise NotOffered(NO_LOG)
    tables = tables_at(workspace, endpoint, log)
    known[endpoint] = time.monotonic(), tables
    return tables


def tables_at(workspace: WorkspaceClient, endpoint: str, log: AssessmentLog) -> LogTables:
    """Return the tables of this prefix; one that may not be read is as good as absent."""
    looking = _Looking(workspace, log)
    payload = looking.first(_SUFFIX)
    requests = looking.first(_REQUESTS, _REQUESTS + _VIEW) or payload
    if requests is None:
        raise looking.refusal()
    is_given_up = False
    if payload and requests is not payload:
        try:
            is_given_up = _is_left_behind(workspace, requests, payload)
        except NotAllowed:
            # Its columns may be looked at, and nothing else.
            payload = None
    if payload and is_given_up:
        requests = payload
    assessments = looking.first(_ASSESSMENTS, _ASSESSMENTS + _VIEW, is_wanted=_has_words)
    has_codes = payload is not None and "logging_error_codes" in payload[1]
    beside = payload if requests is not payload and has_codes else None
    return LogTables(
        endpoint=endpoint,
        requests=requests[0],
        assessments=assessments[0] if assessments else None,
        columns=log_columns.columns_of(requests[1]),
        only=log_columns.only_questions(requests[1]),
        payload=beside[0] if beside else None,
        payload_columns=log_columns.columns_of(beside[1]) if beside else {},
        is_given_up=is_given_up,
    )


def _is_left_behind(workspace: WorkspaceClient, requests: _Found, payload: _Found) -> bool:
    """Tell whether the platform has given the request log up, and writes the payload alone.

    What has been in the payload for a day is in the log, if anybody still fills it.
    """
    log, raw = log_columns.columns_of(requests[1]), log_columns.columns_of(payload[1])
    statement = f"SELECT max({log['micros']}) AS newest FROM {requests[0]} AS log"
    newest = int(sql.rows(workspace, statement, {})[0]["newest"] or 0)
    statement = (
        f"SELECT {raw['id']} FROM {payload[0]} AS log WHERE {raw['at']} > "
        f"CAST(:newest AS TIMESTAMP) AND {raw['at']} < CAST(:a_day_ago AS TIMESTAMP) "
        f"AND {log_columns.only_questions(payload[1])} LIMIT 1"
    )
    a_day_ago = written(datetime.now(UTC) - timedelta(days=1))
    return bool(sql.rows(workspace, statement, {"newest": written(newest), "a_day_ago": a_day_ago}))


class _Looking:
    """Looks for an endpoint's tables, and remembers why it did not take one that is there."""

    def __init__(self, workspace: WorkspaceClient, log: AssessmentLog) -> None:
        self._workspace, self._log = workspace, log
        self._is_denied = self._is_unknown = False

    def first(
        self, *suffixes: str, is_wanted: Callable[[log_columns.Found], bool] = log_columns.is_known
    ) -> _Found | None:
        """Return the first of these tables that can be read, with its columns and their types."""
        for suffix in suffixes:
            name = sql.quoted(self._log.catalog, self._log.schema, self._log.prefix + suffix)
            try:
                columns = _columns(sql.rows(self._workspace, f"DESCRIBE TABLE {name}", {}))
            except NotFound:
                continue
            except NotAllowed:
                self._is_denied = True
                continue
            if is_wanted(columns):
                return name, columns
            self._is_unknown = True
        return None

    def refusal(self) -> ReviewAppError:
        """Return why there is nothing to read."""
        if self._is_denied:
            return NotAllowed(NO_TABLES)
        return NotOffered(NO_KNOWN_TABLES if self._is_unknown else NO_TABLES)


def _has_words(found: log_columns.Found) -> bool:
    return {"request_id", "source", "timestamp", "text_assessment"} <= found.keys()


def _columns(rows: list[sql.Row]) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows:
        name = row["col_name"] or ""
        if not name or name.startswith("#"):
            # What follows tells of partitions, and names columns again.
            break
        found[name] = (row["data_type"] or "").lower()
    return found
