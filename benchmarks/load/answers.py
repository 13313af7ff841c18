"""Reads one HTTP/1.1 answer from the bytes of a connection and says what is wrong with it.

Only as much of HTTP as the measured servers speak: the less the generator does, the more of the
machine is left for what is measured.
"""

import re
import time
from typing import Protocol

_STREAM_END = b"\r\n0\r\n\r\n"
# The streaming model's first chunk holds the nanoseconds since 1970: 19 digits until 2286.
_YIELDED_AT = re.compile(rb'data: [^\n]*"(\d{19})"')


class Answer(Protocol):
    """An answer on its way; `value` is what is measured, in milliseconds."""

    failure: str | None
    head: bytes

    def feed(self, data: bytes) -> bool:
        """Take the next bytes; tells whether the answer is complete."""
        ...

    def value(self) -> float: ...


class WholeAnswer:
    """An answer with a Content-Length; its value is how long it took."""

    def __init__(self) -> None:
        self.failure: str | None = None
        self.head = b""
        self._asked = time.perf_counter()
        self._answered = 0.0
        self._received = b""
        self._missing = 0

    def feed(self, data: bytes) -> bool:
        """Take the next bytes; tells whether the answer is complete."""
        if not self.head:
            self._received += data
            self.head, end, data = self._received.partition(b"\r\n\r\n")
            if not end:
                self.head = b""
                return False
            self._missing = self._length()
        self._missing -= len(data)
        if self._missing < 0:
            self.failure = self.failure or "the body is longer than its Content-Length"
        self._answered = time.perf_counter()
        return self._missing <= 0

    def value(self) -> float:
        """Return the milliseconds from question to answer."""
        return (self._answered - self._asked) * 1000

    def _length(self) -> int:
        self.failure = unexpected_status(self.head)
        length = header(self.head, b"content-length")
        if not length.isdigit():
            self.failure = self.failure or "no Content-Length"
            return 0
        return int(length)


class StreamedAnswer:
    """Server-sent events; its value is how long the first took from the model to here."""

    def __init__(self) -> None:
        self.failure: str | None = None
        self.head = b""
        self._received = b""
        self._delay: float | None = None

    def feed(self, data: bytes) -> bool:
        """Take the next bytes; tells whether the answer is complete."""
        now = time.time_ns()
        self._received += data
        if not self.head and b"\r\n\r\n" in self._received:
            self.head = self._received.partition(b"\r\n\r\n")[0]
            self.failure = unexpected_status(self.head)
        if self.failure:
            return True
        if self._delay is None and (found := _YIELDED_AT.search(self._received)):
            self._delay = (now - int(found[1])) / 1e6
        if not self._received.endswith(_STREAM_END):
            return False
        if self._delay is None or b"[DONE]" not in self._received:
            self.failure = "the stream ended without the expected events"
        return True

    def value(self) -> float:
        """Return the milliseconds from the model's yield to the arrival."""
        return self._delay or 0.0


def unexpected_status(head: bytes) -> str | None:
    """Return the status line unless it says 200."""
    line = head.partition(b"\r\n")[0].decode("latin-1")
    return None if line.split(" ")[1:2] == ["200"] else f"answered {line!r}"


def header(head: bytes, name: bytes) -> bytes:
    """Return the value of a header, or nothing."""
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.lower() == name:
            return value.strip()
    return b""
