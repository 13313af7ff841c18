"""Which tables hold an endpoint's requests and what was said of them, found by their columns.

The request log and the assessment log may be absent, or there as views only; then what is shown is
derived from the payload. Everything is read with the rights of the client that is given.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from weakref import WeakKeyDictionary

from databricks.sdk import WorkspaceClient

from backend.error_translation import translated
from backend.errors import NotFound, NotOffered
from backend.feedback.assessment_tables import AssessmentLog, assessment_log
from backend.request_logs import log_columns
from backend.request_logs.moments import written
from backend.tables import sql

NO_LOG = (
    "This endpoint keeps no record of its requests. Deploy it with inference tables, and what is "
    "asked from then on is shown here."
)
NO_TABLES = (
    "The tables with this endpoint's requests are not there, or you may not read them. Ask an "
    "administrator for the right to select from them."
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
    """Return the tables of this prefix."""
    payload = _first(workspace, log, _SUFFIX)
    requests = _first(workspace, log, _REQUESTS, _REQUESTS + _VIEW) or payload
    if requests is None:
        raise NotOffered(NO_TABLES)
    if payload and requests is not payload and _is_left_behind(workspace, requests, payload):
        requests = payload
    assessments = _first(workspace, log, _ASSESSMENTS, _ASSESSMENTS + _VIEW)
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


def _first(workspace: WorkspaceClient, log: AssessmentLog, *suffixes: str) -> _Found | None:
    """Return the first of these tables that is there, with its columns and their types."""
    for suffix in suffixes:
        name = sql.quoted(log.catalog, log.schema, log.prefix + suffix)
        try:
            rows = sql.rows(workspace, f"DESCRIBE TABLE {name}", {})
        except NotFound:
            continue
        return name, _columns(rows)
    return None


def _columns(rows: list[sql.Row]) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows:
        name = row["col_name"] or ""
        if not name or name.startswith("#"):
            # What follows tells of partitions, and names columns again.
            break
        found[name] = (row["data_type"] or "").lower()
    return found
