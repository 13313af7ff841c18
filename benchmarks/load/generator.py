"""The load generator's process: a `LoadSpec` on standard input, a `LoadResult` on standard output.

Each client sends its next question when it has the answer to the last, or in a rhythm if there is
one. It ends after the given time, or earlier when it is asked to with SIGTERM.
"""

import asyncio
import contextlib
import json
import signal
import sys
import time
from collections import Counter
from dataclasses import asdict
from typing import cast

import uvloop

from benchmarks.load.answers import Answer, StreamedAnswer, WholeAnswer, header
from benchmarks.load.specification import LoadResult, LoadSpec

_RECONNECT_SECONDS = 0.05


class Tally:
    """What all clients saw; emptied when the warm-up is over, except for failures."""

    def __init__(self) -> None:
        self.milliseconds: list[float] = []
        self.failures: Counter[str] = Counter()
        self.answered_by: Counter[str] = Counter()

    def note(self, answer: Answer) -> None:
        """Count a complete answer."""
        if answer.failure:
            self.failures[answer.failure] += 1
            return
        self.milliseconds.append(answer.value())
        if version := header(answer.head, b"served-model-name"):
            self.answered_by[version.decode()] += 1

    def forget_warm_up(self) -> None:
        """Begin to measure; a failure counts whenever it happens."""
        self.milliseconds.clear()
        self.answered_by.clear()


class Client(asyncio.Protocol):
    """One kept-alive connection that asks again and again."""

    def __init__(self, spec: LoadSpec, tally: Tally) -> None:
        self._request = spec.request.encode()
        self._new_answer = StreamedAnswer if spec.streamed else WholeAnswer
        self._tally = tally
        self._transport: asyncio.Transport | None = None
        self._answer: Answer | None = None
        self._stopping = False
        self._every = spec.every_seconds
        self._asked_at = 0.0
        self.closed = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask the first question."""
        # cast, because uvloop's transports are asyncio's in all but their base class.
        self._transport = cast(asyncio.Transport, transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Ask the next question when the answer is complete."""
        assert self._answer is not None
        assert self._transport is not None
        if not self._answer.feed(data):
            return
        answer, self._answer = self._answer, None
        self._tally.note(answer)
        # After a failure nobody knows where the next answer would begin.
        if self._stopping or answer.failure:
            self._transport.close()
        elif self._every:
            loop = asyncio.get_running_loop()
            loop.call_at(max(self._asked_at + self._every, loop.time()), self._ask)
        else:
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count a question that will never be answered."""
        if self._answer is not None:
            self._tally.failures["the connection was closed before the answer"] += 1
        if not self.closed.done():
            self.closed.set_result(None)

    def stop(self) -> None:
        """Close when the answer under way has come."""
        self._stopping = True
        if self._answer is None and self._transport:
            self._transport.close()

    def _ask(self) -> None:
        assert self._transport is not None
        # It may have been stopped, or cut off, in the pause before.
        if self._stopping or self._transport.is_closing():
            return
        self._asked_at = asyncio.get_running_loop().time()
        self._answer = self._new_answer()
        self._transport.write(self._request)


async def generate(spec: LoadSpec, stop: asyncio.Event) -> LoadResult:
    """Run every client for the time asked for."""
    tally = Tally()
    clients = [asyncio.create_task(_keep_asking(spec, tally, stop)) for _ in range(spec.clients)]
    await _wait(stop, spec.warm_up_seconds)
    tally.forget_warm_up()
    started = time.perf_counter()
    await _wait(stop, spec.seconds)
    seconds = time.perf_counter() - started
    answered = len(tally.milliseconds)
    stop.set()
    await asyncio.gather(*clients)
    # Answers that came while the clients were being stopped are outside the measured time.
    values = tally.milliseconds[:answered]
    return LoadResult(seconds, values, dict(tally.failures), dict(tally.answered_by))


async def _keep_asking(spec: LoadSpec, tally: Tally, stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    stopped = asyncio.create_task(stop.wait())
    while not stop.is_set():
        try:
            _, client = await loop.create_connection(
                lambda: Client(spec, tally), "127.0.0.1", spec.port
            )
        except OSError as error:
            tally.failures[f"cannot connect: {error.strerror or type(error).__name__}"] += 1
            await _wait(stop, _RECONNECT_SECONDS)
            continue
        await asyncio.wait({client.closed, stopped}, return_when=asyncio.FIRST_COMPLETED)
        client.stop()
        await client.closed


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()


async def _main(spec: LoadSpec) -> LoadResult:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    return await generate(spec, stop)


def main() -> None:
    """Read the specification, generate the load, write the result."""
    spec = LoadSpec(**json.loads(sys.stdin.readline()))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        result = runner.run(_main(spec))
    json.dump(asdict(result), sys.stdout)


if __name__ == "__main__":
    main()
