"""Asking again and in other words: what was answered before stays, and can be turned back to."""

import pytest

from backend.conversations.conversations import RecordedConversation
from backend.feedback.verdicts import Thumb, Verdict
from backend.turns.answers import Answer, Conversation, Turn
from backend.turns.chat_requests import BEGINNING
from tests.pages.talked import ALICE, NAME, ask, button, by_link, labels, prepare


@pytest.fixture
def ready(visit):
    """A chain that answers at once, and a conversation of two turns, the first asked twice."""
    prepare(visit)
    first = Turn("How many days?", Answer("Six.", "req-0"))
    again = Turn("How many days?", Answer("Five days.", "req-1"))
    then = Turn("Sure?", Answer("Yes.", "req-2"), follows=1)
    talk = Conversation("c-1", NAME, (again, then), (first, again, then))
    visit.conversations.recorded = RecordedConversation(talk, ALICE, "How many days?")
    visit.chat.events = [Answer("Anew.", "req-9")]
    return visit


def edit(at, place, words):
    """Word one of the questions anew and ask it."""
    [b for b in at.button if b.label == "Edit this question"][place].click().run()
    (area,) = [each for each in at.text_area if each.key.startswith("wording_")]
    area.set_value(words)
    button(at, "Ask").click().run()
    assert not at.exception


def test_a_question_worded_anew_takes_the_place_of_all_that_came_after(ready, shown):
    """The chain knows what was said before that question, and nothing of the old branch."""
    at = by_link()

    edit(at, 1, "Really?")

    ((_, before, question),) = ready.chat.asked
    assert question == "Really?"
    assert [turn.answer.request_id for turn in before.turns] == ["req-1"]
    assert ready.chat.options[0]["parent"] == "req-1"
    assert "Anew." in shown(at)
    assert "Sure?" not in shown(at)
    assert "2 of 2" in shown(at)


def test_a_first_question_worded_anew_says_that_it_follows_nothing(ready, shown):
    """Else nobody could tell later that it begins anew."""
    at = by_link()

    edit(at, 0, "How many weeks?")

    assert ready.chat.asked[0][1].turns == ()
    assert ready.chat.options[0]["parent"] == BEGINNING
    assert "Five days." not in shown(at)


def test_the_old_branch_can_be_turned_back_to(ready, shown):
    """With all that followed, and it goes on from there."""
    at = by_link()
    edit(at, 1, "Really?")

    button(at, "Earlier version of your question").click().run()
    assert "Sure?" in shown(at)
    assert "Really?" not in shown(at)
    assert "1 of 2" in shown(at)
    ask(at, "And then?")

    assert [turn.question for turn in ready.chat.asked[1][1].turns] == ["How many days?", "Sure?"]
    assert ready.chat.options[1]["parent"] == "req-2"


def test_editing_can_be_given_up(ready, shown):
    """Nothing is asked, and the question stands there as it did."""
    at = by_link()
    button(at, "Edit this question").click().run()

    button(at, "Cancel").click().run()

    assert "How many days?" in shown(at)
    assert "Cancel" not in labels(at)
    assert ready.chat.asked == []


def test_an_empty_question_is_not_asked(ready):
    """The editor stays open."""
    at = by_link()

    edit(at, 0, "   ")

    assert ready.chat.asked == []
    assert "Cancel" in labels(at)


def test_a_former_answer_is_shown_with_what_was_said_of_it(ready, shown):
    """A verdict on an answer that was replaced is not lost, and can still be given."""
    ready.feedback.verdicts = [Verdict("req-0", ALICE, Thumb.NEGATIVE)]
    at = by_link()
    assert "Six." not in shown(at)

    button(at, "Earlier answer").click().run()

    assert "Six." in shown(at)
    assert "Five days." not in shown(at)
    assert "Sure?" not in shown(at)
    assert "Your verdict is saved" in shown(at)
    thumb = next(g for g in at.button_group if g.key.startswith("thumb_"))
    thumb.set_value(Thumb.POSITIVE).run()
    assert ready.feedback.verdicts[-1].request_id == "req-0"


def test_asking_again_adds_an_answer_to_turn_to(ready, shown):
    """The last answer can be asked for again; the one before stays."""
    at = by_link()

    button(at, "Ask again").click().run()

    assert "Anew." in shown(at)
    button(at, "Earlier answer")
    assert [turn.question for turn in ready.chat.asked[0][1].turns] == ["How many days?"]
    assert ready.chat.options[0]["parent"] == "req-1"
