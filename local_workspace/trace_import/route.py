"""The way into the MLflow process for whoever hands over traces: two addresses beside MLflow's own.

MLflow is loaded there already; a process of its own for this would take 220 MB and seconds to
start. The process asks for its token before anything comes here, and the workspace forwards only
MLflow's addresses, so nobody else reaches these.
"""

import asyncio
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_workspace.trace_import.destination import Destination, MlflowUnavailable, Refusal
from local_workspace.trace_import.recorded import traces_from, verdicts_from

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

TRACES_PATH = "/__local__/traces"
VERDICTS_PATH = "/__local__/verdicts"


class ImportRoute:
    """Takes batches of traces and verdicts; everything else goes to MLflow."""

    def __init__(self, application: "ASGIApp", database: Path) -> None:
        self._application = application
        self._database = database
        self._destination: Destination | None = None
        self._opening = threading.Lock()

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer with a refusal, or none, for each; 503 is "again later"."""
        works: dict[str, Callable[[bytes], list[Refusal]]] = {
            TRACES_PATH: lambda body: self._open().import_traces(traces_from(body)),
            VERDICTS_PATH: lambda body: self._open().import_verdicts(verdicts_from(body)),
        }
        work = works.get(scope["path"]) if scope["type"] == "http" else None
        if work is None:
            await self._application(scope, receive, send)
            return
        body = await _read(receive)
        try:
            answer: Any = {"refusals": await asyncio.to_thread(work, body)}
            status = 200
        except MlflowUnavailable as error:
            answer, status = {"message": str(error)}, 503
        await _answer(send, status, json.dumps(answer).encode())

    def _open(self) -> Destination:
        with self._opening:
            if self._destination is None:
                # MLflow's stores; only this process has them, and only now.
                from local_workspace.trace_import.sql_destination import (  # noqa: PLC0415
                    SqlDestination,
                )

                self._destination = SqlDestination(self._database)
            return self._destination


async def _read(receive: "Receive") -> bytes:
    parts = []
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


async def _answer(send: "Send", status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
