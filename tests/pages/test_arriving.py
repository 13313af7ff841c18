"""Waiting for the events of an answer: in order, interruptible, and with their error."""

import threading

import pytest

from backend.answers import TextPart
from backend.errors import Unreachable
from components.arriving import Arrival


class Stream:
    """A stream that can be closed while somebody reads from it, as the real one can."""

    def __init__(self, events):
        self.events = events
        self.is_closed = threading.Event()

    def __iter__(self):
        return self.events

    def close(self):
        self.is_closed.set()


def test_events_come_in_order():
    """Nothing is lost or turned round on the way from the other thread."""
    parts = [TextPart(str(number)) for number in range(100)]

    assert [each for each in Arrival(lambda: (each for each in parts)) if each] == parts


def test_whoever_waits_gets_a_chance_to_do_something_else():
    """A chain that thinks does not make the page deaf."""
    may_go_on = threading.Event()

    def events():
        may_go_on.wait(10)
        yield TextPart("late")

    pieces = iter(Arrival(lambda: Stream(events())))

    assert next(pieces) is None
    may_go_on.set()
    assert next(each for each in pieces if each) == TextPart("late")


def test_an_error_arrives_where_the_answer_is_awaited():
    """After what came before it."""

    def events():
        yield TextPart("half")
        raise Unreachable

    pieces = iter(Arrival(lambda: Stream(events())))

    assert next(pieces) == TextPart("half")
    with pytest.raises(Unreachable):
        list(pieces)


def test_nobody_waiting_any_more_ends_the_request():
    """At once, and not with the next thing the chain says."""
    may_end = threading.Event()

    def events():
        yield TextPart("first")
        may_end.wait(10)

    stream = Stream(events())
    pieces = iter(Arrival(lambda: stream))
    next(pieces)

    pieces.close()

    assert stream.is_closed.is_set()
    may_end.set()


def test_a_request_given_up_before_it_was_made_is_closed_too():
    """A question can be stopped while it is still being put."""
    may_begin = threading.Event()
    stream = Stream(iter([TextPart("late")]))

    def ask():
        may_begin.wait(10)
        return stream

    pieces = iter(Arrival(ask))
    assert next(pieces) is None
    pieces.close()
    may_begin.set()

    assert stream.is_closed.wait(10)
