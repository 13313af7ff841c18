"""Messages survive whatever a socket does to the bytes between two processes."""

import random

import pytest

from local_workspace.serving.worker_messages import HEADER_SIZE, Kind, Message, MessageReader

MESSAGES = [
    Message(Kind.READY, meta={"task": None, "warm_up_error": None}),
    Message(Kind.CALL, 1, {"request_id": "ünïcode"}, b'{"messages": []}'),
    Message(Kind.CANCEL, 1),
    Message(Kind.CHUNK, 2, body=b"\x00\xff\n"),
    Message(Kind.ANSWER, 0xFFFFFFFF, {"answer": 3}, b"abctrace"),
]


@pytest.mark.parametrize("size", [1, 2, HEADER_SIZE - 1, HEADER_SIZE, HEADER_SIZE + 1, 10_000])
def test_messages_arrive_whole_in_pieces_of_any_size(size):
    """The reader gives back exactly what was sent, in order, however the bytes are cut."""
    stream = b"".join(message.encode() for message in MESSAGES)
    reader = MessageReader()

    received = [
        message
        for start in range(0, len(stream), size)
        for message in reader.feed(stream[start : start + size])
    ]

    assert received == MESSAGES


def test_messages_arrive_whole_in_pieces_of_random_sizes():
    """No particular cut is needed for the reader to find where a message ends."""
    chance = random.Random(4)
    stream = b"".join(message.encode() for message in MESSAGES) * 20
    reader = MessageReader()
    received = []

    while stream:
        size = chance.randint(1, 60)
        received += reader.feed(stream[:size])
        stream = stream[size:]

    assert received == MESSAGES * 20


@pytest.mark.parametrize("kind", Kind)
def test_message_of_nothing_but_its_kind_survives(kind):
    """A message needs neither a JSON part nor a body."""
    assert [Message(kind, 7)] == MessageReader().feed(Message(kind, 7).encode())


def test_big_body_survives():
    """A body of the largest request the gateway takes passes unchanged."""
    message = Message(Kind.CALL, 3, {"stream": False}, random.Random(1).randbytes(16 * 1024 * 1024))
    reader, stream = MessageReader(), message.encode()

    parts = [
        reader.feed(stream[start : start + (1 << 18)]) for start in range(0, len(stream), 1 << 18)
    ]

    assert [message] == [each for part in parts for each in part]


def test_half_a_message_gives_nothing_yet():
    """Nothing is handed out before the last byte of it has arrived."""
    encoded = Message(Kind.CHUNK, 5, body=b"words").encode()
    reader = MessageReader()

    assert reader.feed(encoded[:-1]) == []
    assert reader.feed(encoded[-1:]) == [Message(Kind.CHUNK, 5, body=b"words")]
