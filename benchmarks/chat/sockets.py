"""Open sessions without browsers: clients that speak Streamlit's protocol and read what comes.

Fifty browsers would take more of the machine than the app they look at.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.chat.sides import Side
from benchmarks.run import T

_PATIENCE_SECONDS = 60.0
_AT_ONCE = 4


class Sessions:
    """Any number of open tabs."""

    def __init__(self, side: Side, stack: AsyncExitStack) -> None:
        self._side = side
        self._stack = stack
        self._readers: set[asyncio.Task[None]] = set()

    async def open(self, number: int, until: str) -> None:
        """Open so many more and wait until each has drawn these words."""
        places = asyncio.Semaphore(_AT_ONCE)

        async def one() -> None:
            async with places:
                await asyncio.wait_for(self._open_one(until.encode()), _PATIENCE_SECONDS)

        await asyncio.gather(*(one() for _ in range(number)))

    async def _open_one(self, until: bytes) -> None:
        socket = await self._stack.enter_async_context(connection(self._side))
        await socket.send(_first_run(self._side))
        was_drawn = False
        async for message in socket:
            assert isinstance(message, bytes)
            was_drawn = was_drawn or until in message
            if was_drawn and _is_end(message):
                break
        # What comes later must be read as well, as a browser would.
        reader = asyncio.create_task(_read(socket))
        self._readers.add(reader)


def with_sessions(side: Side, measured: Callable[[], T], steps: list[int], until: str) -> list[T]:
    """Open more sessions step by step, and return what was measured after each step."""
    return asyncio.run(_with_sessions(side, measured, steps, until))


async def _with_sessions(
    side: Side, measured: Callable[[], T], steps: list[int], until: str
) -> list[T]:
    values = []
    async with _sessions(side) as sessions:
        for step in steps:
            await sessions.open(step, until)
            values.append(await asyncio.to_thread(measured))
    return values


@asynccontextmanager
async def _sessions(side: Side) -> AsyncIterator[Sessions]:
    async with AsyncExitStack() as stack:
        yield Sessions(side, stack)


def connection(side: Side) -> connect:
    """Return the connection of one tab, to be opened."""
    cookies = "; ".join(f"{name}={value}" for name, value in side.cookies.items())
    return connect(
        f"ws://{urlsplit(side.address).netloc}/_stcore/stream",
        subprotocols=["streamlit"],  # type: ignore[list-item] # a NewType nobody else needs
        additional_headers={"Cookie": cookies} if cookies else {},
        max_size=None,
    )


def _first_run(side: Side) -> bytes:
    """Return what a browser says first: run the script of this address."""
    message = BackMsg()
    parts = urlsplit(side.path)
    message.rerun_script.query_string = parts.query
    message.rerun_script.page_name = parts.path.strip("/")
    return bytes(message.SerializeToString())


def _is_end(message: bytes) -> bool:
    forward = ForwardMsg()
    forward.ParseFromString(message)
    return (
        forward.WhichOneof("type") == "script_finished"
        and forward.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
    )


async def _read(socket: ClientConnection) -> None:
    async for _ in socket:
        pass
