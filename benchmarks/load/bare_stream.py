"""A server that streams and does nothing else: what no server on this machine can be faster than.

Runs as a process of its own: `python -m benchmarks.load.bare_stream`. It writes the same events in
the same rhythm as `models/streaming.py`.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvloop

_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
_THINKING_SECONDS = 0.02
_PAUSE_SECONDS = 0.005
_REST = (b'data: "bursts "\n\n', b'data: "are "\n\n', b'data: "bright."\n\n')


async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer each question on a connection with a stream whose first event holds the time."""
    # Every question of the generator ends with the brace that closes its JSON.
    while await reader.read(1 << 16):
        writer.write(_HEAD)
        await asyncio.sleep(_THINKING_SECONDS)
        writer.write(_chunk(b'data: "%d"\n\n' % time.time_ns()))
        for event in _REST:
            await asyncio.sleep(_PAUSE_SECONDS)
            writer.write(_chunk(event))
        writer.write(_chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n")
    writer.close()


@contextmanager
def bare_stream_server() -> Iterator[int]:
    """Run the server in a process of its own during the block and yield its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.load.bare_stream"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


async def _serve() -> None:
    server = await asyncio.start_server(stream, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


if __name__ == "__main__":
    uvloop.run(_serve())
