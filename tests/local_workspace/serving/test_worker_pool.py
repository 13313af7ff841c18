"""Calls go to the least busy process, and crashed processes are replaced until there is no hope."""

import asyncio
import signal

import pytest

from local_workspace.serving import worker_pool
from local_workspace.serving.worker_connection import LoadFailed
from local_workspace.serving.worker_pool import MAX_CRASHES
from tests.local_workspace.serving.fake_processes import Start, a_pool, settle


@pytest.fixture(autouse=True)
def short_delays(monkeypatch):
    """Pauses long enough to look into and short enough to wait for."""
    monkeypatch.setattr(worker_pool, "_FIRST_DELAY", 0.01)
    monkeypatch.setattr(worker_pool, "_MAX_DELAY", 0.05)


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
    """A replacement that fails to start or to load is tried again a few times and no more."""

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
