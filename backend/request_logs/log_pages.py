"""The list of requests, page by page and as they arrive; no whole body is ever read for it.

Pages go by key, not by OFFSET: each continues after the last row of the one before.
"""

from collections.abc import Mapping, Sequence

from databricks.sdk import WorkspaceClient

from backend.request_logs import standing_words
from backend.request_logs.log_conditions import condition, since_of
from backend.request_logs.log_tables import LogTables
from backend.request_logs.query import LogQuery
from backend.request_logs.record import QUESTION_CHARACTERS, Cursor, LogPage, LogRow
from backend.tables import sql
from backend.tables.moments import moment_of, written

PAGE_ROWS = 50
MOST_NEW = 200
# No answer takes longer: what came in before cannot be news.
LONGEST_MICROS = 15 * 60 * 1_000_000
_FAILED = 400


def page(
    workspace: WorkspaceClient, tables: LogTables, query: LogQuery, older: Cursor | None
) -> LogPage:
    """Return the newest requests that are wanted, or those older than where a page ended."""
    where, parameters = condition(query, tables)
    if older:
        at, key = tables["at"], tables["id"]
        moment = "CAST(:log_older AS TIMESTAMP)"
        where += f" AND {at} <= {moment} AND ({at} < {moment} OR {key} < :log_older_id)"
        parameters |= {"log_older": written(older.micros), "log_older_id": older.request_id}
    found = _rows(workspace, tables, where, parameters, PAGE_ROWS + 1)
    has_more, shown = len(found) > PAGE_ROWS, found[:PAGE_ROWS]
    return LogPage(
        rows=_complete(workspace, tables, shown),
        older=_cursor(shown[-1]) if has_more else None,
        newest=_cursor(shown[0]) if shown else None,
    )


def newer(
    workspace: WorkspaceClient, tables: LogTables, query: LogQuery, than: Cursor | None
) -> tuple[LogRow, ...]:
    """Return what has come to its end since this request came in, the newest first.

    A request is on record when it is answered, so one may follow that came in before others. What
    is returned may be known already: whoever shows it goes by the ids.
    """
    where, parameters = condition(query, tables)
    if than:
        at, latency = tables["at"], f"coalesce({tables['latency']}, 0)"
        where += (
            f" AND {at} >= CAST(:log_newer AS TIMESTAMP) AND unix_micros({at}) + {latency} * 1000 "
            f">= CAST(:log_micros AS BIGINT) AND {tables['id']} <> :log_newer_id"
        )
        parameters |= {
            "log_newer": written(than.micros - LONGEST_MICROS),
            "log_micros": str(than.micros),
            "log_newer_id": than.request_id,
        }
    found = _rows(workspace, tables, where, parameters, MOST_NEW)
    return _complete(workspace, tables, found)


def listed(tables: LogTables) -> str:
    """Return the columns of a row of the list."""
    columns = {
        "request_id": tables["id"],
        "micros": tables["micros"],
        "status": tables["status"],
        "latency": tables["latency"],
        "version": tables["version"],
        "requester": tables["requester"],
        "conversation": tables["conversation"],
        "client_id": tables["client_id"],
        "question": f"left({tables['question']}, {QUESTION_CHARACTERS})",
    }
    return ", ".join(f"{each} AS {name}" for name, each in columns.items())


def row_of(row: sql.Row, error: str = "") -> LogRow:
    """Return a row of the list."""
    return LogRow(
        request_id=row["request_id"] or "",
        at=moment_of(int(row["micros"] or 0)),
        status=int(row["status"] or 0),
        latency_ms=int(row["latency"]) if row["latency"] else None,
        version=row["version"] or "",
        requester=row["requester"] or "",
        conversation_id=row["conversation"] or "",
        client_request_id=row["client_id"] or "",
        question=row["question"] or "",
        error_code=error,
        up=int(row.get("up") or 0),
        down=int(row.get("down") or 0),
        comments=int(row.get("comments") or 0),
    )


def _rows(
    workspace: WorkspaceClient,
    tables: LogTables,
    where: str,
    parameters: Mapping[str, str],
    most: int,
) -> list[sql.Row]:
    """Return the newest rows, each with what was said of it."""
    page = (
        f"SELECT {listed(tables)} FROM {tables.requests} AS log WHERE {where} "
        f"ORDER BY {tables['at']} DESC, {tables['id']} DESC LIMIT {most:d}"
    )
    if tables.assessments is None:
        return sql.rows(workspace, page, parameters)
    of_page = f"request_id IN (SELECT request_id FROM page) AND {since_of(parameters)}"
    said = standing_words.standing(tables.assessments, of_page)
    return sql.rows(
        workspace,
        f"WITH page AS ({page}), said AS (SELECT request_id, {standing_words.COUNTED} "
        f"FROM ({said}) GROUP BY request_id) "
        "SELECT page.*, up, down, comments FROM page "
        "LEFT JOIN said ON page.request_id = said.request_id "
        "ORDER BY micros DESC, page.request_id DESC",
        parameters,
    )


def _complete(
    workspace: WorkspaceClient, tables: LogTables, found: Sequence[sql.Row]
) -> tuple[LogRow, ...]:
    """Return the rows, of those that failed with the code of it."""
    errors = _errors(workspace, tables, found)
    return tuple(row_of(row, errors.get(row["request_id"] or "", "")) for row in found)


def _errors(
    workspace: WorkspaceClient, tables: LogTables, found: Sequence[sql.Row]
) -> dict[str, str]:
    """Return why rows failed; of no others a body is looked at."""
    failed = [row for row in found if int(row["status"] or 0) >= _FAILED]
    if not failed:
        return {}
    ids, parameters = _ids(failed)
    rows = sql.rows(
        workspace,
        f"SELECT {tables['id']} AS request_id, {tables['error']} AS error "
        f"FROM {tables.requests} AS log WHERE {tables['id']} IN ({ids}) "
        f"AND {tables['at']} >= CAST(:log_first AS TIMESTAMP) "
        f"AND {tables['at']} <= CAST(:log_last AS TIMESTAMP)",
        # The newest come first.
        parameters
        | {
            "log_first": written(_micros(failed[-1])),
            "log_last": written(_micros(failed[0])),
        },
    )
    return {row["request_id"] or "": row["error"] or "" for row in rows}


def _ids(found: Sequence[sql.Row]) -> tuple[str, dict[str, str]]:
    parameters = {f"log_id_{place}": row["request_id"] or "" for place, row in enumerate(found)}
    return ", ".join(f":{name}" for name in parameters), parameters


def _cursor(row: sql.Row) -> Cursor:
    return Cursor(_micros(row), row["request_id"] or "")


def _micros(row: sql.Row) -> int:
    return int(row["micros"] or 0)
