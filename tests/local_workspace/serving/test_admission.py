"""Never more calls than places, in the order they came, and none is lost or kept waiting."""

import asyncio
import random

import pytest

from local_workspace.errors import TooManyRequests
from local_workspace.serving.admission import Admission


async def settle():
    """Let every task run until it waits for something."""
    for _ in range(5):
        await asyncio.sleep(0)


def test_calls_enter_at_once_while_there_are_places():
    """Nobody waits when there is room."""

    async def story():
        admission = Admission(places=2, queue_length=0)
        await admission.enter()
        await admission.enter()
        return admission.in_flight, admission.queued

    assert asyncio.run(story()) == (2, 0)


def test_waiting_calls_enter_in_the_order_they_came():
    """Who came first is next."""

    async def story():
        admission = Admission(places=1, queue_length=10)
        order = []

        async def call(name):
            await admission.enter()
            order.append(name)

        await admission.enter()
        tasks = [asyncio.create_task(call(name)) for name in range(5)]
        await settle()
        assert (admission.in_flight, admission.queued, order) == (1, 5, [])
        for _ in tasks:
            admission.leave()
            await settle()
        return order

    assert asyncio.run(story()) == [0, 1, 2, 3, 4]


def test_newcomer_does_not_overtake_one_whose_turn_has_come():
    """A place given to a waiting call is taken, even before that call has noticed."""

    async def story():
        admission = Admission(places=1, queue_length=10)
        await admission.enter()
        first = asyncio.create_task(admission.enter())
        await settle()
        admission.leave()
        newcomer = asyncio.create_task(admission.enter())
        await settle()
        assert first.done()
        assert not newcomer.done()
        admission.leave()
        await newcomer
        return admission.in_flight

    assert asyncio.run(story()) == 1


def test_full_queue_refuses_and_says_when_to_come_back():
    """The answer is 429 with a time, and the refused call takes no place."""

    async def story():
        admission = Admission(places=1, queue_length=1)
        await admission.enter()
        waiting = asyncio.create_task(admission.enter())
        await settle()
        with pytest.raises(TooManyRequests) as refusal:
            await admission.enter()
        admission.leave()
        await waiting
        return refusal.value, admission

    error, admission = asyncio.run(story())
    assert (error.reason, error.retry_after) == ("QUEUE_FULL", 1)
    assert (admission.in_flight, admission.queued) == (1, 0)


def test_waiter_who_gives_up_frees_its_turn():
    """A caller who hangs up while waiting blocks nobody behind."""

    async def story():
        admission = Admission(places=1, queue_length=5)
        await admission.enter()
        leaver = asyncio.create_task(admission.enter())
        patient = asyncio.create_task(admission.enter())
        await settle()
        leaver.cancel()
        await settle()
        assert admission.queued == 1
        admission.leave()
        await patient
        return leaver.cancelled(), admission.in_flight, admission.queued

    assert asyncio.run(story()) == (True, 1, 0)


def test_waiter_canceled_after_its_turn_came_passes_it_on():
    """A place given to somebody who has just left goes to the next, not to nobody."""

    async def story():
        admission = Admission(places=1, queue_length=5)
        await admission.enter()
        leaver = asyncio.create_task(admission.enter())
        patient = asyncio.create_task(admission.enter())
        await settle()
        admission.leave()
        leaver.cancel()
        await patient
        await settle()
        assert leaver.cancelled()
        admission.leave()
        return admission.in_flight

    assert asyncio.run(story()) == 0


def test_place_freed_in_the_moment_a_waiter_gives_up_goes_to_the_next():
    """Giving up and getting a turn at once ends in a plain cancellation and loses no place."""

    async def story():
        admission = Admission(places=1, queue_length=5)
        await admission.enter()
        leaver = asyncio.create_task(admission.enter())
        patient = asyncio.create_task(admission.enter())
        await settle()
        leaver.cancel()
        admission.leave()
        await settle()
        assert leaver.cancelled()
        assert patient.done()
        admission.leave()
        return admission.in_flight, admission.queued

    assert asyncio.run(story()) == (0, 0)


@pytest.mark.parametrize("seed", range(10))
def test_random_comings_and_goings_never_exceed_the_places(seed):
    """Whatever is canceled whenever: in flight stays within the places, and all are free again."""
    chance = random.Random(seed)
    places = chance.randint(1, 4)

    async def story():
        admission = Admission(places, queue_length=6)
        working = 0

        async def call():
            nonlocal working
            await admission.enter()
            working += 1
            assert working <= places
            try:
                for _ in range(chance.randint(0, 4)):
                    await asyncio.sleep(0)
            finally:
                working -= 1
                admission.leave()

        calls = []
        for _ in range(300):
            calls.append(asyncio.create_task(call()))
            if chance.random() < 0.4:
                chance.choice(calls).cancel()
            if chance.random() < 0.5:
                await asyncio.sleep(0)
            assert admission.queued <= 6
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        allowed = (asyncio.CancelledError, TooManyRequests)
        assert [
            each for each in outcomes if each is not None and not isinstance(each, allowed)
        ] == []
        return admission.in_flight, admission.queued, outcomes.count(None)

    in_flight, queued, answered = asyncio.run(story())
    assert (in_flight, queued) == (0, 0)
    assert answered > 0
