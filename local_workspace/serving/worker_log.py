"""What the processes of one served version print: the last lines in memory, more in a file.

Secrets the process was given are blanked before anything is kept.
"""

import asyncio
import os
from collections import deque
from collections.abc import Iterable
from pathlib import Path

MAX_LINES = 2_000
MAX_FILE_SIZE = 5_000_000
MAX_LINE_LENGTH = 20_000
_MIN_SECRET_LENGTH = 6


class WorkerLog:
    """A log that never grows without bound and never holds a secret."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._lines: deque[str] = deque(maxlen=MAX_LINES)
        # The longest first: a secret that begins another would leave the other's end.
        self._secrets: list[str] = []

    def hide(self, secrets: Iterable[str]) -> None:
        """Blank these texts from now on, each line of them by itself as they are printed."""
        lines = {line.strip() for text in secrets for line in text.splitlines()}
        known = {line for line in lines if len(line) >= _MIN_SECRET_LENGTH}
        self._secrets = sorted(known.union(self._secrets), key=len, reverse=True)

    def blanked(self, text: str) -> str:
        """Return the text without the secrets."""
        for secret in self._secrets:
            text = text.replace(secret, "[hidden]")
        return text

    def write(self, line: str) -> None:
        """Keep one line."""
        line = self.blanked(line)[:MAX_LINE_LENGTH]
        self._lines.append(line)
        if self._path.exists() and self._path.stat().st_size > MAX_FILE_SIZE:
            self._path.replace(self._path.with_suffix(".1.log"))
        with self._path.open("a", encoding="utf-8", errors="replace") as file:
            file.write(line + "\n")

    def text(self) -> str:
        """Return the lines kept in memory."""
        return "\n".join(self._lines)

    def last(self, count: int) -> str:
        """Return the last lines, for an error message."""
        return "\n".join(list(self._lines)[-count:])

    async def open_pipe(self) -> int:
        """Return a descriptor for a process to print to; what it prints is kept here."""
        read_end, write_end = os.pipe()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: _LineReader(self), os.fdopen(read_end, "rb", 0))
        return write_end


class _LineReader(asyncio.Protocol):
    def __init__(self, log: WorkerLog) -> None:
        self._log = log
        self._rest = b""

    def data_received(self, data: bytes) -> None:
        *lines, rest = (self._rest + data).split(b"\n")
        # What is beyond the longest line is cut off anyway; characters have up to four bytes.
        self._rest = rest[: 8 * MAX_LINE_LENGTH]
        for line in lines:
            self._log.write(line.decode(errors="replace"))

    def connection_lost(self, _error: Exception | None) -> None:
        if self._rest:
            self._log.write(self._rest.decode(errors="replace"))
