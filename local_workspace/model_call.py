"""One request under way in a model process, from the gateway's side."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import orjson

from local_workspace.errors import BadRequest, DeadlineExceeded, ModelFailed, WorkspaceError
from local_workspace.invocation_request import Answer, InvocationRequest
from local_workspace.recorder import Record
from local_workspace.serving.launcher import ModelProcess
from local_workspace.serving.served_version import ServedVersion
from local_workspace.serving.worker_connection import PendingCall
from local_workspace.serving.worker_messages import Kind, Message

# Keys that are for the platform; the model never sees them.
_OWN_KEYS = ("databricks_options", "client_request_id", "usage_context", "stream")


@dataclass
class ModelCall:
    """A call, the version and process that work on it, and the record it will leave."""

    request: InvocationRequest
    version: ServedVersion
    pending: PendingCall
    process: ModelProcess
    record: Record
    timeout_seconds: float
    is_abandoned: bool = False

    @classmethod
    async def begin(
        cls,
        request: InvocationRequest,
        version: ServedVersion,
        record: Record,
        timeout_seconds: float,
    ) -> "ModelCall":
        """Hand the request to a process of the version as soon as one has a place for it."""
        pending, process = await version.begin(*_message(request))
        return cls(request, version, pending, process, record, timeout_seconds)

    async def answer(self) -> Answer:
        """Wait for the whole answer."""
        try:
            async with asyncio.timeout(self.timeout_seconds):
                outcome = await asyncio.shield(self.pending.outcome)
        except TimeoutError:
            self.abandon()
            raise self._too_slow() from None
        except asyncio.CancelledError:
            self.abandon()
            raise
        return self._finished(outcome)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield what comes; `finish` tells afterwards how it ended."""
        try:
            async with asyncio.timeout(self.timeout_seconds):
                async for chunk in self.pending.chunks():
                    yield chunk
        except TimeoutError:
            raise self._too_slow() from None
        finally:
            self.abandon()

    async def finish(self) -> Answer:
        """Return the whole answer after its last chunk, or raise what went wrong."""
        return self._finished(await self.pending.outcome)

    async def left_behind(self, patience: float) -> bytes:
        """Return what the model had said when it noticed that nobody listens any more."""
        outcome = await asyncio.wait_for(asyncio.shield(self.pending.outcome), patience)
        self._keep_trace(outcome)
        return outcome.body[: outcome.meta.get("answer", 0)]

    def abandon(self) -> None:
        """Stop waiting for it, if it is still under way."""
        if not self.is_abandoned and not self.pending.outcome.done():
            self.is_abandoned = True
            self.version.abandon(self.pending, self.process)

    def _finished(self, outcome: Message) -> Answer:
        self._keep_trace(outcome)
        if outcome.kind is Kind.ERROR:
            raise self._error(outcome)
        length = outcome.meta.get("answer", 0)
        name = self.version.entity.name
        return Answer(outcome.body[:length], outcome.body[length:], self.request, name)

    def _keep_trace(self, outcome: Message) -> None:
        self.record.trace = outcome.body[outcome.meta.get("answer", 0) :]
        self.record.trace_id = outcome.meta.get("trace_id")

    def _too_slow(self) -> DeadlineExceeded:
        seconds = f"{self.timeout_seconds:.0f}"
        return DeadlineExceeded(f"The model did not answer within {seconds} seconds.")

    def _error(self, outcome: Message) -> WorkspaceError:
        # An exception may quote a header or an address with the version's token or a secret in it.
        message = self.version.log.blanked(outcome.meta["message"])
        if outcome.meta.get("status", 400) == 415:
            return BadRequest(message, reason="UNSUPPORTED_MEDIA_TYPE")
        return ModelFailed(message, reason="MODEL_EXCEPTION")


def _message(request: InvocationRequest) -> tuple[dict[str, Any], bytes]:
    """Return what the model process gets: the context of the call, and the body for the model."""
    document, body = request.document, request.body
    if isinstance(document, dict) and not document.keys().isdisjoint(_OWN_KEYS):
        body = orjson.dumps({key: document[key] for key in document if key not in _OWN_KEYS})
    meta = {
        "request_id": request.request_id,
        "stream": request.wants_stream,
        "user": request.caller.name,
        "conversation_id": request.conversation_id,
        "client_request_id": request.client_request_id,
        "content_type": request.content_type,
        "usage_context": request.usage_context,
    }
    return meta, body
