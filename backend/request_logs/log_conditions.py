"""A filter as an SQL condition; what somebody typed travels as a parameter, never in the text."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from backend.errors import Refused
from backend.request_logs import standing_words
from backend.request_logs.log_tables import LogTables
from backend.request_logs.query import LogQuery, Outcome, Said
from backend.request_logs.record import CALLER_LEFT
from backend.tables.moments import written
from backend.turns.own_requests import PREFIXES

# Of so many reasons at once nobody makes use, and each takes time.
MOST_REASONS = 50
MOST_PICKED = 200
NOT_SAID = (
    "What people said of the answers of this endpoint is not in its tables, so nothing can be "
    "filtered by it."
)
_SAYS = {
    Said.UP: standing_words.UP,
    Said.DOWN: standing_words.DOWN,
    Said.UNKNOWN: standing_words.UNKNOWN,
}
_ENDED = {
    Outcome.ANSWERED: "{status} < 400",
    Outcome.LEFT: f"{{status}} = {CALLER_LEFT}",
    Outcome.FAILED: f"{{status}} >= 400 AND {{status}} <> {CALLER_LEFT}",
}
_Piece = tuple[str, dict[str, str]]


def condition(
    query: LogQuery, tables: LogTables, now: datetime | None = None
) -> tuple[str, dict[str, str]]:
    """Return a condition over `tables.requests` under the alias `log`, and its parameters."""
    texts, parameters = [tables.only], {}
    for text, values in _pieces(query, tables, now):
        texts.append(f"({text})")
        parameters.update(values)
    return " AND ".join(texts), {name: _readable(each) for name, each in parameters.items()}


def in_time(
    query: LogQuery, tables: LogTables | Mapping[str, str], now: datetime | None = None
) -> _Piece:
    """Return the condition of the time alone, by the day, too, so that files can be left out."""
    if query.names_requests:
        # An id says more than any span.
        return "TRUE", {}
    since, until = query.moments(now)
    texts = [f"{tables['at']} >= CAST(:log_since AS TIMESTAMP)"]
    parameters = {"log_since": written(since)}
    if until:
        texts.append(f"{tables['at']} < CAST(:log_until AS TIMESTAMP)")
        parameters["log_until"] = written(until)
    if not tables["date"].startswith("CAST"):
        texts.append(f"{tables['date']} >= CAST(:log_since_day AS DATE)")
        parameters["log_since_day"] = written(since)[:10]
        if until:
            texts.append(f"{tables['date']} <= CAST(:log_until_day AS DATE)")
            parameters["log_until_day"] = written(until)[:10]
    return " AND ".join(texts), parameters


def since_of(parameters: Mapping[str, str]) -> str:
    """Return the condition on words: what is said of an answer is said after the question."""
    if "log_since" not in parameters:
        return "TRUE"
    return "`timestamp` >= CAST(:log_since AS TIMESTAMP)"


def _pieces(query: LogQuery, tables: LogTables, now: datetime | None) -> Iterator[_Piece]:
    yield in_time(query, tables, now)
    for name, column in (
        ("version", "version"),
        ("requester", "requester"),
        ("conversation", "conversation"),
    ):
        if value := getattr(query, name):
            yield f"{tables[column]} = :log_{name}", {f"log_{name}": value}
    yield from _numbers(query, tables)
    if query.outcome:
        yield _ENDED[query.outcome].format(status=tables["status"]), {}
    if query.error_code:
        yield _error(query, tables, now)
    if query.request:
        yield _of_id(tables), {"log_request": query.request.strip()}
    if query.requests:
        yield _picked(query, tables)
    if text := query.text.strip():
        found = "contains(lower({}), lower(:log_text))".format
        both = f"{found(tables['question'])} OR {found(tables['answer'])}"
        yield both, {"log_text": text}
    if not query.with_own:
        yield _asked_by_people(tables), {}
    yield from _said(query, tables, now)


def _numbers(query: LogQuery, tables: LogTables) -> Iterator[_Piece]:
    for name, text in (
        ("status", "{status} = CAST(:log_status AS INT)"),
        ("min_ms", "{latency} >= CAST(:log_min_ms AS BIGINT)"),
        ("max_ms", "{latency} <= CAST(:log_max_ms AS BIGINT)"),
    ):
        value: int | None = getattr(query, name)
        if value is not None:
            yield text.format_map(tables.columns), {f"log_{name}": str(value)}


def _readable(value: str) -> str:
    """Half characters, which an address can spell, are in no table."""
    return value.encode("utf-8", "replace").decode()


def _of_id(tables: LogTables) -> str:
    """Return the condition on either id; each is looked for by itself, so files can be skipped."""
    ids = " UNION ALL ".join(
        f"SELECT {tables['id']} FROM {tables.requests} AS log WHERE {column} = :log_request"
        for column in (tables["id"], tables["client_id"])
    )
    return f"{tables['id']} IN ({ids})"


def _picked(query: LogQuery, tables: LogTables) -> _Piece:
    if len(query.requests) > MOST_PICKED:
        raise Refused(f"At most {MOST_PICKED} requests can be picked at once.")
    ids = {f"log_picked_{place}": each for place, each in enumerate(query.requests)}
    return f"{tables['id']} IN ({', '.join(f':{name}' for name in ids)})", ids


def _error(query: LogQuery, tables: LogTables, now: datetime | None) -> _Piece:
    """Return the condition that a request failed with a code, or could not be logged whole."""
    either = [f"{tables['error']} = :log_error"]
    parameters = {"log_error": query.error_code}
    if tables.payload:
        of_payload = tables.payload_columns
        time, moments = in_time(query, of_payload, now)
        parameters |= moments
        either.append(
            f"{tables['id']} IN (SELECT {of_payload['id']} FROM {tables.payload} AS log "
            f"WHERE {time} AND contains({of_payload['error_codes']}, :log_error))"
        )
    else:
        either.append(f"contains({tables['error_codes']}, :log_error)")
    return " OR ".join(either), parameters


def _asked_by_people(tables: LogTables) -> str:
    name = f"coalesce({tables['client_id']}, '')"
    return " AND ".join(f"{name} NOT LIKE '{prefix}%'" for prefix in PREFIXES)


def _said(query: LogQuery, tables: LogTables, now: datetime | None) -> Iterator[_Piece]:
    """Yield the condition on one person's last word; all that is asked of it must be true of it."""
    is_asked = query.said or query.said_by or query.with_comment or query.reasons
    if not is_asked:
        return
    if tables.assessments is None:
        raise Refused(NOT_SAID)
    if query.said is Said.NOTHING and (query.with_comment or query.reasons):
        # Who says nothing gives no reason either.
        yield "FALSE", {}
        return
    words, parameters = words_like(query)
    since = since_of(in_time(query, tables, now)[1])
    said = standing_words.standing(tables.assessments, since)
    word = "NOT IN" if query.said is Said.NOTHING else "IN"
    ids = f"SELECT request_id FROM ({said}) WHERE request_id IS NOT NULL AND {words}"
    yield f"{tables['id']} {word} ({ids})", parameters


def words_like(query: LogQuery) -> _Piece:
    """Return the condition on a row of `standing_words.standing`."""
    texts, parameters = ["TRUE"], {}
    if query.said_by:
        texts.append("reviewer = :log_reviewer")
        parameters["log_reviewer"] = query.said_by
    if query.said is Said.NOTHING:
        return " AND ".join(texts), parameters
    if query.said in _SAYS:
        texts.append(_SAYS[query.said])
    if query.with_comment:
        texts.append(standing_words.HAS_COMMENT)
    if query.reasons:
        names = {f"log_reason_{place}": each for place, each in enumerate(query.reasons)}
        if len(names) > MOST_REASONS:
            raise Refused(f"At most {MOST_REASONS} reasons can be asked for at once.")
        texts.append(f"({' OR '.join(map(standing_words.chose, names))})")
        parameters |= {name: standing_words.rating_of(each) for name, each in names.items()}
    return " AND ".join(texts), parameters
