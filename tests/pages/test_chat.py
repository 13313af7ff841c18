"""Asking a chain: what the page shows before, while and after it answers."""

import pytest

from backend.errors import TooManyRequests, Unreachable
from backend.feedback.verdicts import Thumb
from backend.identity import Role
from backend.serving.endpoints import Endpoint, Readiness, ServedVersion
from backend.turns.answers import Answer, Source, TextPart, ToolStep
from components.chat import chat_state

NAME = "agents_main-hr-handbook_chain"
SOURCES = (
    Source("Up to five days.", "https://intranet.example.org/leave", "Handbook", "s1", 0),
    Source("Rules. " * 100, "/Volumes/main/hr/illness.pdf", None, "s1", 1),
)
STEP = ToolStep("t1", "main__hr__search_pages", '{"query": "leave", "limit": 2}', "[1, 2]")


def _endpoint(readiness=Readiness.READY, name=NAME, model="handbook_chain"):
    served = (ServedVersion("v3", f"main.hr.{model}", "3", 100),)
    return Endpoint(name, "Knows the handbook.", "", readiness, served)


@pytest.fixture
def ready(visit):
    """A chain that answers at once."""
    visit.endpoints.content = [_endpoint()]
    answer = Answer("Five **days**.", "req-1", "v3", "tr-1", SOURCES, (STEP,))
    visit.chat.events = [STEP, TextPart("Five "), TextPart("**days**."), answer]
    return visit


def _ask(at, question="How many days?"):
    at.chat_input[0].set_value(question).run()
    assert not at.exception
    return at


def test_before_the_first_question_the_page_says_what_to_do(ready, shown):
    """Somebody who has never been here knows whom they talk to."""
    at = ready.open()

    text = shown(at)
    assert "Handbook chain" in text
    assert "Version 3" in text
    assert "Knows the handbook." in text
    assert "Ask what you would ask in your work" in text
    assert not at.selectbox


def test_without_a_chain_the_page_says_when_there_will_be_one(visit, shown):
    """Nothing to talk to is no error."""
    at = visit.open()

    assert "There is no chain for you yet" in shown(at)
    assert not at.chat_input


def test_an_analyst_who_is_no_reviewer_does_not_come_here(ready, shown):
    """The menu of an analyst starts with the chains."""
    ready.identity.roles = {Role.ANALYST}

    at = ready.open()

    assert "Hello" in shown(at)
    assert not at.chat_input


def test_an_answer_is_shown_with_its_steps_and_sources(ready, shown):
    """Steps are words and sources are named, whatever the chain called them."""
    text = shown(_ask(ready.open()))

    assert "How many days?" in text
    assert "Five **days**." in text
    assert "1. Search pages" in text
    assert "query: leave" in text
    assert "1. Handbook" in text
    assert "2. illness.pdf" in text


def test_a_source_leads_only_to_a_page_of_the_web(ready, shown):
    """A path in a volume is named, and no link."""
    text = shown(_ask(ready.open()))

    assert "](https://intranet.example.org/leave)" in text
    assert "](/Volumes" not in text


def test_a_question_is_asked_once_however_often_the_page_is_drawn(ready):
    """The app never repeats an invocation by itself."""
    _ask(ready.open()).run().run()

    assert len(ready.chat.asked) == 1


def test_only_the_last_turns_are_drawn_at_first(ready, shown):
    """A long conversation makes neither a click slow nor the next question."""
    at = ready.open()
    chat = chat_state.Chat(NAME)
    for number in range(25):
        chat.add(f"Question {number}.")
        chat.entries[-1].answer = Answer("Yes.", None)
    at.session_state["chats"] = {NAME: chat}
    at.run()
    assert "Question 14." not in shown(at)

    next(b for b in at.button if b.label == "Show 15 earlier").click().run()
    assert "Question 0." in shown(at)

    _ask(at, "And now?")
    assert "Question 0." not in shown(at)


def test_the_next_question_brings_the_conversation_along(ready):
    """The chain knows what was said, in the same conversation."""
    at = _ask(ready.open(), "First?")

    _ask(at, "Second?")

    (_, before, _), (endpoint, after, question) = ready.chat.asked
    assert (endpoint, question) == (NAME, "Second?")
    assert after.id == before.id
    assert [turn.question for turn in after.turns] == ["First?"]
    assert after.turns[0].answer.request_id == "req-1"


def test_the_last_question_can_be_asked_again(ready):
    """Only by a click, and without the answer it replaces."""
    at = _ask(ready.open())

    next(b for b in at.button if b.label == "Ask again").click().run()

    assert [question for _, _, question in ready.chat.asked] == ["How many days?"] * 2
    assert ready.chat.asked[1][1].turns == ()


def test_a_new_chat_is_another_conversation(ready, shown):
    """Nothing of the old one is on the page or sent along."""
    at = _ask(ready.open())

    next(b for b in at.button if b.label == "New chat").click().run()
    assert "Five **days**." not in shown(at)
    _ask(at)

    assert ready.chat.asked[0][1].id != ready.chat.asked[1][1].id


def test_an_error_before_the_answer_is_a_sentence_beside_the_question(ready, shown):
    """The page stays, and it is the person who asks again."""
    ready.chat.events = [TooManyRequests(request_id="req-9")]

    at = _ask(ready.open())

    assert "How many days?" in shown(at)
    assert "Too many requests at the moment." in shown(at)
    assert "Request id: req-9" in shown(at)
    assert len(ready.chat.asked) == 1


def test_what_came_before_an_error_is_kept(ready, shown):
    """Half an answer is better than none."""
    ready.chat.events = [TextPart("Five "), Unreachable()]

    text = shown(_ask(ready.open()))

    assert "Five" in text
    assert "The workspace cannot be reached." in text


def test_an_answer_that_ends_without_its_end_is_marked(ready, shown):
    """Nobody takes a part for the whole."""
    ready.chat.events = [TextPart("Five ")]

    assert "Stopped before the end. This is what had come." in shown(_ask(ready.open()))


def test_a_long_answer_is_cut_until_somebody_wants_all_of_it(ready):
    """A very long answer does not make the page unusable."""
    ready.chat.events = [Answer("Words, many of them.\n" * 2000, "req-1")]
    at = _ask(ready.open())
    assert max(len(each.value) for each in at.markdown) < 20_000

    next(b for b in at.button if b.label.startswith("Show all")).click().run()

    assert max(len(each.value) for each in at.markdown) > 40_000


def test_a_chain_that_failed_to_start_takes_no_question(visit, shown):
    """The page says why, and how to look again."""
    visit.endpoints.content = [_endpoint(Readiness.FAILED)]

    at = visit.open()

    assert at.chat_input[0].disabled
    assert "could not be started" in shown(at)

    visit.endpoints.content = [_endpoint()]
    next(b for b in at.button if b.label == "Look again").click().run()
    assert not at.chat_input[0].disabled


def test_among_several_chains_there_is_a_choice(ready, shown):
    """Each chain has a conversation of its own."""
    ready.endpoints.content = [_endpoint(), _endpoint(name="other", model="contract_helper")]
    at = _ask(ready.open())

    at.selectbox[0].set_value("other").run()

    assert "Contract helper" in shown(at)
    assert "Five **days**." not in shown(at)
    at.selectbox[0].set_value(NAME).run()
    assert "Five **days**." in shown(at)


def test_an_answer_that_was_stopped_can_be_judged(ready):
    """It was asked and is on record, so its part may be wrong already."""
    ready.chat.events = [TextPart("Five")]

    at = _ask(ready.open())

    next(g for g in at.button_group if g.key.startswith("thumb_")).set_value(Thumb.NEGATIVE).run()
    assert ready.feedback.verdicts[-1].request_id == "req-cut"
