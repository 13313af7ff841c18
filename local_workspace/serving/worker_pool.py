"""Keeps the processes of one served version alive, and stops trying when they keep crashing."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable

from local_workspace.serving.launcher import ModelProcess
from local_workspace.serving.worker_connection import LoadFailed

MAX_CRASHES = 5
STABLE_SECONDS = 60.0
_FIRST_DELAY = 0.1
_MAX_DELAY = 5.0


class WorkerPool:
    """A number of processes of the same version; a crashed one is replaced after a pause."""

    def __init__(
        self,
        start: Callable[[], Awaitable[ModelProcess]],
        count: int,
        last_words: Callable[[], str],
        on_restart: Callable[[], None],
    ) -> None:
        self._start = start
        self._count = count
        self._last_words = last_words
        self._on_restart = on_restart
        self._processes: list[ModelProcess] = []
        self._keepers: list[asyncio.Task[None]] = []
        self._crashes = 0
        self._up = asyncio.Event()
        self.failure: str | None = None

    @property
    def is_up(self) -> bool:
        """Tell whether at least one process can answer."""
        return bool(self._processes)

    async def start(self) -> None:
        """Start every process and wait until each has loaded the model."""
        starting = [asyncio.create_task(self._ready_process()) for _ in range(self._count)]
        try:
            processes = await asyncio.gather(*starting)
        except BaseException:
            for task in starting:
                task.cancel()
            await asyncio.gather(*starting, return_exceptions=True)
            await self.stop()
            raise
        for process in processes:
            self._keepers.append(asyncio.create_task(self._keep(process)))

    def pick(self) -> ModelProcess | None:
        """Return the process with the least to do."""
        return min(self._processes, key=lambda each: each.connection.in_flight, default=None)

    async def wait_until_up(self, seconds: float) -> None:
        """Return when a process can answer, when there is no hope, or when the time is over."""
        try:
            async with asyncio.timeout(seconds):
                await self._up.wait()
        except TimeoutError:
            return

    async def stop(self) -> None:
        """End every process."""
        for keeper in self._keepers:
            keeper.cancel()
        processes, self._processes = self._processes, []
        for process in processes:
            process.kill()
        await asyncio.gather(*self._keepers, return_exceptions=True)

    async def _ready_process(self) -> ModelProcess:
        process = await self._start()
        try:
            await process.connection.ready
        except BaseException:
            process.kill()
            raise
        self._processes.append(process)
        self._up.set()
        return process

    async def _keep(self, process: ModelProcess) -> None:
        current: ModelProcess | None = process
        while current is not None:
            started = time.monotonic()
            # The socket tells first: from that moment on nobody may be sent to this process.
            await current.connection.closed
            self._forget(current)
            status = await current.end()
            if time.monotonic() - started > STABLE_SECONDS:
                self._crashes = 0
            current = await self._replace(_how_it_ended(status))

    async def _replace(self, reason: str) -> ModelProcess | None:
        while self.failure is None:
            self._crashes += 1
            if self._crashes >= MAX_CRASHES:
                break
            self._on_restart()
            await asyncio.sleep(min(_MAX_DELAY, _FIRST_DELAY * 2 ** (self._crashes - 1)))
            try:
                return await self._ready_process()
            except (LoadFailed, OSError) as error:
                reason = str(error)
        self.failure = self.failure or self._give_up(reason)
        self._up.set()
        return None

    def _forget(self, process: ModelProcess) -> None:
        process.connection.close()
        if process in self._processes:
            self._processes.remove(process)
        if not self._processes:
            self._up.clear()

    def _give_up(self, reason: str) -> str:
        said = self._last_words()
        words = f" Its last words:\n{said}" if said else ""
        return f"The process crashed {self._crashes} times in a row ({reason}).{words}"


def _how_it_ended(status: int) -> str:
    if status < 0:
        return f"killed by {signal.Signals(-status).name}"
    return f"exited with status {status}"
