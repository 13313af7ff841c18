"""What the gateway and a model process say to each other over their socket.

A message is a kind, the id of the call it belongs to, a small JSON part and raw bytes. Both sides
use this module and nothing else of each other; it needs the standard library only, because a
model process may live in an environment of its own.
"""

import json
import struct
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

_HEADER = struct.Struct("!IIBI")
HEADER_SIZE = _HEADER.size


class Kind(IntEnum):
    """Which message it is; the first four are about the process, the others about one call."""

    READY = 1
    LOAD_FAILED = 2
    CALL = 3
    CANCEL = 4
    ANSWER = 5
    CHUNK = 6
    END = 7
    ERROR = 8


@dataclass(frozen=True)
class Message:
    """One message: `meta` is JSON, `body` is passed on as it is."""

    kind: Kind
    call_id: int = 0
    meta: dict[str, Any] = field(default_factory=dict)
    body: bytes = b""

    def encode(self) -> bytes:
        """Return the bytes to send: a fixed header, the JSON part, the body."""
        meta = json.dumps(self.meta, separators=(",", ":")).encode() if self.meta else b""
        header = _HEADER.pack(len(meta) + len(self.body), self.call_id, self.kind, len(meta))
        return header + meta + self.body


class MessageReader:
    """Cuts a stream of bytes into messages, whatever pieces it arrives in."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """Add received bytes and return the messages that are complete now."""
        self._buffer += data
        messages = []
        while (message := self._take()) is not None:
            messages.append(message)
        return messages

    def _take(self) -> Message | None:
        if len(self._buffer) < HEADER_SIZE:
            return None
        length, call_id, kind, meta_length = _HEADER.unpack_from(self._buffer)
        end = HEADER_SIZE + length
        if len(self._buffer) < end:
            return None
        payload = bytes(self._buffer[HEADER_SIZE:end])
        del self._buffer[:end]
        meta = json.loads(payload[:meta_length]) if meta_length else {}
        return Message(Kind(kind), call_id, meta, payload[meta_length:])
