"""How long an answer for the record waits for the one beside it."""

import threading

import pytest

from backend.errors import Unreachable
from backend.turns.answers import Answer, Pair
from components.chat import rival
from components.chat.arriving import Arrival
from components.chat.rival import Rival
from tests.pages.conftest import FakeStream

FIVE, SIX = Answer("Five.", "req-1"), Answer("Six.", "req-2")


class Slow(FakeStream):
    """Says nothing until it is closed, as an answer does that takes its time."""

    def __init__(self):
        super().__init__([])
        self.closed = threading.Event()

    def __iter__(self):
        self.closed.wait(10)
        return iter(())

    def close(self):
        self.closed.set()


@pytest.fixture
def slow():
    stream = Slow()
    yield stream
    stream.close()


def arrived(*events):
    """Return what has come to its end."""
    arrival = Arrival(lambda: FakeStream(list(events)))
    while not arrival.is_over:
        arrival.news(10**9, 1)
    return arrival


def test_other_answer_is_put_beside():
    """Both under the id their requests share."""
    other = Rival("p-1", arrived(SIX))

    assert not other.is_awaited(FIVE)
    assert other.beside(FIVE).pair == Pair("p-1", SIX)


def test_slow_answer_is_waited_for_and_then_given_up(slow, monkeypatch):
    """Its request ends; nobody pays for what nobody will see."""
    other = Rival("p-1", Arrival(lambda: slow))
    assert other.is_awaited(FIVE)
    assert not slow.closed.is_set()

    monkeypatch.setattr(rival, "PATIENCE_SECONDS", 0)

    assert not other.is_awaited(FIVE)
    assert slow.closed.wait(5)
    assert other.beside(FIVE) == FIVE


@pytest.mark.parametrize(
    "answer",
    [
        Answer("Fi", "req-1", is_interrupted=True),
        Answer("Fi", "req-1", problem="It broke."),
        Answer("", None),
    ],
    ids=["stopped", "broken", "nothing"],
)
def test_nothing_is_waited_for_where_there_is_nothing_to_compare_with(slow, answer):
    """Who stops an answer has stopped both."""
    other = Rival("p-1", Arrival(lambda: slow))

    assert not other.is_awaited(answer)
    assert slow.closed.wait(5)
    assert other.beside(answer) == answer


@pytest.mark.parametrize("event", [Unreachable(), Answer("Six.", None)], ids=["failed", "nameless"])
def test_answer_that_cannot_be_judged_is_not_put_beside(event):
    """Without a request there is nothing the preference could be filed under."""
    assert Rival("p-1", arrived(event)).beside(FIVE) == FIVE


def test_every_pair_has_an_id_of_its_own():
    """Otherwise the order would not be drawn anew for each question."""
    assert len({rival.new_pair_id() for _ in range(100)}) == 100
