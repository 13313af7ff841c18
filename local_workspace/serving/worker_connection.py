"""The gateway's end of the socket to one model process: calls out, answers back, by id."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

from local_workspace.errors import ModelFailed
from local_workspace.serving.worker_messages import Kind, Message, MessageReader


class LoadFailed(Exception):
    """The process could not load its model; holds what it said."""

    def __init__(self, exception: str, traceback: str = "") -> None:
        super().__init__(exception)
        self.exception = exception
        self.traceback = traceback


class EndedWhileLoading(LoadFailed):
    """The process was gone, or silent for too long, before it had loaded its model."""


class PendingCall:
    """One call under way: its chunks as they come, and how it ended."""

    def __init__(self, call_id: int) -> None:
        self.call_id = call_id
        self.outcome: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._chunks: asyncio.Queue[Message | None] = asyncio.Queue()

    def add(self, message: Message) -> None:
        """Take a message of this call from the process."""
        if message.kind is Kind.CHUNK:
            self._chunks.put_nowait(message)
            return
        if not self.outcome.done():
            self.outcome.set_result(message)
        self._chunks.put_nowait(None)

    def fail(self, error: Exception) -> None:
        """End the call because its process is gone."""
        if not self.outcome.done():
            self.outcome.set_exception(error)
            # Nobody may be waiting for it any more; that is not worth a warning.
            self.outcome.exception()
        self._chunks.put_nowait(None)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the chunks; `outcome` is done when they end."""
        while (message := await self._chunks.get()) is not None:
            yield message.body


class WorkerConnection(asyncio.Protocol):
    """Multiplexes any number of calls over one socket."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[dict[str, Any]] = loop.create_future()
        self.closed: asyncio.Future[None] = loop.create_future()
        self._transport: asyncio.Transport | None = None
        self._reader = MessageReader()
        self._calls: dict[int, PendingCall] = {}
        self._next_id = 1

    @property
    def in_flight(self) -> int:
        """Calls the process has not finished, abandoned ones included."""
        return len(self._calls)

    def call(self, meta: dict[str, Any], body: bytes) -> PendingCall:
        """Send a call; never blocks."""
        call = PendingCall(self._next_id)
        self._next_id = self._next_id % 0xFFFFFFFF + 1
        if self._transport is None or self._transport.is_closing():
            call.fail(process_ended("is no longer running"))
            return call
        self._calls[call.call_id] = call
        self._transport.write(Message(Kind.CALL, call.call_id, meta, body).encode())
        return call

    def cancel(self, call: PendingCall) -> None:
        """Ask the process to stop working on the call; it stops at its next chunk."""
        if self._transport and call.call_id in self._calls:
            self._transport.write(Message(Kind.CANCEL, call.call_id).encode())

    def close(self) -> None:
        """Hang up; the process ends by itself when it notices."""
        if self._transport:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the transport (asyncio's hook)."""
        # uvloop's transports are not subclasses of asyncio's.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Hand each complete message to its call (asyncio's hook)."""
        for message in self._reader.feed(data):
            self._dispatch(message)

    def connection_lost(self, _error: Exception | None) -> None:
        """Fail everything under way at once: nobody waits for a dead process (asyncio's hook)."""
        calls, self._calls = self._calls, {}
        for call in calls.values():
            call.fail(process_ended("ended while it was answering"))
        if not self.ready.done():
            self.ready.set_exception(
                EndedWhileLoading("The process ended while it was loading the model.")
            )
            self.ready.exception()
        if not self.closed.done():
            self.closed.set_result(None)

    def _dispatch(self, message: Message) -> None:
        if message.kind is Kind.READY:
            self.ready.set_result(message.meta)
        elif message.kind is Kind.LOAD_FAILED:
            self.ready.set_exception(LoadFailed(**message.meta))
            self.ready.exception()
        elif call := self._calls.get(message.call_id):
            if message.kind is not Kind.CHUNK:
                del self._calls[message.call_id]
            call.add(message)


def process_ended(how: str) -> ModelFailed:
    """Return the error of a call whose process is gone."""
    return ModelFailed(f"The process serving this version {how}.", reason="MODEL_PROCESS_ENDED")
