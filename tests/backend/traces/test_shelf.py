"""What was read a moment ago: each visitor's own, and within a limit of bytes."""

import time

import pytest

from backend.traces.shelf import ReadTrace, Shelf, packed, unpacked
from backend.traces.tree import outline
from tests.backend.traces.traced import HEAD, span


@pytest.fixture
def read():
    """Return a function that makes a trace of so many bytes."""

    def make(size, **more):
        return ReadTrace(outline(HEAD, [span("root")]), {"root": b"x" * size}, **more)

    return make


def test_visitors_have_nothing_of_each_other(read):
    """What one may read is never handed to another."""
    kept, alice, bob = Shelf(), object(), object()
    kept.put(alice, "tr-1", read(10))

    assert kept.get(alice, "tr-1")
    assert kept.get(bob, "tr-1") is None


def test_what_was_not_looked_at_for_longest_makes_room(read):
    """Many visitors and many traces take no more than one limit."""
    kept, visitor = Shelf(most_bytes=5000), object()
    for name in ("a", "b"):
        kept.put(visitor, name, read(1500))
    kept.get(visitor, "a")

    kept.put(visitor, "c", read(1500))

    assert [bool(kept.get(visitor, name)) for name in "abc"] == [True, False, True]


def test_what_is_larger_than_the_limit_is_not_kept(read):
    """It is shown, and read again the next time."""
    kept, visitor = Shelf(most_bytes=5000), object()

    kept.put(visitor, "a", read(10_000))

    assert kept.get(visitor, "a") is None


def test_a_trace_under_way_is_read_again_soon(read):
    """It grows."""
    kept, visitor, then = Shelf(), object(), time.monotonic() - 6
    kept.put(visitor, "new", read(1, seconds=5.0, read_at=then))
    kept.put(visitor, "old", read(1, read_at=then))

    assert kept.get(visitor, "new") is None
    assert kept.get(visitor, "old")


def test_content_is_the_same_when_it_is_taken_from_the_shelf():
    """Also what is no proper text."""
    assert unpacked(packed("Grüße \U0001f600 \x00" * 100)) == "Grüße \U0001f600 \x00" * 100
    assert unpacked(packed("half \ud800")) == "half ?"


def test_what_nobody_came_back_for_does_not_stay(read):
    """What people asked is kept no longer than is said."""
    kept, visitor = Shelf(), object()
    kept.put(visitor, "left", read(1, seconds=0.0, read_at=time.monotonic() - 1))

    kept.put(object(), "another", read(1))

    assert [name for _, name in kept._kept] == ["another"]
