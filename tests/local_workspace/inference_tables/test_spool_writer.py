"""Records are durable when `append` returns, and one that cannot be written harms no other."""

import asyncio
from contextlib import asynccontextmanager, closing
from dataclasses import replace

import pytest

from local_workspace.errors import RecordNotWritten
from local_workspace.inference_tables.spool import open_spool
from local_workspace.inference_tables.spool_writer import SpoolWriter
from tests.local_workspace.inference_tables.conftest import count, record, verdict


@asynccontextmanager
async def running(spool):
    writer = SpoolWriter(spool)
    writer.start()
    try:
        yield writer
    finally:
        await writer.close()


def test_record_is_there_for_others_when_append_returns(spool):
    """Another connection sees the row as soon as the writer has said so."""

    async def scenario():
        async with running(spool) as writer:
            await writer.append(record(1))
            return count(spool, "requests")

    assert asyncio.run(scenario()) == 1


def test_many_records_at_once_are_all_written(spool):
    """Waiting together costs nobody their record."""

    async def scenario():
        async with running(spool) as writer:
            await asyncio.gather(*(writer.append(record(number)) for number in range(500)))
            assert writer.waiting == 0

    asyncio.run(scenario())

    assert count(spool, "requests") == 500


def test_record_that_cannot_be_written_takes_no_other_with_it(spool):
    """A second record of the same request is refused; those in the same commit are kept."""

    async def scenario():
        async with running(spool) as writer:
            records = [record(1), record(1), *(record(number) for number in range(2, 30))]
            return await asyncio.gather(
                *(writer.append(each) for each in records), return_exceptions=True
            )

    results = asyncio.run(scenario())

    assert [isinstance(each, RecordNotWritten) for each in results].count(True) == 1
    assert count(spool, "requests") == 29


def test_request_and_its_verdicts_are_written_together_or_not_at_all(spool):
    """A verdict without its row in the payload, or half of several verdicts, cannot be."""
    broken = replace(verdict("r1"), source_tags={"set": {1}})

    async def scenario():
        async with running(spool) as writer:
            await writer.append(record(1))
            feedback = record(2, is_feedback=True)
            with pytest.raises(RecordNotWritten):
                await writer.append(feedback, [verdict("r1"), broken])

    asyncio.run(scenario())

    assert (count(spool, "requests"), count(spool, "assessments")) == (1, 0)


def test_record_is_written_though_its_waiter_is_gone(spool):
    """A caller who leaves takes nothing out of the queue."""

    async def scenario():
        async with running(spool) as writer:
            waiter = asyncio.ensure_future(writer.append(record(1)))
            await asyncio.sleep(0)
            waiter.cancel()

    asyncio.run(scenario())

    assert count(spool, "requests") == 1


def test_trace_of_a_failed_request_is_urgent(spool):
    """Errors go to MLflow before the rest; a request without a trace does not go there."""

    async def scenario():
        async with running(spool) as writer:
            await writer.append(record(1, trace_id="tr-1", trace="{}"))
            await writer.append(record(2, trace_id="tr-2", trace="{}", status_code=400))
            await writer.append(record(3))

    asyncio.run(scenario())

    assert _pending(spool) == {"tr-1": 0, "tr-2": 1}


def test_verdict_makes_its_trace_urgent(spool):
    """Whoever judged an answer looks for the verdict in MLflow soon."""

    async def scenario():
        async with running(spool) as writer:
            await writer.append(record(1, trace_id="tr-1", trace="{}"))
            await writer.append(record(2, is_feedback=True), [verdict("r1")])

    asyncio.run(scenario())

    assert _pending(spool) == {"tr-1": 1}
    assert count(spool, "pending_assessments") == 1


def _pending(spool) -> dict[str, int]:
    with closing(open_spool(spool, read_only=True)) as connection:
        rows = connection.execute("SELECT trace_id, urgency FROM pending_traces").fetchall()
        return {row["trace_id"]: row["urgency"] for row in rows}
