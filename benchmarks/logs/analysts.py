"""Analysts without browsers: clients that speak Streamlit's protocol, each looking at lists.

Each goes from one view to another, as a person does who chooses filters: the address changes, the
page runs again, and what it draws is read to its end.
"""

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection

from benchmarks.chat.sides import Side
from benchmarks.chat.sockets import connection

_PAGE = "request_logs"
_PATIENCE_SECONDS = 60.0
# How long somebody looks at a list before the next click.
_LOOKED_AT_SECONDS = (1.0, 5.0)
_LIST = "dataframe"
_GOES_ON = (
    ForwardMsg.FINISHED_EARLY_FOR_RERUN,
    ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
)


@dataclass
class Browsed:
    """What all of them have met."""

    milliseconds: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def browse(
    side: Side, analysts: int, views: int, view: Callable[[random.Random], dict[str, str]]
) -> Browsed:
    """Let so many look at so many views each, all at once; the first view is not counted."""
    found = Browsed()
    asyncio.run(_browse(side, analysts, views, view, found))
    return found


async def _browse(
    side: Side,
    analysts: int,
    views: int,
    view: Callable[[random.Random], dict[str, str]],
    found: Browsed,
) -> None:
    async with AsyncExitStack() as stack:

        async def one(number: int) -> None:
            chance = random.Random(number)
            socket = await stack.enter_async_context(connection(side))
            await _look(socket, view(chance), Browsed())
            for _ in range(views):
                await asyncio.sleep(chance.uniform(*_LOOKED_AT_SECONDS))
                await asyncio.wait_for(_look(socket, view(chance), found), _PATIENCE_SECONDS)

        await asyncio.gather(*(one(number) for number in range(analysts)))


async def _look(socket: ClientConnection, parameters: dict[str, str], found: Browsed) -> None:
    """Turn to a view and read what is drawn until the page's script has ended."""
    message = BackMsg()
    message.rerun_script.query_string = urlencode(parameters)
    message.rerun_script.page_name = _PAGE
    began = time.perf_counter()
    await socket.send(bytes(message.SerializeToString()))
    drawn: set[str | None] = set()
    async for received in socket:
        assert isinstance(received, bytes)
        forward = ForwardMsg()
        forward.ParseFromString(received)
        kind = forward.WhichOneof("type")
        if kind == "delta":
            drawn.add(forward.delta.new_element.WhichOneof("type"))
        # What ends early runs again at once.
        if kind == "script_finished" and forward.script_finished not in _GOES_ON:
            found.problems += _problems(forward, drawn)
            break
    found.milliseconds.append((time.perf_counter() - began) * 1000)


def _problems(ended: ForwardMsg, drawn: set[str | None]) -> list[str]:
    problems = ["an exception"] if "exception" in drawn else []
    if ended.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
        problems.append(f"the script ended as {ended.script_finished}")
    if _LIST not in drawn:
        problems.append("no list was drawn")
    return problems
