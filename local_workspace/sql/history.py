"""The history of statements: who asked what when, how it ended; nothing of any result.

It lives in memory, as people write names into statements: it is gone with the workspace.
"""

import itertools
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from local_workspace.access.principal import Principal
from local_workspace.sql.history_request import HistoryRequest
from local_workspace.sql.statement import State, Statement
from local_workspace.sql.warehouse import WAREHOUSE_ID

Json = dict[str, Any]
# As long as on Databricks, unless there are too many.
KEPT_MS = 30 * 24 * 3600 * 1000
MOST_ENTRIES = 10_000
MOST_CHARACTERS = 32 * 1024 * 1024
# So much of a longer statement is kept.
LONGEST_TEXT = 64 * 1024

_STATUS = {
    State.PENDING: "QUEUED",
    State.RUNNING: "RUNNING",
    State.SUCCEEDED: "FINISHED",
    State.FAILED: "FAILED",
    State.CANCELED: "CANCELED",
}
_TYPES = {
    *("SELECT", "SHOW", "DESCRIBE", "INSERT", "CREATE", "DROP", "DELETE", "ALTER", "UPDATE"),
    *("MERGE", "EXPLAIN", "USE", "SET", "GRANT", "REVOKE", "ANALYZE", "TRUNCATE"),
}


@dataclass
class Entry:
    """One line of the history."""

    number: int
    statement_id: str
    owner: str
    owner_name: str
    text: str
    tags: tuple[tuple[str, str | None], ...]
    began_ms: int
    status: str = "QUEUED"
    ended_ms: int | None = None
    rows: int | None = None
    error: str = ""

    def as_dict(self, with_metrics: bool) -> Json:
        """Return it as Databricks' clients read it."""
        ended = {"query_end_time_ms": self.ended_ms, "execution_end_time_ms": self.ended_ms}
        took = {"duration": (self.ended_ms or _now()) - self.began_ms}
        document: Json = {
            "query_id": self.statement_id,
            "lookup_key": self.statement_id,
            "query_text": self.text,
            "status": self.status,
            "is_final": self.ended_ms is not None,
            "statement_type": _type_of(self.text),
            "query_start_time_ms": self.began_ms,
            **(ended if self.ended_ms is not None else {}),
            **took,
            "user_id": int(self.owner) if self.owner.isdecimal() else self.owner,
            "user_name": self.owner_name,
            "executed_as_user_name": self.owner_name,
            "warehouse_id": WAREHOUSE_ID,
            "endpoint_id": WAREHOUSE_ID,
            "query_tags": [{"key": key, "value": value} for key, value in self.tags],
        }
        if self.rows is not None:
            document["rows_produced"] = self.rows
        if self.error:
            document["error_message"] = self.error
        if with_metrics:
            counted = {"total_time_ms": took["duration"], "rows_produced_count": self.rows or 0}
            document["metrics"] = counted
        return document


class StatementHistory:
    """The last statements of everybody."""

    def __init__(self) -> None:
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._numbers = itertools.count(1)
        self._characters = 0

    def note(self, statement: Statement, caller: Principal | None = None) -> None:
        """Put a new statement down, or how far a known one is."""
        entry = self._entries.get(statement.id)
        if entry is None and caller is not None:
            entry = self._begun(statement, caller)
        if entry is None or entry.ended_ms is not None:
            return
        entry.status = _STATUS[statement.state]
        if statement.is_over:
            entry.ended_ms = _now()
            entry.rows = statement.manifest.row_count if statement.manifest else None
            entry.error = statement.failure.message if statement.failure else ""

    def page(self, request: HistoryRequest, caller: Principal) -> Json:
        """Return statements of the caller, of everybody for an admin, the latest first."""
        found: list[Entry] = []
        since = _now() - KEPT_MS
        for entry in reversed(self._entries.values()):
            if entry.began_ms < since or len(found) > request.most:
                break
            if caller.is_admin or entry.owner == caller.id:
                found += [entry] if _is_wanted(entry, request) else []
        has_more, found = len(found) > request.most, found[: request.most]
        document: Json = {
            "has_next_page": has_more,
            "res": [each.as_dict(request.with_metrics) for each in found],
        }
        if has_more:
            document["next_page_token"] = str(found[-1].number)
        return document

    def _begun(self, statement: Statement, caller: Principal) -> Entry:
        text = statement.request.statement[:LONGEST_TEXT]
        entry = Entry(
            number=next(self._numbers),
            statement_id=statement.id,
            owner=caller.id,
            owner_name=caller.name,
            text=text,
            tags=statement.request.tags,
            began_ms=_now(),
        )
        self._entries[statement.id] = entry
        self._characters += len(text)
        while len(self._entries) > MOST_ENTRIES or self._characters > MOST_CHARACTERS:
            _, oldest = self._entries.popitem(last=False)
            self._characters -= len(oldest.text)
        return entry


def _is_wanted(entry: Entry, request: HistoryRequest) -> bool:
    return (
        (request.before is None or entry.number < request.before)
        and (not request.user_ids or entry.owner in request.user_ids)
        and (not request.statuses or entry.status in request.statuses)
        and (not request.statement_ids or entry.statement_id in request.statement_ids)
        and (not request.warehouse_ids or WAREHOUSE_ID in request.warehouse_ids)
        and (request.since_ms is None or entry.began_ms >= request.since_ms)
        and (request.until_ms is None or entry.began_ms <= request.until_ms)
    )


def _type_of(text: str) -> str:
    words = text.split(maxsplit=1)
    first = words[0].upper() if words else ""
    return "SELECT" if first in ("WITH", "VALUES") else first if first in _TYPES else "OTHER"


def _now() -> int:
    return int(time.time() * 1000)
