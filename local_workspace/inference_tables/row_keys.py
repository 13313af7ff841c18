"""What tells the rows of an inference table apart, in the words of SQL, of Delta and of the spool.

A request has an id. A verdict has none: it is known by what it is about, who gave it, and when.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from local_workspace.inference_tables.table_layout import TableKind

# A predicate of some ten thousand characters is read at once; one of millions is not.
_IDS = 500
_VERDICTS = 100


class RowKey(NamedTuple):
    """One row; of a request only its id is known."""

    request_id: str
    source_id: str | None = None
    # Microseconds since 1970.
    timestamp: int | None = None


def key_columns(kind: TableKind) -> tuple[str, ...]:
    """Return the expressions of SQL that make a row's key."""
    if kind is TableKind.ASSESSMENT_LOGS:
        return "request_id", "source.id", "unix_micros(`timestamp`)"
    return ("databricks_request_id",)


def predicates(kind: TableKind, keys: Sequence[RowKey]) -> Iterator[str]:
    """Yield conditions in the words of the Delta library; together they hold for these rows."""
    if kind is TableKind.ASSESSMENT_LOGS:
        for start in range(0, len(keys), _VERDICTS):
            yield " OR ".join(map(_verdict, keys[start : start + _VERDICTS]))
        return
    for start in range(0, len(keys), _IDS):
        ids = [key.request_id for key in keys[start : start + _IDS]]
        yield f"databricks_request_id IN ({', '.join(map(_text, ids))})"


def _verdict(key: RowKey) -> str:
    moment = f"arrow_cast({key.timestamp:d}, 'Timestamp(Microsecond, Some(\"UTC\"))')"
    return (
        f"(request_id = {_text(key.request_id)} AND source['id'] = {_text(key.source_id or '')} "
        f"AND timestamp = {moment})"
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
