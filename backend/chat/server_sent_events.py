"""Reads the JSON documents of a stream of server-sent events, as they arrive."""

import json
from collections.abc import Iterable, Iterator

END = b"[DONE]"


def documents(chunks: Iterable[bytes]) -> Iterator[object]:
    """Yield the document of each event; those that are not JSON are skipped."""
    for data in _events(_lines(chunks)):
        if data == END:
            return
        document = parsed(data)
        if document is not None:
            yield document


def parsed(data: bytes) -> object | None:
    """Return a JSON document that can be shown as text, or None if it is no JSON."""
    try:
        document: object = json.loads(data)
        if b"\\ud" in data.lower():
            # Halves of characters, which no encoder accepts later on.
            whole = json.dumps(document, ensure_ascii=False).encode(errors="replace")
            document = json.loads(whole)
    except (ValueError, RecursionError):
        return None
    return document


def _events(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the data of each event; names, ids and comments say nothing here."""
    data: list[bytes] = []
    for line in lines:
        if line.startswith(b"data:"):
            data.append(line[5:].removeprefix(b" "))
        elif not line and data:
            yield b"\n".join(data)
            data = []
    if data:
        yield b"\n".join(data)


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    # Not `iter_lines`: it reads in blocks, and also splits at what JSON allows within a text.
    pieces: list[bytes] = []
    for chunk in chunks:
        first, *rest = chunk.split(b"\n")
        pieces.append(first)
        for following in rest:
            yield b"".join(pieces).removesuffix(b"\r")
            pieces = [following]
    if any(pieces):
        yield b"".join(pieces).removesuffix(b"\r")
