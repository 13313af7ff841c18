"""The list of what one has talked about: searched, opened, named, removed."""

from dataclasses import replace
from threading import Event

import pytest
from streamlit.runtime.context import ContextProxy

from backend.conversations.conversations import MyConversations
from backend.errors import Unreachable
from backend.serving.endpoints import Endpoint, Readiness
from tests.pages.talked import NAME, SERVED, SUMMARY, ask, button, by_link, labels, prepare


@pytest.fixture
def ready(visit):
    """A chain that answers at once, and two conversations of former days."""
    return prepare(visit)


def test_the_list_shows_and_opens_what_was_talked_about(ready, shown):
    """One click brings a conversation back."""
    at = ready.open()
    assert "Your conversations" in shown(at)
    assert {"How many days?", "Illness"} <= {*labels(at)}

    button(at, "How many days?").click().run()

    assert not at.exception
    assert "Five days." in shown(at)
    assert at.query_params["conversation"] == "c-1"


def test_the_list_is_searched(ready, shown):
    """In names and questions."""
    at = ready.open()

    at.text_input(key="conversation_search").set_value("ILL").run()

    assert "Illness" in labels(at)
    assert "How many days?" not in labels(at)
    at.text_input(key="conversation_search").set_value("nothing like it").run()
    assert "Nothing found." in shown(at)


def test_the_list_is_read_again_after_a_turn_and_not_before(ready):
    """A click costs no search in MLflow; a new conversation is listed soon."""
    at = ready.open()
    at.run().run()
    assert ready.conversations.times_listed == 1

    ask(at)

    assert ready.conversations.times_listed == 2


def test_a_conversation_gets_a_name(ready):
    """The one that is open; the list is read anew."""
    at = by_link()

    next(each for each in at.text_input if each.label == "Name").set_value("Leave")
    button(at, "Rename").click().run()

    assert not at.exception
    assert ready.conversations.changes == [("rename", "c-1", "Leave")]
    assert ready.conversations.times_listed == 2


def test_a_conversation_is_removed_and_put_back(ready, shown):
    """Nothing is lost by a click in the wrong place."""
    at = by_link()

    button(at, "Remove from my list").click().run()

    assert ready.conversations.changes == [("hide", "c-1")]
    assert "Five days." not in shown(at)
    assert "conversation" not in at.query_params
    assert "Removed: How many days?" in shown(at)

    button(at, "Undo").click().run()

    assert ready.conversations.changes[-1] == ("show again", "c-1")
    assert "Five days." in shown(at)
    assert "Removed:" not in shown(at)


def test_what_could_not_be_changed_is_said(ready, shown):
    """The list stays as it is."""
    ready.conversations.error = Unreachable()
    at = by_link()

    button(at, "Remove from my list").click().run()

    assert "Not done. The workspace cannot be reached." in shown(at)
    assert "Five days." in shown(at)


def test_without_mlflow_a_quiet_line_says_what_is_missing(ready, shown):
    """The page works on."""
    ready.conversations.listed = MyConversations((SUMMARY,), Unreachable())

    at = ready.open()

    assert "MLflow does not answer at the moment" in shown(at)
    assert "How many days?" in labels(at)
    assert at.chat_input


def test_a_list_that_cannot_be_read_holds_up_nothing(ready, shown):
    """Neither the chat nor the next attempt."""
    ready.conversations.listed = Unreachable()
    at = ask(ready.open())
    assert "They cannot be shown now." in shown(at)
    assert "Yes." in shown(at)

    ready.conversations.listed = MyConversations((SUMMARY,))
    at.button(key="conversations_again").click().run()

    assert "How many days?" in labels(at)


def test_before_the_first_question_the_list_says_what_it_is_for(ready, shown):
    """An empty list is explained."""
    ready.conversations.listed = MyConversations()

    assert "What you ask will be listed here." in shown(ready.open())


def test_a_list_that_takes_its_time_holds_up_nothing(ready, shown, monkeypatch):
    """A question can be asked meanwhile; the list comes by itself, and is asked for once."""
    monkeypatch.setattr("components.chat.conversation_list.PATIENCE_SECONDS", 0.01)
    is_there = Event()
    found = ready.conversations.mine
    monkeypatch.setattr(
        ready.conversations, "mine", lambda viewer: is_there.wait() and found(viewer)
    )
    at = ready.open()
    assert "Looking for them" in shown(at)
    assert not at.chat_input[0].disabled
    at.run()

    is_there.set()
    monkeypatch.setattr("components.chat.conversation_list.PATIENCE_SECONDS", 5)
    at.run()

    assert "How many days?" in labels(at)
    assert ready.conversations.times_listed == 1


def test_a_conversation_with_another_chain_turns_to_that_chain(ready, shown):
    """The list has those with all chains."""
    other = Endpoint("other", "", "", Readiness.READY, SERVED)
    ready.endpoints.content = [*ready.endpoints.content, other]
    at = ready.open()
    at.selectbox[0].set_value("other").run()

    button(at, "How many days?").click().run()

    assert not at.exception
    assert at.selectbox[0].value == NAME
    assert "Five days." in shown(at)

    at.selectbox[0].set_value("other").run()

    assert "Five days." not in shown(at)
    assert "conversation" not in at.query_params


def test_a_long_list_is_shown_on_demand(ready):
    """Everything is within reach, without being drawn for everybody."""
    many = tuple(replace(SUMMARY, id=f"c-{n}", title=f"Talk {n}") for n in range(40))
    ready.conversations.listed = MyConversations(many)
    at = ready.open()
    assert "Talk 14" in labels(at)
    assert "Talk 15" not in labels(at)

    button(at, "Show 25 more").click().run()

    assert "Talk 39" in labels(at)
    assert not any(label.startswith("Show ") for label in labels(at))


def test_when_something_was_asked_is_told_by_the_viewers_clock(ready, monkeypatch):
    """The day before, for somebody in New York."""
    monkeypatch.setattr(ContextProxy, "timezone", property(lambda _context: "America/New_York"))

    tip = (
        button(ready.open(), "How many days?").help.replace("\\", "").replace("\N{WORD JOINER}", "")
    )

    assert tip.startswith("1 question, last ")
    assert "19:00 (America/New York)" in tip
