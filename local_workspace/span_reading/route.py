"""The way to a trace's spans in the MLflow process: addresses beside MLflow's own, to read only.

The gateway forwards them for those who may use MLflow. Nothing here takes the event loop: reading
is done in threads, and what is large is handed on piece by piece.
"""

import asyncio
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from local_workspace.span_reading.spans import NoSuchTrace, NotInTheDatabase, Spans

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_ADDRESS = re.compile(r"/__local__/mlflow/traces/(?P<trace>[^/]+)/(?P<what>spans|file)(?:/(.+))?")
_MOST_SPANS = 200_000
_MOST_CHARACTERS = 200_000
_MOST_FOUND = 1_000
_JSON = [(b"content-type", b"application/json")]


class SpanRoute:
    """Answers what is asked of spans; everything else goes to MLflow."""

    def __init__(self, application: "ASGIApp", database: Path) -> None:
        self._application = application
        self._spans = Spans(database)

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer in MLflow's manner, also where something is not there."""
        asked = _ADDRESS.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if asked is None or scope["method"] != "GET":
            await self._application(scope, receive, send)
            return
        try:
            if asked["what"] == "file":
                await _stream(send, self._spans.whole(asked["trace"]))
            else:
                query = parse_qs(scope["query_string"].decode("latin-1"))
                answer = await asyncio.to_thread(self._read, asked["trace"], asked[3], query)
                await _answer(send, 200, answer)
        except NoSuchTrace as error:
            await _refuse(send, 404, "RESOURCE_DOES_NOT_EXIST", error)
        except NotInTheDatabase as error:
            await _refuse(send, 501, "NOT_IMPLEMENTED", error)
        except sqlite3.Error as error:
            await _refuse(send, 503, "TEMPORARILY_UNAVAILABLE", error)

    def _read(self, trace_id: str, span_id: str | None, query: dict[str, list[str]]) -> bytes:
        most = _number(query, "most")
        if span_id:
            answer = self._spans.one(trace_id, unquote(span_id), most or _MOST_CHARACTERS)
        elif text := query.get("holding"):
            answer = self._spans.holding(trace_id, text[0], min(most or _MOST_FOUND, _MOST_FOUND))
        else:
            answer = self._spans.outline(trace_id, min(most or _MOST_SPANS, _MOST_SPANS))
        return _written(answer)


def _number(query: dict[str, list[str]], name: str) -> int:
    text = query.get(name, [""])[0]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _written(answer: Any) -> bytes:
    return json.dumps(answer, separators=(",", ":")).encode()


async def _refuse(send: "Send", status: int, code: str, error: Exception) -> None:
    await _answer(send, status, _written({"error_code": code, "message": str(error)}))


async def _answer(send: "Send", status: int, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": _JSON})
    await send({"type": "http.response.body", "body": body})


async def _stream(send: "Send", parts: Iterator[bytes]) -> None:
    # The first part tells whether there is such a trace, before anything is promised.
    part = await asyncio.to_thread(next, parts, None)
    await send({"type": "http.response.start", "status": 200, "headers": _JSON})
    while part is not None:
        await send({"type": "http.response.body", "body": part, "more_body": True})
        part = await asyncio.to_thread(next, parts, None)
    await send({"type": "http.response.body", "body": b""})
