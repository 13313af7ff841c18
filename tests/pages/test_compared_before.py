"""Two answers of former days: chosen from again, read by others, and among one's own reviews."""

from dataclasses import replace

import pytest

from backend.conversations.conversations import RecordedConversation
from backend.feedback.verdicts import Choice, Preference, Verdict
from backend.identity import Role
from backend.reviews.my_reviews import MyReviews
from backend.turns.answers import Conversation, Pair, Turn, other_is_first
from tests.pages.compared import (
    COMPARED,
    FIVE,
    RECORD_FIRST,
    RECORD_SECOND,
    SIX,
    chooser,
    kinds,
    letter_of,
    markdown,
)
from tests.pages.talked import ALICE, NAME, by_link, prepare
from tests.pages.test_my_reviews import review


@pytest.fixture(params=[RECORD_FIRST, RECORD_SECOND], ids=["record first", "record second"])
def pair_id(request):
    """Whichever way the lot fell."""
    return request.param


@pytest.fixture
def compared(visit):
    visit.endpoints.content = [COMPARED]
    return visit


def _record(visit, pair_id, *verdicts):
    turn = Turn("How many days?", replace(FIVE, pair=Pair(pair_id, SIX)))
    conversation = Conversation("c-1", NAME, (turn,))
    visit.conversations.recorded = RecordedConversation(conversation, ALICE, "How many days?")
    visit.feedback.verdicts = list(verdicts)


def test_an_open_comparison_is_there_again_after_a_reload(compared, pair_id, shown):
    """In the same order, still without names."""
    _record(compared, pair_id)

    at = by_link()

    order = [each for each in markdown(at) if "days" in each]
    assert order[0].startswith("Six" if other_is_first(pair_id) else "Five")
    assert chooser(at).value in (None, [])
    assert "thumb" not in kinds(at)


def test_a_choice_is_there_again_after_a_reload(compared, pair_id, shown):
    """What was said stands there and can be changed."""
    preference = Preference(pair_id, Choice.REJECTED)
    _record(compared, pair_id, Verdict("req-1", ALICE, preference=preference))

    at = by_link()

    chosen = chooser(at).value
    assert chosen in ([letter_of(pair_id, is_record=False)], letter_of(pair_id, is_record=False))
    assert "The conversation goes on with answer" in shown(at)


def test_whoever_only_reads_sees_both_and_what_was_preferred(compared, shown):
    """An analyst does not choose, and may know which answer was for the record."""
    compared.identity.roles = {Role.ANALYST}
    preference = Preference(RECORD_FIRST, Choice.REJECTED)
    _record(compared, RECORD_FIRST, Verdict("req-1", "bob@example.com", preference=preference))
    recorded = compared.conversations.recorded
    compared.conversations.recorded = replace(recorded, owner="bob@example.com")

    text = shown(by_link())

    assert "Five days." in text
    assert "Six days." in text
    assert "Preferred the other version's answer" in text.replace("\u2060", "")


@pytest.mark.parametrize("choice", list(Choice))
def test_one_s_own_reviews_do_not_betray_which_was_which(visit, shown, choice):
    """Neither of the two requests is shown with its version."""
    preference = Preference(RECORD_FIRST, choice)
    judged = review("Leave", thumb=None, preference=preference)
    prepare(visit).my_reviews.content = MyReviews((judged,))

    text = shown(visit.open("my_reviews.py"))

    assert "Compared blindly" in text
    assert "Version" not in text
