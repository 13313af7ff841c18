"""Calls over one socket find their answers by id, and fail at once when the other end is gone."""

import asyncio
import socket

import pytest

from local_workspace.errors import ModelFailed
from local_workspace.serving.worker_connection import LoadFailed, WorkerConnection
from local_workspace.serving.worker_messages import Kind, Message, MessageReader


class Worker:
    """The process's end of the socket, spoken by the test."""

    def __init__(self, reader, writer):
        self._reader, self._writer = reader, writer
        self._messages = MessageReader()
        self._received = []

    def say(self, *messages):
        """Send these."""
        self._writer.write(b"".join(message.encode() for message in messages))

    async def hear(self):
        """Return the next message of the gateway."""
        while not self._received:
            data = await self._reader.read(65536)
            assert data, "the gateway hung up"
            self._received = self._messages.feed(data)
        return self._received.pop(0)

    async def hear_the_end(self):
        """Return when the gateway has hung up."""
        while await self._reader.read(65536):
            pass

    def hang_up(self):
        """End, as a process that dies."""
        self._writer.transport.abort()


def connected(story):
    """Run a story with both ends of a real socket pair."""

    async def run():
        ours, theirs = socket.socketpair()
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(WorkerConnection, sock=ours)
        worker = Worker(*await asyncio.open_connection(sock=theirs))
        try:
            async with asyncio.timeout(10):
                return await story(connection, worker)
        finally:
            connection.close()
            worker.hang_up()
            await asyncio.wait_for(connection.closed, 5)

    return asyncio.run(run())


def test_call_arrives_with_its_context_and_body():
    """The process gets what was asked, byte for byte."""

    async def story(connection, worker):
        call = connection.call({"user": "ada"}, b"question")
        return call.call_id, await worker.hear()

    call_id, heard = connected(story)
    assert heard == Message(Kind.CALL, call_id, {"user": "ada"}, b"question")


def test_answers_in_any_order_find_their_calls():
    """A quick answer does not wait for a slow one asked before."""

    async def story(connection, worker):
        first, second = (connection.call({}, body) for body in (b"1", b"2"))
        assert connection.in_flight == 2
        worker.say(Message(Kind.ANSWER, second.call_id, body=b"two"))
        assert (await second.outcome).body == b"two"
        assert not first.outcome.done()
        worker.say(Message(Kind.ANSWER, first.call_id, body=b"one"))
        return (await first.outcome).body, connection.in_flight

    assert connected(story) == (b"one", 0)


def test_error_of_the_model_is_an_outcome():
    """What the model raised is told by the message, the connection goes on."""

    async def story(connection, worker):
        call = connection.call({}, b"")
        worker.say(Message(Kind.ERROR, call.call_id, {"message": "no", "status": 400}))
        return await call.outcome

    assert connected(story).meta["message"] == "no"


def test_chunks_come_in_order_and_then_the_end():
    """When the chunks are over the outcome is known."""

    async def story(connection, worker):
        call = connection.call({"stream": True}, b"")
        chunks = [Message(Kind.CHUNK, call.call_id, body=bytes([n])) for n in range(50)]
        worker.say(*chunks, Message(Kind.END, call.call_id, body=b"whole"))
        received = [chunk async for chunk in call.chunks()]
        assert call.outcome.done()
        return received, (await call.outcome).body

    assert connected(story) == ([bytes([n]) for n in range(50)], b"whole")


def test_big_body_passes_both_ways():
    """Sixteen megabytes are no obstacle for either side."""
    body = b"x" * (16 * 1024 * 1024)

    async def story(connection, worker):
        call = connection.call({}, body)
        assert (await worker.hear()).body == body
        worker.say(Message(Kind.ANSWER, call.call_id, body=body))
        return (await call.outcome).body

    assert connected(story) == body


def test_cancelling_asks_the_process_to_stop_and_the_call_ends_with_its_answer():
    """The call stays under way until the process says that it has stopped."""

    async def story(connection, worker):
        call = connection.call({"stream": True}, b"")
        await worker.hear()
        connection.cancel(call)
        heard = await worker.hear()
        assert heard == Message(Kind.CANCEL, call.call_id)
        assert connection.in_flight == 1
        worker.say(Message(Kind.END, call.call_id))
        await call.outcome
        return connection.in_flight

    assert connected(story) == 0


def test_cancelling_a_finished_call_says_nothing():
    """The process does not hear of calls it has answered."""

    async def story(connection, worker):
        call = connection.call({}, b"1")
        await worker.hear()
        worker.say(Message(Kind.ANSWER, call.call_id))
        await call.outcome
        connection.cancel(call)
        connection.call({}, b"2")
        return (await worker.hear()).kind

    assert connected(story) is Kind.CALL


def test_end_of_the_process_fails_everything_under_way_at_once():
    """Nobody waits for a dead process, neither for an answer nor for a chunk."""

    async def story(connection, worker):
        answer, stream = connection.call({}, b""), connection.call({"stream": True}, b"")
        worker.say(Message(Kind.CHUNK, stream.call_id, body=b"half"))
        chunks = stream.chunks()
        assert await anext(chunks) == b"half"
        worker.hang_up()
        rest = [chunk async for chunk in chunks]
        errors = await asyncio.gather(answer.outcome, stream.outcome, return_exceptions=True)
        await connection.closed
        return rest, errors, connection.in_flight

    rest, errors, in_flight = connected(story)
    assert (rest, in_flight) == ([], 0)
    for error in errors:
        assert isinstance(error, ModelFailed)
        assert error.reason == "MODEL_PROCESS_ENDED"


def test_call_to_a_process_that_is_gone_fails_at_once():
    """A call made after the end does not wait for anything."""

    async def story(connection, worker):
        worker.hang_up()
        await connection.closed
        call = connection.call({}, b"")
        assert [chunk async for chunk in call.chunks()] == []
        with pytest.raises(ModelFailed, match="no longer running"):
            await call.outcome
        return connection.in_flight

    assert connected(story) == 0


def test_messages_about_unknown_calls_are_ignored():
    """A late or invented id disturbs nobody."""

    async def story(connection, worker):
        call = connection.call({}, b"")
        worker.say(
            Message(Kind.ANSWER, 999),
            Message(Kind.CHUNK, 999),
            Message(Kind.ERROR, 999, {"message": ""}),
            Message(Kind.ANSWER, call.call_id, body=b"mine"),
            Message(Kind.ANSWER, call.call_id, body=b"again"),
        )
        body = (await call.outcome).body
        later = connection.call({}, b"")
        worker.say(Message(Kind.ANSWER, later.call_id, body=b"later"))
        return body, (await later.outcome).body

    assert connected(story) == (b"mine", b"later")


def test_loaded_process_says_what_it_is():
    """Ready carries the description."""

    async def story(connection, worker):
        worker.say(Message(Kind.READY, meta={"task": "agent/v2/chat"}))
        return await connection.ready

    assert connected(story) == {"task": "agent/v2/chat"}


def test_process_that_cannot_load_says_why():
    """The exception and the end of its traceback reach the gateway, also when it ends then."""

    async def story(connection, worker):
        meta = {"exception": "RuntimeError: no index", "traceback": "line 3"}
        worker.say(Message(Kind.LOAD_FAILED, meta=meta))
        with pytest.raises(LoadFailed) as failure:
            await connection.ready
        worker.hang_up()
        await connection.closed
        return failure.value

    error = connected(story)
    assert (error.exception, error.traceback) == ("RuntimeError: no index", "line 3")


def test_process_that_ends_while_loading_is_a_failed_load():
    """A process killed for its memory while loading is not waited for."""

    async def story(connection, worker):
        worker.hang_up()
        with pytest.raises(LoadFailed, match="ended while it was loading"):
            await connection.ready

    connected(story)


def test_closing_hangs_up():
    """The process notices and ends by itself."""

    async def story(connection, worker):
        connection.close()
        await worker.hear_the_end()
        await connection.closed

    connected(story)
