"""Model processes that live and die as a test says, for the tests of the pool."""

import asyncio
import signal

from local_workspace.serving.worker_connection import LoadFailed
from local_workspace.serving.worker_pool import WorkerPool


class Connection:
    """A connection that is ready when the test says so."""

    def __init__(self):
        loop = asyncio.get_running_loop()
        self.ready = loop.create_future()
        self.closed = loop.create_future()
        self.in_flight = 0

    def close(self):
        """Hang up; calls and loads under way fail with it."""
        if not self.closed.done():
            self.closed.set_result(None)
        if not self.ready.done():
            self.ready.set_exception(LoadFailed("ended while loading"))
            self.ready.exception()


class Process:
    """A process that lives until the test or the pool ends it."""

    def __init__(self):
        self.connection = Connection()
        self.exited = asyncio.get_running_loop().create_future()
        self.was_killed = False

    def kill(self):
        """End it as the real one ends."""
        self.was_killed = True
        self.die(-signal.SIGKILL)

    async def end(self):
        """Return the exit status."""
        return await self.exited

    def die(self, status):
        """Exit; the socket closes with it."""
        self.connection.close()
        if not self.exited.done():
            self.exited.set_result(status)


class Start:
    """Starts processes as planned: each plan is `ready`, `waiting` or an exception."""

    def __init__(self, *plans):
        self._plans = list(plans)
        self.processes = []
        self._changed = asyncio.Condition()

    async def __call__(self):
        """Start the next process; without a plan it is ready at once."""
        plan = self._plans.pop(0) if self._plans else "ready"
        if isinstance(plan, OSError):
            raise plan
        process = Process()
        if plan == "ready":
            process.connection.ready.set_result({})
        elif isinstance(plan, Exception):
            process.connection.ready.set_exception(plan)
            process.connection.ready.exception()
        async with self._changed:
            self.processes.append(process)
            self._changed.notify_all()
        return process

    async def until(self, count):
        """Wait until so many processes have been started in all."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: len(self.processes) >= count)
        await settle()
        return self.processes[-1]


async def settle():
    """Let every task run until it waits for something."""
    for _ in range(10):
        await asyncio.sleep(0)


def a_pool(start, count=1, restarts=None, words=""):
    """Return a pool of processes started this way."""
    noted = restarts if restarts is not None else []
    return WorkerPool(start, count, lambda: words, lambda: noted.append(1))
