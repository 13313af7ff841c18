"""A question to a chain that is still starting: it waits in its place, and is asked once."""

import pytest

from backend.errors import TooManyRequests
from backend.serving.endpoints import Endpoint, Readiness
from backend.turns.answers import Answer
from tests.pages.talked import NAME, SERVED, ask, button, labels, prepare


def become(visit, readiness):
    """Let the chain be in this state from now on, as the page finds when it looks again."""
    visit.endpoints.content = [Endpoint(NAME, "", "", readiness, SERVED)]


def look(at):
    """Draw the page as it is drawn when it was found that something has changed."""
    at.session_state["chains"] = (0.0, "", [])
    return at.run()


@pytest.fixture
def starting(visit):
    """A chain that is not ready yet."""
    prepare(visit)
    become(visit, Readiness.STARTING)
    return visit


def test_a_question_waits_and_is_asked_once_when_the_chain_is_ready(starting, shown):
    """Nobody has to put it again."""
    at = ask(starting.open())
    assert "Sure?" in shown(at)
    assert "Waiting for the chain to start" in shown(at)
    assert starting.chat.asked == []

    become(starting, Readiness.READY)
    look(at).run()

    assert [question for _, _, question in starting.chat.asked] == ["Sure?"]
    assert "Yes." in shown(at)


def test_a_question_that_waits_can_be_taken_back(starting, shown):
    """It is gone, and is not asked when the chain is ready."""
    at = ask(starting.open())

    button(at, "Cancel").click().run()
    become(starting, Readiness.READY)
    look(at)

    assert "Sure?" not in shown(at)
    assert starting.chat.asked == []


def test_a_chain_that_fails_to_start_leaves_the_question_to_be_asked_again(starting, shown):
    """The page says so beside it, and the person decides when."""
    at = ask(starting.open())

    become(starting, Readiness.FAILED)
    look(at)
    assert "could not be started, so this was not asked" in shown(at)
    assert "Sure?" in shown(at)
    assert starting.chat.asked == []

    become(starting, Readiness.READY)
    look(at)
    button(at, "Ask this again").click().run()

    assert len(starting.chat.asked) == 1
    assert "Yes." in shown(at)


def test_several_questions_wait_in_their_order(starting):
    """Each knows the answer before it."""
    at = ask(ask(starting.open(), "First?"), "Second?")
    assert labels(at).count("Cancel") == 2
    starting.chat.events = [Answer("Yes.", None)]

    become(starting, Readiness.READY)
    look(at)
    for _ in range(3):
        at.run()

    (_, _, first), (_, before, second) = starting.chat.asked
    assert (first, second) == ("First?", "Second?")
    assert [turn.question for turn in before.turns] == ["First?"]


def test_a_rate_limit_says_when_to_try_again_and_keeps_the_question(visit, shown):
    """The seconds are the workspace's own; one click puts the question again."""
    prepare(visit)
    visit.chat.events = [TooManyRequests(retry_after=7)]
    at = ask(visit.open())
    assert "Try again in 7 seconds." in shown(at)
    assert "Sure?" in shown(at)

    visit.chat.events = [Answer("Yes.", "req-2")]
    button(at, "Ask this again").click().run()

    assert "Yes." in shown(at)
