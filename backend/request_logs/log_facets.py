"""How many requests have each value of a filter, under all the other filters; counted on demand."""

from collections.abc import Callable
from dataclasses import replace

from databricks.sdk import WorkspaceClient

from backend.errors import NotFound
from backend.feedback.verdicts import REASON
from backend.request_logs import standing_words
from backend.request_logs.log_conditions import condition, since_of, words_like
from backend.request_logs.log_tables import LogTables
from backend.request_logs.query import LogQuery, Outcome, Said
from backend.request_logs.record import CALLER_LEFT, Facet
from backend.tables import sql

MOST_VALUES = 50
# Facets by column; the filter of its own is left out, so that the other values are seen, too.
_COLUMNS = {"version": "version", "status": "status", "requester": "requester", "error": "error"}
_WITHOUT: dict[str, Callable[[LogQuery], LogQuery]] = {
    "version": lambda query: replace(query, version=""),
    "status": lambda query: replace(query, status=None),
    "requester": lambda query: replace(query, requester=""),
    "error": lambda query: replace(query, error_code=""),
    "outcome": lambda query: replace(query, outcome=None),
    "said": lambda query: replace(query, said=None),
    "reasons": lambda query: replace(query, reasons=()),
    "reviewer": lambda query: replace(query, said_by=""),
}
_OUTCOME = (
    "CASE WHEN {status} < 400 THEN '" + Outcome.ANSWERED + "' "
    f"WHEN {{status}} = {CALLER_LEFT} THEN '{Outcome.LEFT}' "
    f"WHEN {{status}} >= 400 THEN '{Outcome.FAILED}' END"
)


def facet(workspace: WorkspaceClient, tables: LogTables, query: LogQuery, name: str) -> list[Facet]:
    """Return the values most requests have, these first."""
    if name not in _WITHOUT:
        raise NotFound(f"There is no filter of the name {name!r}.")
    others = _WITHOUT[name](query)
    if name in ("said", "reasons", "reviewer"):
        return _of_words(workspace, tables, others, name)
    value = _OUTCOME.format_map(tables.columns) if name == "outcome" else tables[_COLUMNS[name]]
    where, parameters = condition(others, tables)
    if name == "error":
        where += f" AND {tables['status']} >= 400"
    return _counted(
        workspace,
        f"SELECT CAST({value} AS STRING) AS value FROM {tables.requests} AS log WHERE {where}",
        parameters,
    )


def _of_words(
    workspace: WorkspaceClient, tables: LogTables, query: LogQuery, name: str
) -> list[Facet]:
    if tables.assessments is None:
        return []
    if name == "said":
        return _said(workspace, tables, query)
    words, parameters = _words(tables, query)
    if name == "reviewer":
        return _counted(
            workspace, f"SELECT DISTINCT request_id, reviewer AS value {words}", parameters
        )
    chosen = f"SELECT request_id, ratings, explode(map_keys(ratings)) AS rating {words}"
    chips = (
        f"SELECT DISTINCT request_id, substring(rating, {len(REASON) + 1}) AS value "
        f"FROM ({chosen}) WHERE startswith(rating, '{REASON}') "
        f"AND element_at(ratings, rating).value NOT IN {standing_words.NOT_CHOSEN}"
    )
    return _counted(workspace, chips, parameters)


def _said(workspace: WorkspaceClient, tables: LogTables, query: LogQuery) -> list[Facet]:
    """Return how many answers were called right, wrong, were judged at all, and were not."""
    words, parameters = _words(tables, query)
    by_request = (
        f"SELECT request_id, {standing_words.COUNTED}, "
        f"count_if({standing_words.UNKNOWN}) AS unsure {words} GROUP BY request_id"
    )
    (judged,) = sql.rows(
        workspace,
        "SELECT count_if(up > 0) AS up, count_if(down > 0) AS down, "
        f"count_if(unsure > 0) AS `unknown`, count(*) AS `any` FROM ({by_request})",
        parameters,
    )
    where, parameters = condition(replace(query, said=Said.NOTHING), tables)
    (nothing,) = sql.rows(
        workspace,
        f"SELECT count(*) AS `none` FROM {tables.requests} AS log WHERE {where}",
        parameters,
    )
    counts = judged | nothing
    return [Facet(each.value, int(counts[each.value] or 0)) for each in Said]


def _words(tables: LogTables, query: LogQuery) -> tuple[str, dict[str, str]]:
    """Return what follows SELECT: the last words that are wanted, on requests that are."""
    where, parameters = condition(query, tables)
    assert tables.assessments is not None
    # What is asked of a word is asked of each: a request may have others beside it.
    like, _ = words_like(query)
    said = standing_words.standing(tables.assessments, since_of(parameters))
    wanted = f"SELECT {tables['id']} FROM {tables.requests} AS log WHERE {where}"
    return f"FROM ({said}) WHERE {like} AND request_id IN ({wanted})", parameters


def _counted(workspace: WorkspaceClient, values: str, parameters: dict[str, str]) -> list[Facet]:
    rows = sql.rows(
        workspace,
        f"SELECT value, count(*) AS requests FROM ({values}) WHERE length(value) > 0 "
        f"GROUP BY value ORDER BY requests DESC, value LIMIT {MOST_VALUES:d}",
        parameters,
    )
    return [Facet(row["value"] or "", int(row["requests"] or 0)) for row in rows]
