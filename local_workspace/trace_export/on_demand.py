"""Before MLflow is asked about traces that still wait for it, they are brought in.

It costs a look at two small tables where nothing waits, and never more than some seconds.
"""

import asyncio
import contextlib
import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from local_workspace.inference_tables.spool import open_spool
from local_workspace.trace_export.trace_questions import (
    TraceQuestion,
    has_question_in_body,
    is_about_traces,
    question,
)

PATIENCE_SECONDS = 5.0
_LOOK_SECONDS = 0.03
SOMEBODY_WAITS = 2

# Bounded: a question may match a whole backlog, and nobody waits for that.
_MOST_WAITED_FOR = 500
_ANYTHING = """
SELECT EXISTS (SELECT 1 FROM pending_traces) OR EXISTS (SELECT 1 FROM pending_assessments)
"""
_MATCHING = """
SELECT trace_id FROM pending_traces
WHERE trace_id IN (SELECT value FROM json_each(:trace_ids))
    OR request_id IN (SELECT value FROM json_each(:request_ids))
    OR conversation_id IN (SELECT value FROM json_each(:sessions))
    OR requester IN (SELECT value FROM json_each(:users))
ORDER BY id LIMIT :most
"""
_NONE_LEFT = """
SELECT NOT EXISTS (
    SELECT 1 FROM pending_traces WHERE trace_id IN (SELECT value FROM json_each(:ids))
) AND NOT EXISTS (
    SELECT 1 FROM pending_assessments WHERE trace_id IN (SELECT value FROM json_each(:ids))
)
"""


class OnDemand:
    """Looks at what comes in for MLflow; `wake` tells the exporter to hurry."""

    def __init__(self, spool: Path, wake: Callable[[], None]) -> None:
        self._spool = spool
        self._wake = wake
        self._reading: sqlite3.Connection | None = None

    async def before(self, scope: Scope, receive: Receive) -> Receive:
        """Bring in what a request asks for; returns what to read the request from."""
        path: str = scope["path"]
        if not is_about_traces(path) or not self._anything_waits():
            return receive
        body = b""
        if has_question_in_body(scope["method"], path, Headers(scope=scope)):
            body, receive = await _read(receive)
        asked = question(path, scope["query_string"].decode("latin-1"), body)
        if asked:
            await self.bring_in(asked)
        return receive

    async def bring_in(self, asked: TraceQuestion) -> None:
        """Wait until MLflow has what is asked for, or patience ends."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        # Neither a full disk nor a busy spool is a reason to refuse reading.
        with contextlib.suppress(sqlite3.Error):
            trace_ids = await asyncio.to_thread(self._raise_urgency, asked)
            if not trace_ids:
                return
            self._wake()
            while time.monotonic() < deadline:
                if self._none_left(trace_ids):
                    return
                await asyncio.sleep(_LOOK_SECONDS)

    def close(self) -> None:
        """Give the file back."""
        if self._reading:
            self._reading.close()

    def _anything_waits(self) -> bool:
        try:
            return bool(self._read_connection().execute(_ANYTHING).fetchone()[0])
        except sqlite3.Error:
            return False

    def _raise_urgency(self, asked: TraceQuestion) -> list[str]:
        """Put what is asked for in front of the queue; return the traces to wait for."""
        with contextlib.closing(open_spool(self._spool)) as connection:
            parameters = _parameters(asked)
            ids = [row[0] for row in connection.execute(_MATCHING, parameters)]
            connection.execute(
                "UPDATE pending_traces SET urgency = ? "
                "WHERE urgency < ? AND trace_id IN (SELECT value FROM json_each(?))",
                (SOMEBODY_WAITS, SOMEBODY_WAITS, json.dumps(ids)),
            )
        return list(dict.fromkeys([*ids, *asked.trace_ids]))

    def _none_left(self, trace_ids: list[str]) -> bool:
        row = self._read_connection().execute(_NONE_LEFT, {"ids": json.dumps(trace_ids)}).fetchone()
        return bool(row[0])

    def _read_connection(self) -> sqlite3.Connection:
        # Kept open, and used by the event loop alone: a look takes some microseconds.
        if self._reading is None:
            self._reading = open_spool(self._spool, read_only=True)
            self._reading.execute("PRAGMA busy_timeout = 50")
        return self._reading


def _parameters(asked: TraceQuestion) -> dict[str, str | int]:
    return {
        "trace_ids": json.dumps(asked.trace_ids),
        "request_ids": json.dumps(asked.request_ids),
        "sessions": json.dumps(asked.sessions),
        "users": json.dumps(asked.users),
        "most": _MOST_WAITED_FOR,
    }


async def _read(receive: Receive) -> tuple[bytes, Receive]:
    """Read a small body; returns it, and how to receive it once more."""
    messages: list[Message] = []
    while True:
        messages.append(await receive())
        if messages[-1]["type"] != "http.request" or not messages[-1].get("more_body"):
            break
    body = b"".join(message.get("body", b"") for message in messages)
    waiting = iter(messages)

    async def again() -> Message:
        return next(waiting, None) or await receive()

    return body, again
