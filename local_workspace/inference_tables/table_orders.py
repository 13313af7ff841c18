"""Orders of SQL to the flusher, which alone writes the Delta tables: delete these rows, clean up.

An order waits in the spool, so that it survives whoever gave it and whoever carries it out; what
was begun and not finished is done once more, which changes nothing. It names rows by the ids of
requests, and goes as soon as its outcome was read.
"""

import json
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum

from local_workspace.inference_tables.row_keys import RowKey
from local_workspace.inference_tables.spool import open_spool
from local_workspace.inference_tables.table_layout import TableKind
from local_workspace.inference_tables.table_location import TableLocation

_LOOK_SECONDS = 0.05
# An outcome nobody has read by then: whoever waited is gone.
_FORGOTTEN_SECONDS = 3600


class Action(StrEnum):
    """What the flusher is asked to do with a table."""

    DELETE = "delete"
    VACUUM = "vacuum"


class OrderFailed(Exception):
    """It could not be carried out, and says why."""


class OrderWithdrawn(Exception):
    """Whoever gave it does not want it any more."""


@dataclass(frozen=True)
class Order:
    """One order as the flusher reads it."""

    id: int
    table_set: str
    kind: TableKind
    action: Action
    keys: tuple[RowKey, ...] = ()
    hours: int = 0


def delete_rows(table: TableLocation, keys: list[RowKey], canceled: threading.Event) -> int:
    """Have these rows deleted; return how many that were, once it has lasted."""
    return _carried_out(table, Action.DELETE, keys, 0, canceled)


def vacuum(table: TableLocation, hours: int, canceled: threading.Event) -> int:
    """Have the files removed that no version of the last hours needs; return how many."""
    return _carried_out(table, Action.VACUUM, [], hours, canceled)


def _carried_out(
    table: TableLocation, action: Action, keys: list[RowKey], hours: int, canceled: threading.Event
) -> int:
    assert table.spool is not None
    with closing(open_spool(table.spool)) as spool:
        cursor = spool.execute(
            "INSERT INTO table_orders (table_set, kind, action, row_keys, hours, ordered_at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (table.table_set, table.kind, action, json.dumps(keys), hours, int(time.time())),
        )
        assert cursor.lastrowid is not None
        return _outcome(spool, cursor.lastrowid, canceled)


def _outcome(spool: sqlite3.Connection, order: int, canceled: threading.Event) -> int:
    while not canceled.wait(_LOOK_SECONDS):
        row = spool.execute(
            "SELECT affected, failure FROM table_orders WHERE id = ? "
            "AND (affected IS NOT NULL OR failure IS NOT NULL)",
            (order,),
        ).fetchone()
        if row is None:
            continue
        spool.execute("DELETE FROM table_orders WHERE id = ?", (order,))
        if row["failure"] is not None:
            raise OrderFailed(row["failure"])
        return int(row["affected"])
    spool.execute("DELETE FROM table_orders WHERE id = ?", (order,))
    raise OrderWithdrawn


def next_order(spool: sqlite3.Connection) -> Order | None:
    """Return the oldest order that waits."""
    row = spool.execute(
        "SELECT * FROM table_orders WHERE affected IS NULL AND failure IS NULL ORDER BY id LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    keys = tuple(RowKey(*key) for key in json.loads(row["row_keys"]))
    action = Action(row["action"])
    return Order(row["id"], row["table_set"], TableKind(row["kind"]), action, keys, row["hours"])


def finish(
    spool: sqlite3.Connection, order: Order, affected: int | None, failure: str | None
) -> None:
    """Write what came of an order, and let go of the rows it named."""
    spool.execute(
        "UPDATE table_orders SET affected = ?, failure = ?, row_keys = '[]' WHERE id = ?",
        (affected, failure, order.id),
    )
    spool.execute(
        "DELETE FROM table_orders WHERE coalesce(affected, failure) IS NOT NULL AND ordered_at < ?",
        (int(time.time()) - _FORGOTTEN_SECONDS,),
    )
