"""Lets as many calls to a model as its workload size allows; a bounded number waits, in order."""

import asyncio
import contextlib
from collections import deque

from local_workspace.errors import TooManyRequests


class Admission:
    """Places at a model. A place is given back when the model is done, not when a caller leaves."""

    def __init__(self, places: int, queue_length: int) -> None:
        self._places = places
        self._queue_length = queue_length
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.in_flight = 0
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def queued(self) -> int:
        """Return how many calls are waiting."""
        return len(self._waiting)

    async def enter(self) -> None:
        """Take a place, waiting for one if the queue is not full."""
        if self.in_flight < self._places:
            self.in_flight += 1
            self._empty.clear()
            return
        if len(self._waiting) >= self._queue_length:
            raise TooManyRequests(
                f"{self.in_flight} requests are being answered and {self.queued} are waiting, "
                "which is all this version takes at its workload size. Ask again in a moment.",
                reason="QUEUE_FULL",
                retry_after=1,
            )
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        await self._wait(turn)

    def leave(self) -> None:
        """Give the place to the next in the queue."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self.in_flight -= 1
        if not self.in_flight:
            self._empty.set()

    async def until_empty(self, seconds: float) -> None:
        """Return when no call is under way, or when the time is over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._empty.wait()

    async def _wait(self, turn: asyncio.Future[None]) -> None:
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()
            elif turn in self._waiting:
                # Not so if `leave` passed over it between its cancellation and now.
                self._waiting.remove(turn)
            raise
