"""Above an empty conversation: what is expected, and questions to begin with."""

from dataclasses import replace

import pytest

from backend.serving.endpoints import Endpoint, Readiness, ServedVersion
from backend.serving.reviewer_guide import ReviewerGuide
from backend.turns.answers import Answer

GUIDE = ReviewerGuide(
    "Leave & illness",
    "Look at the **sources**. ![i](http://evil.example/i.png)",
    ("How many days?", "Is [this](http://evil.example) :red[so]?"),
)
READY = Endpoint(
    "handbook",
    "",
    "",
    Readiness.READY,
    (ServedVersion("v3", "main.hr.handbook_chain", "3", 100),),
    guide=GUIDE,
)


@pytest.fixture
def guided(visit):
    """A chain with a title, instructions and two questions."""
    visit.endpoints.content = [READY]
    visit.chat.events = [Answer("Five.", "req-1", "v3")]
    return visit


def _suggestions(at):
    return [each for each in at.button if str(each.key).startswith("suggested_")]


def test_title_instructions_and_questions_are_shown(guided, shown):
    """Whoever opens the page knows what is expected."""
    at = guided.open()

    assert "Leave & illness" in shown(at)
    assert "Look at the **sources**." in shown(at)
    assert len(_suggestions(at)) == 2


def test_instructions_fetch_nothing(guided):
    """Instructions are Markdown of the safe kind: a picture is a link."""
    written = "\n".join(each.value for each in guided.open().markdown)

    assert "![" not in written
    assert "Picture: i" in written


def test_a_click_on_a_question_asks_it_once(guided):
    """The question is asked as it was written; then the conversation stands alone."""
    at = guided.open()

    _suggestions(at)[1].click().run()

    assert [question for *_, question in guided.chat.asked] == [GUIDE.suggested_questions[1]]
    assert not _suggestions(at)


def test_a_question_is_no_markdown_on_its_button(guided):
    """What admins write cannot colour or link the button."""
    label = _suggestions(guided.open())[1].label

    assert "[this](" not in label
    assert ":red[" not in label


def test_without_a_guide_the_page_says_what_to_do(guided, shown):
    """Nobody has to write instructions."""
    guided.endpoints.content = [replace(READY, guide=ReviewerGuide())]
    at = guided.open()

    assert "Ask what you would ask in your work" in shown(at)
    assert "Handbook chain" in shown(at)
    assert not _suggestions(at)


def test_a_chain_that_is_starting_offers_its_questions(guided):
    """One of them may be put at once; it waits until the chain is up."""
    guided.endpoints.content = [replace(READY, readiness=Readiness.STARTING)]

    assert _suggestions(guided.open())


def test_a_chain_that_failed_offers_no_questions(guided):
    """Nothing that would fail is offered."""
    guided.endpoints.content = [replace(READY, readiness=Readiness.FAILED)]

    assert not _suggestions(guided.open())
