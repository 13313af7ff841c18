"""Conversations of former days, and what the tests of the pages do with them."""

from dataclasses import replace
from datetime import UTC, datetime

from streamlit.testing.v1 import AppTest

from backend.conversations.conversations import (
    ConversationSummary,
    MyConversations,
    RecordedConversation,
)
from backend.serving.endpoints import Endpoint, Readiness, ServedVersion
from backend.turns.answers import Answer, Conversation, Source, Turn
from tests.pages.conftest import SHELL

NAME = "agents_main-hr-handbook_chain"
ALICE = "alice@example.com"
SERVED = (ServedVersion("v3", "main.hr.handbook_chain", "3", 100),)
ANSWER = Answer("Five days.", "req-1", "v3", "tr-1", (Source("Text.", None, "Handbook", "s", 0),))
TALK = Conversation("c-1", NAME, (Turn("How many days?", ANSWER),))
SUMMARY = ConversationSummary(
    "c-1", NAME, "How many days?", datetime(2026, 11, 21, tzinfo=UTC), 1, ("How many days?",)
)
OTHER = replace(SUMMARY, id="c-2", title="Illness", questions=("I am ill",))


def prepare(visit):
    """Give the visitor a chain that answers at once, and two conversations of former days."""
    visit.endpoints.content = [Endpoint(NAME, "", "", Readiness.READY, SERVED)]
    visit.chat.events = [Answer("Yes.", "req-2")]
    visit.conversations.listed = MyConversations((SUMMARY, OTHER))
    visit.conversations.recorded = RecordedConversation(TALK, ALICE, "How many days?")
    return visit


def by_link(conversation="c-1", endpoint=NAME):
    at = AppTest.from_file(str(SHELL), default_timeout=20)
    at.query_params["conversation"], at.query_params["endpoint"] = conversation, endpoint
    at.run()
    assert not at.exception
    return at


def ask(at, question="Sure?"):
    at.chat_input[0].set_value(question).run()
    assert not at.exception
    return at


def button(at, label):
    return next(each for each in at.button if each.label == label)


def labels(at):
    return [each.label for each in at.button]
