"""Crashed processes are replaced, hopeless ones given up, and nothing is left running."""

import asyncio
import signal

import pytest

from local_workspace.serving import worker_pool
from local_workspace.serving.worker_connection import LoadFailed
from local_workspace.serving.worker_pool import MAX_CRASHES, WorkerPool


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


@pytest.fixture(autouse=True)
def short_delays(monkeypatch):
    """Pauses long enough to look into and short enough to wait for."""
    monkeypatch.setattr(worker_pool, "_FIRST_DELAY", 0.01)
    monkeypatch.setattr(worker_pool, "_MAX_DELAY", 0.05)


def a_pool(start, count=1, restarts=None, words=""):
    """Return a pool of processes started this way."""
    noted = restarts if restarts is not None else []
    return WorkerPool(start, count, lambda: words, lambda: noted.append(1))


def test_every_process_is_ready_when_the_pool_has_started():
    """Starting waits for the slowest load."""

    async def story():
        start = Start("ready", "waiting")
        pool = a_pool(start, 2)
        starting = asyncio.create_task(pool.start())
        slow = await start.until(2)
        assert not starting.done()
        slow.connection.ready.set_result({})
        await starting
        assert pool.is_up
        await pool.stop()
        return [process.was_killed for process in start.processes]

    assert asyncio.run(story()) == [True, True]


def test_process_with_the_least_to_do_is_picked():
    """Calls spread over the processes."""

    async def story():
        start = Start()
        pool = a_pool(start, 3)
        await pool.start()
        for process, calls in zip(start.processes, (2, 1, 3), strict=True):
            process.connection.in_flight = calls
        picked = pool.pick()
        await pool.stop()
        return start.processes.index(picked), pool.pick()

    assert asyncio.run(story()) == (1, None)


def test_process_whose_socket_has_closed_is_not_picked():
    """Between the end of a process and the news of it no call is sent to it."""

    async def story():
        start = Start()
        pool = a_pool(start, 2)
        await pool.start()
        dying, alive = start.processes
        alive.connection.in_flight = 5
        dying.connection.close()
        await settle()
        picked = pool.pick()
        await pool.stop()
        return picked is alive

    assert asyncio.run(story())


def test_crashed_process_is_replaced():
    """One crash costs a pause, not the version."""

    async def story():
        start, restarts = Start(), []
        pool = a_pool(start, restarts=restarts)
        await pool.start()
        start.processes[0].die(3)
        await settle()
        assert not pool.is_up
        assert pool.pick() is None
        replacement = await start.until(2)
        await settle()
        await pool.wait_until_up(5)
        assert pool.pick() is replacement
        await pool.stop()
        return restarts, pool.failure

    assert asyncio.run(story()) == ([1], None)


def test_other_processes_answer_while_one_is_replaced():
    """A crash of one takes nothing from the others."""

    async def story():
        start = Start()
        pool = a_pool(start, 2)
        await pool.start()
        start.processes[0].die(3)
        await settle()
        picked = pool.pick()
        await pool.stop()
        return picked is start.processes[1]

    assert asyncio.run(story())


def test_back_off_doubles_up_to_its_bound(monkeypatch):
    """A crashing process is not started as fast as it can crash."""
    pauses = []
    real_sleep = asyncio.sleep

    async def sleep(seconds):
        if seconds:
            pauses.append(seconds)
        await real_sleep(0)

    async def story():
        start = Start()
        pool = a_pool(start)
        await pool.start()
        monkeypatch.setattr(worker_pool.asyncio, "sleep", sleep)
        for number in range(1, MAX_CRASHES):
            start.processes[-1].die(1)
            await start.until(number + 1)
        await pool.stop()

    asyncio.run(story())
    assert pauses == [0.01, 0.02, 0.04, 0.05]


def test_five_crashes_in_a_row_are_given_up_with_the_last_words():
    """A process that cannot live is not started for ever, and its last words say why."""

    async def story():
        start = Start()
        pool = a_pool(start, words="MemoryError")
        await pool.start()
        for number in range(1, MAX_CRASHES + 1):
            (await start.until(number)).die(3)
        await settle()
        await pool.wait_until_up(5)
        await pool.stop()
        return len(start.processes), pool.failure

    started, failure = asyncio.run(story())
    assert started == MAX_CRASHES
    assert failure == (
        "The process crashed 5 times in a row (exited with status 3). Its last words:\nMemoryError"
    )


def test_signal_that_ended_a_process_is_named():
    """Killed for its memory reads as it is."""

    async def story():
        start = Start()
        pool = a_pool(start)
        await pool.start()
        for number in range(1, MAX_CRASHES + 1):
            (await start.until(number)).die(-signal.SIGKILL)
        await settle()
        await pool.wait_until_up(5)
        await pool.stop()
        return pool.failure

    assert "killed by SIGKILL" in asyncio.run(story())


def test_replacements_that_cannot_load_count_as_crashes():
    """A replacement that fails, at its start or its load, is tried again a few times and no more."""

    async def story():
        plans = [LoadFailed("no index"), OSError("no memory")] * MAX_CRASHES
        start = Start("ready", *plans)
        pool = a_pool(start)
        await pool.start()
        start.processes[0].die(3)
        await settle()
        await pool.wait_until_up(5)
        await pool.stop()
        return pool.failure, pool.is_up

    failure, is_up = asyncio.run(story())
    assert "5 times in a row (no memory)" in failure or "(no index)" in failure
    assert not is_up


def test_crashes_long_apart_are_not_in_a_row(monkeypatch):
    """A process that has run well for a while starts with a clean record."""
    monkeypatch.setattr(worker_pool, "STABLE_SECONDS", -1.0)

    async def story():
        start = Start()
        pool = a_pool(start)
        await pool.start()
        for number in range(1, 3 * MAX_CRASHES):
            (await start.until(number)).die(3)
        await start.until(3 * MAX_CRASHES)
        await pool.stop()
        return pool.failure

    assert asyncio.run(story()) is None


def test_load_failure_at_the_start_is_raised():
    """A version that cannot load is refused, not restarted."""

    async def story():
        start = Start(LoadFailed("no index"))
        pool = a_pool(start)
        with pytest.raises(LoadFailed, match="no index"):
            await pool.start()
        await settle()
        return len(start.processes), start.processes[0].was_killed, pool.is_up

    assert asyncio.run(story()) == (1, True, False)


def test_load_failure_of_one_ends_those_that_loaded_or_still_load():
    """A pool that could not start leaves no process behind."""

    async def story():
        start = Start("ready", "waiting", LoadFailed("no memory"))
        pool = a_pool(start, 3)
        with pytest.raises(LoadFailed):
            await pool.start()
        await settle()
        return [process.was_killed for process in start.processes], pool.is_up

    assert asyncio.run(story()) == ([True, True, True], False)


def test_start_that_is_canceled_leaves_no_process():
    """An endpoint deleted while it comes up takes its half-loaded processes along."""

    async def story():
        start = Start("ready", "waiting")
        pool = a_pool(start, 2)
        starting = asyncio.create_task(pool.start())
        await start.until(2)
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await settle()
        return [process.was_killed for process in start.processes]

    assert asyncio.run(story()) == [True, True]


def test_stop_during_back_off_starts_nothing_any_more():
    """A pause is no hiding place from being stopped."""

    async def story():
        worker_pool._FIRST_DELAY = 60.0
        start = Start()
        pool = a_pool(start)
        await pool.start()
        start.processes[0].die(3)
        await settle()
        async with asyncio.timeout(5):
            await pool.stop()
        await settle()
        return len(start.processes), pool.is_up

    assert asyncio.run(story()) == (1, False)


def test_stop_while_a_replacement_loads_ends_it():
    """A replacement that is not ready yet is not forgotten."""

    async def story():
        start = Start("ready", "waiting")
        pool = a_pool(start)
        await pool.start()
        start.processes[0].die(3)
        loading = await start.until(2)
        async with asyncio.timeout(5):
            await pool.stop()
        return loading.was_killed

    assert asyncio.run(story())


def test_waiting_for_a_process_ends_with_the_time():
    """Nobody waits longer than they said for a version that does not come up."""

    async def story():
        start = Start("ready", "waiting")
        pool = a_pool(start)
        await pool.start()
        start.processes[0].die(3)
        await start.until(2)
        async with asyncio.timeout(5):
            await pool.wait_until_up(0.01)
        up = pool.is_up
        await pool.stop()
        return up

    assert asyncio.run(story()) is False
