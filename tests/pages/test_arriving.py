"""An answer on its way: collected whole, stopped at once, and wanted by nobody any more."""

import threading

import pytest

from backend.errors import Unreachable
from backend.turns.answers import Answer, TextPart, ToolStep
from components.chat import under_way
from components.chat.arriving import Arrival


class Stream:
    """A stream that can be closed while somebody reads from it, as the real one can."""

    def __init__(self, events=(), so_far=None):
        self.events = iter(events)
        self.so_far = so_far
        self.is_closed = threading.Event()

    def __iter__(self):
        return self.events

    def close(self):
        self.is_closed.set()


def over(arrival):
    """Wait until nothing more comes."""
    known = 0
    while not arrival.is_over:
        known = arrival.news(known, 5)
    return arrival


def test_pieces_add_up_to_the_text_and_the_last_is_the_outcome():
    """Nothing is lost or turned round on the way from the other thread."""
    whole = Answer("all of it", "req-1")
    parts = [TextPart(f"{number} ") for number in range(100)]
    stream = Stream([*parts, whole])

    arrival = over(Arrival(lambda: stream))

    assert arrival.text == "".join(part.text for part in parts)
    assert arrival.outcome() is whole
    assert stream.is_closed.wait(5)


def test_a_step_is_known_once_however_often_it_comes():
    """It comes again with its result, and is under way until there is text."""
    asked, done = ToolStep("t", "search", "{}"), ToolStep("t", "search", "{}", "[1]")
    may_go_on = threading.Event()

    def events():
        yield asked
        yield done
        may_go_on.wait(5)
        yield TextPart("Found.")

    arrival = Arrival(lambda: Stream(events(), Answer("Found.", "r")))
    while arrival.steps != (done,):
        arrival.news(0, 0.01)
    assert arrival.using is done
    may_go_on.set()

    assert over(arrival).steps == (done,)
    assert arrival.using is None


def test_whoever_waits_gets_a_chance_to_do_something_else():
    """A chain that thinks does not make the page deaf."""
    may_go_on = threading.Event()

    def events():
        may_go_on.wait(10)
        yield TextPart("late")

    arrival = Arrival(lambda: Stream(events()))

    assert arrival.news(0, 0.01) == 0
    may_go_on.set()
    assert arrival.news(0, 5) == 1
    assert arrival.text == "late"


def test_an_error_is_the_outcome_if_nothing_came_before_it():
    """It is told in the place of the answer."""

    def ask():
        raise Unreachable

    assert isinstance(over(Arrival(ask)).outcome(), Unreachable)


def test_what_came_before_an_error_is_kept_beside_its_reason():
    """Half an answer is better than none."""

    def events():
        yield TextPart("half")
        raise Unreachable(request_id="req-9")

    answer = over(Arrival(lambda: Stream(events()))).outcome()

    assert (answer.text, answer.request_id, answer.is_interrupted) == ("half", "req-9", True)
    assert answer.problem_code == Unreachable.code


def test_a_mistake_of_the_app_is_raised_where_the_answer_is_wanted():
    """The frame says so; it must not vanish in a thread."""

    def ask():
        raise KeyError("a mistake")

    with pytest.raises(KeyError):
        over(Arrival(ask)).outcome()


def test_stop_ends_the_request_and_keeps_what_came():
    """At once, and not with the next thing the chain says."""
    may_end = threading.Event()

    def events():
        yield TextPart("first")
        may_end.wait(10)
        yield TextPart(" late")

    came = Answer("first", "req-1", is_interrupted=True)
    stream = Stream(events(), came)
    arrival = Arrival(lambda: stream)
    arrival.news(0, 5)

    arrival.stop()

    assert arrival.is_over
    assert stream.is_closed.is_set()
    assert arrival.outcome() is came
    may_end.set()


def test_a_question_stopped_before_it_was_put_is_never_put():
    """It may take a while to find out how a chain wants to be asked."""
    may_begin, read = threading.Event(), threading.Event()

    def events():
        read.set()
        yield TextPart("late")

    stream = Stream(events(), Answer("", None, is_interrupted=True))

    def ask():
        may_begin.wait(10)
        return stream

    arrival = Arrival(ask)
    arrival.stop()
    may_begin.set()

    assert stream.is_closed.wait(10)
    assert not read.is_set()
    assert arrival.text == ""


def test_nobody_left_to_read_it_ends_the_request():
    """A tab that was closed costs no more than a moment of the chain's time."""
    is_open, may_end = threading.Event(), threading.Event()
    is_open.set()

    def events():
        yield TextPart("first")
        may_end.wait(10)

    stream = Stream(events(), Answer("first", "req-1", is_interrupted=True))
    arrival = Arrival(lambda: stream, is_open.is_set)
    arrival.news(0, 5)
    assert not stream.is_closed.is_set()

    is_open.clear()

    assert stream.is_closed.wait(2)
    may_end.set()


def test_what_a_closed_tab_left_is_known_to_whoever_opens_the_conversation():
    """A tab loaded anew waits for it; nobody waits for what another open tab still receives."""
    is_open, may_end = threading.Event(), threading.Event()
    is_open.set()

    def events():
        yield TextPart("first")
        may_end.wait(10)

    stream = Stream(events(), Answer("first", "req-1", is_interrupted=True))
    arrival = Arrival(lambda: stream, is_open.is_set)
    under_way.note("c-1", arrival)
    arrival.news(0, 5)
    assert under_way.left_behind("c-1") == set()

    is_open.clear()

    assert under_way.left_behind("c-1") == {"req-1"}
    assert under_way.left_behind("c-2") == set()
    assert stream.is_closed.is_set()
    may_end.set()
