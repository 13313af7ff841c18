"""Traces that were read a moment ago, for all visitors together: small in number and in bytes.

Each visitor has their own: what one was allowed to read is never handed to another.
"""

import time
import zlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from backend.traces.record import Outline

MOST_BYTES = 128_000_000
KEPT_SECONDS = 300.0
# What a span without its content takes in memory, about.
_SPAN_BYTES = 500


@dataclass(frozen=True)
class ReadTrace:
    """An outline, and the content of its spans where that cannot be asked for one by one."""

    outline: Outline
    # By span, compressed; None where the workspace gives single spans.
    contents: Mapping[str, bytes] | None = None
    # While it is being written, or may move to where more is known of it, not for long.
    seconds: float = KEPT_SECONDS
    read_at: float = field(default_factory=time.monotonic)
    # When the workspace last let this visitor see it.
    allowed_at: float = field(default_factory=time.monotonic)

    @property
    def is_old(self) -> bool:
        """Tell whether it is to be read again."""
        return time.monotonic() - self.read_at > self.seconds

    @property
    def size(self) -> int:
        """Return about how many bytes it takes."""
        kept = sum(map(len, self.contents.values())) if self.contents else 0
        return len(self.outline.spans) * _SPAN_BYTES + kept


class Shelf:
    """Keeps what was used last, as long as there is room."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[tuple[object, str], ReadTrace] = OrderedDict()
        self._lock = Lock()

    def get(self, visitor: object, name: str) -> ReadTrace | None:
        """Return what this visitor has read of this name."""
        with self._lock:
            self._clear()
            found = self._kept.get((visitor, name))
            if found:
                self._kept.move_to_end((visitor, name))
            return found

    def put(self, visitor: object, name: str, trace: ReadTrace) -> None:
        """Keep it; what was not looked at for longest makes room."""
        with self._lock:
            self._clear()
            self._kept[visitor, name] = trace
            self._kept.move_to_end((visitor, name))
            total = sum(each.size for each in self._kept.values())
            while total > self._most_bytes and self._kept:
                total -= self._kept.popitem(last=False)[1].size

    def drop(self, visitor: object, name: str) -> None:
        """Keep it no longer."""
        with self._lock:
            self._kept.pop((visitor, name), None)

    def _clear(self) -> None:
        """Let go of what nobody came back for in time."""
        for key in [key for key, trace in self._kept.items() if trace.is_old]:
            del self._kept[key]


def packed(text: str) -> bytes:
    """Return a span's document as it is kept."""
    return zlib.compress(text.encode(errors="replace"), 1)


def unpacked(kept: bytes) -> str:
    """Return it again."""
    return zlib.decompress(kept).decode()
