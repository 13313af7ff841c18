"""An answer on the page while it arrives: heard, stopped, left, and never cut off by a click."""

import threading
import time

import pytest

from backend.errors import NotFound
from backend.feedback.verdicts import Thumb
from backend.turns.answers import Answer, TextPart
from tests.pages.talked import ask, button, labels, prepare


@pytest.fixture
def slow(visit):
    """A chain that says something and then thinks for as long as the test likes."""
    prepare(visit)
    visit.conversations.recorded = NotFound()
    visit.chat.may_go_on = threading.Event()
    visit.chat.events = [TextPart("Five "), Answer("Five days.", "req-1")]
    yield visit
    visit.chat.may_go_on.set()


def until(at, is_so):
    """Draw the page as the browser would, again and again."""
    deadline = time.monotonic() + 10
    while not is_so(at.run()):
        assert time.monotonic() < deadline
    assert not at.exception


def test_an_answer_goes_on_arriving_whatever_is_clicked(slow, shown):
    """A click elsewhere neither cuts it off nor asks a second time."""
    at = ask(slow.open())
    assert "Five ▍" in shown(at)

    at.run().run()
    assert "Five ▍" in shown(at)
    slow.chat.may_go_on.set()

    until(at, lambda at: "Five days." in shown(at))
    assert len(slow.chat.asked) == 1
    assert "Stop" not in labels(at)


def test_stop_keeps_what_had_come(slow, shown):
    """The part is shown, marked and with its way on, and the request is at its end."""
    at = ask(slow.open())

    button(at, "Stop").click().run()

    assert "Five" in shown(at)
    assert "Stopped before the end. This is what had come." in shown(at)
    assert "Ask again" in labels(at)
    assert slow.chat.streams[0].is_closed
    assert len(slow.chat.asked) == 1


def test_an_earlier_answer_is_judged_while_another_arrives(slow, shown):
    """Nobody has to wait with a verdict, and the answer does not suffer from it."""
    slow.chat.may_go_on.set()
    at = ask(slow.open(), "First?")
    slow.chat.may_go_on.clear()
    ask(at, "Second?")

    thumbs = [each for each in at.button_group if each.key.startswith("thumb_")]
    thumbs[0].set_value(Thumb.NEGATIVE).run()

    assert slow.feedback.verdicts[-1].request_id == "req-1"
    assert "Your verdict is saved" in shown(at)
    assert "Five ▍" in shown(at)
    assert len(slow.chat.asked) == 2


def test_a_question_put_while_an_answer_arrives_is_asked_after_it(slow, shown):
    """It waits in its place, knows the answer before it, and can be taken back."""
    at = ask(slow.open(), "First?")
    ask(at, "Second?")
    assert "Asked as soon as the answer above is there" in shown(at)
    assert len(slow.chat.asked) == 1

    slow.chat.may_go_on.set()
    until(at, lambda _at: len(slow.chat.asked) == 2)

    assert [turn.answer.text for turn in slow.chat.asked[1][1].turns] == ["Five days."]


def test_a_conversation_left_while_an_answer_arrives_is_there_again(slow, shown):
    """A new chat does not stop the old one; its link leads back to what has come since."""
    at = ask(slow.open(), "First?")
    left = at.query_params["conversation"]
    button(at, "New chat").click().run()
    assert "Five" not in shown(at)
    slow.chat.may_go_on.set()

    at.query_params["conversation"] = left
    until(at, lambda at: "Five days." in shown(at))

    assert len(slow.chat.asked) == 1
