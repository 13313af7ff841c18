"""Conversations that last: in the address, and read by others."""

from dataclasses import replace

import pytest

from backend.conversations.conversations import RecordedConversation
from backend.errors import NotFound, Unreachable
from backend.feedback.verdicts import Thumb, Verdict
from backend.identity import Role
from tests.pages.talked import (
    ALICE,
    NAME,
    TALK,
    ask,
    button,
    by_link,
    prepare,
)


@pytest.fixture
def ready(visit):
    """A chain that answers at once, and two conversations of former days."""
    return prepare(visit)


def test_the_first_question_puts_the_conversation_into_the_address(ready):
    """A reload, or a link sent to oneself, finds it again."""
    at = ready.open()
    assert "conversation" not in at.query_params

    ask(at)

    (asked,) = ready.chat.asked
    assert at.query_params["conversation"] == asked[1].id
    assert at.query_params["endpoint"] == NAME


def test_a_link_brings_back_turns_and_verdicts(ready, shown):
    """In any browser, and nothing is asked for it."""
    ready.feedback.verdicts = [Verdict("req-1", ALICE, Thumb.NEGATIVE, comment="Six.")]

    at = by_link()

    assert "How many days?" in shown(at)
    assert "Five days." in shown(at)
    assert "Your verdict is saved" in shown(at)
    assert next(g for g in at.button_group if g.key.startswith("thumb_")).value is Thumb.NEGATIVE
    assert "Your comment: Six." in shown(at)
    assert ready.chat.asked == []
    assert ready.conversations.opened == [("c-1", NAME)]


def test_a_conversation_that_was_brought_back_goes_on(ready):
    """The chain gets what was said before, under the same id; it is read once."""
    at = ask(by_link())

    ((_, before, question),) = ready.chat.asked
    assert (before.id, question) == ("c-1", "Sure?")
    assert [turn.question for turn in before.turns] == ["How many days?"]
    assert len(ready.conversations.opened) == 1
    assert at.query_params["conversation"] == "c-1"


def test_without_the_verdicts_the_conversation_is_there_all_the_same(ready, shown):
    """One store that does not answer does not take the rest away."""
    ready.feedback.error = Unreachable()

    at = by_link()

    assert "Five days." in shown(at)
    assert "Verdicts given before cannot be shown now" in at.toast[0].value


def test_an_id_that_is_nobodys_or_somebody_elses_says_the_same(ready, shown):
    """The page says what may be the reason, and leads on."""
    ready.conversations.recorded = NotFound()

    at = by_link("c-9")

    assert "This conversation is not here" in shown(at)
    assert not at.chat_input
    button(at, "Start a new chat").click().run()
    assert at.chat_input
    assert "conversation" not in at.query_params


def test_a_workspace_that_does_not_answer_is_said(ready, shown):
    """And the same link works again when it does."""
    found, ready.conversations.recorded = ready.conversations.recorded, Unreachable()
    at = by_link()
    assert "The workspace cannot be reached." in shown(at)

    ready.conversations.recorded = found
    button(at, "Try again").click().run()

    assert "Five days." in shown(at)


@pytest.mark.parametrize("role", [Role.ANALYST, Role.ADMIN])
def test_somebody_elses_conversation_can_be_read_and_nothing_else(ready, shown, role):
    """With what its person said of the answers; an analyst has no chat of their own."""
    ready.identity.roles = {role}
    ready.conversations.recorded = RecordedConversation(TALK, "bob@example.com", "Leave")
    ready.feedback.verdicts = [Verdict("req-1", "bob@example.com", Thumb.NEGATIVE, comment="Six.")]

    at = by_link()

    # A joiner keeps the browser from making a link of an address.
    text = shown(at).replace("\u2060", "")
    assert "Leave" in text
    assert "bob@example.com asked this" in text
    assert "Five days." in text
    assert "**bob@example.com**" in text
    assert "Six." in text
    assert not at.chat_input
    assert not at.button_group
    at.run()
    assert len(ready.conversations.opened) == 1


def test_a_new_chat_leaves_the_address(ready):
    """Else a reload would bring back the old one."""
    at = by_link()

    button(at, "New chat").click().run()

    assert "conversation" not in at.query_params
    assert len(ready.conversations.opened) == 1


def test_a_conversation_with_a_chain_that_is_gone_can_be_read(ready, shown):
    """What was said stays, though nobody answers any more."""
    gone = replace(TALK, endpoint="gone")
    ready.conversations.recorded = RecordedConversation(gone, ALICE, "Leave")

    at = by_link(endpoint="gone")

    assert "You asked this of gone" in shown(at)
    assert "Five days." in shown(at)
    assert not at.chat_input
