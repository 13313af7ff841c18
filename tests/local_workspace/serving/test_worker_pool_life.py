"""However the life of a pool begins or ends, no process is left running."""

import asyncio

import pytest

from local_workspace.serving import worker_pool
from local_workspace.serving.worker_connection import LoadFailed
from tests.local_workspace.serving.fake_processes import Start, a_pool, settle


@pytest.fixture(autouse=True)
def short_delays(monkeypatch):
    """Pauses long enough to look into and short enough to wait for."""
    monkeypatch.setattr(worker_pool, "_FIRST_DELAY", 0.01)
    monkeypatch.setattr(worker_pool, "_MAX_DELAY", 0.05)


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


def test_stop_during_back_off_starts_nothing_any_more(monkeypatch):
    """A pause is no hiding place from being stopped."""
    monkeypatch.setattr(worker_pool, "_FIRST_DELAY", 60.0)
    monkeypatch.setattr(worker_pool, "_MAX_DELAY", 60.0)

    async def story():
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
