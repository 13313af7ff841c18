"""Reads a large table page by page, in the order of time, without ever holding more than a page.

Pages go by key, not by OFFSET: each continues after the last row of the one before, so the
thousandth costs what the first did, and rows that arrive meanwhile shift nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from databricks.sdk import WorkspaceClient

from backend.errors import Refused
from backend.tables import sql

# About half of what the workspace returns inline, for rows of a usual size.
PAGE_ROWS = 1000
_TIME_KEY = "page_time"


@dataclass(frozen=True)
class TableQuery:
    """Which rows and columns of which table; time and id say where a page ends."""

    table: tuple[str, str, str]
    columns: tuple[str, ...]
    time: str
    id: str
    # A condition with named parameters, which other services write; never a person's own text.
    condition: str = "TRUE"
    parameters: Mapping[str, str] = field(default_factory=dict)


def pages(
    workspace: WorkspaceClient, query: TableQuery, page_rows: int = PAGE_ROWS
) -> Iterator[list[sql.Row]]:
    """Yield pages of rows, oldest first."""

    def ask(size: int, last: sql.Row | None) -> list[sql.Row]:
        after = {}
        if last:
            after = {"after_time": last[_TIME_KEY] or "0", "after_id": last[query.id] or ""}
        return sql.rows(
            workspace, _statement(query, size, bool(after)), {**query.parameters, **after}
        )

    for page in key_set_pages(ask, page_rows):
        yield [{name: row[name] for name in row if name != _TIME_KEY} for row in page]


def key_set_pages(
    ask: Callable[[int, sql.Row | None], list[sql.Row]], page_rows: int = PAGE_ROWS
) -> Iterator[list[sql.Row]]:
    """Yield pages; `ask` returns at most so many rows that come after the last one there was.

    Where rows are larger than usual, what is too much for one answer is asked for in smaller pages,
    which grow again behind them.
    """
    size, last = page_rows, None
    while True:
        try:
            page = ask(size, last)
        except Refused:
            if size == 1:
                raise
            size = max(size // 4, 1)
            continue
        if not page:
            return
        last = page[-1]
        yield page
        size = min(size * 2, page_rows)


def _statement(query: TableQuery, size: int, continues: bool) -> str:
    names = [sql.quoted(name) for name in dict.fromkeys((*query.columns, query.id))]
    time, key = sql.quoted(query.time), sql.quoted(query.id)
    condition = f"({query.condition})"
    if continues:
        # To the microsecond: a time as the API writes it has lost them.
        moment = "timestamp_micros(CAST(:after_time AS BIGINT))"
        condition += f" AND {time} >= {moment} AND ({time} > {moment} OR {key} > :after_id)"
    return (
        f"SELECT {', '.join(names)}, unix_micros({time}) AS {_TIME_KEY} "
        f"FROM {sql.quoted(*query.table)} WHERE {condition} ORDER BY {time}, {key} LIMIT {size}"
    )
