"""A file that is never on the disk: what a library writes into it is taken away part by part."""

import io
from typing import Any


class PartSink(io.RawIOBase):
    """Keeps what is written until it is taken; nothing can be read or changed afterwards."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: list[bytes] = []

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def write(self, part: Any) -> int:
        """Keep a part."""
        self._kept.append(bytes(part))
        return len(self._kept[-1])

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        kept, self._kept = self._kept, []
        return b"".join(kept)
