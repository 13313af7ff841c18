"""Which branches a conversation has, and which of them stands on the page."""

from datetime import UTC, datetime

from backend.conversations.branches import last_branch, tree
from backend.turns.answers import Answer
from backend.turns.chat_requests import BEGINNING
from backend.turns.recorded_turns import Asked, RecordedTurn

AT = datetime(2026, 11, 21, tzinfo=UTC)


def turn(question, text, parent=None, known=None, named=None):
    asked = Asked("c", "chain", "ann", AT, question)
    return RecordedTurn(asked, Answer(text, f"{question}-{text}"), parent, known, named)


def page(*turns):
    return [(each.question, each.answer.text) for each in last_branch(tree(turns))]


def follows(*turns):
    return [each.follows for each in tree(turns)]


def test_turns_follow_each_other():
    """With what they knew, with a parent, or with nothing at all."""
    expected = [("A", "1"), ("B", "2")]

    assert page(turn("A", "1", known=0), turn("B", "2", known=1)) == expected
    assert page(turn("A", "1"), turn("B", "2", parent="A-1")) == expected
    assert page(turn("A", "1"), turn("B", "2")) == expected


def test_nothing_asked_is_no_branch():
    """An empty conversation has an empty page."""
    assert last_branch(tree([])) == ()


def test_question_asked_again_replaces_and_keeps_its_answer():
    """However often."""
    turns = [turn("A", "1", known=0), turn("A", "2", known=0), turn("A", "3", known=0)]

    assert page(*turns) == [("A", "3")]
    assert follows(*turns) == [None, None, None]


def test_question_asked_twice_in_a_row_is_two_questions():
    """The second one knew the first one's answer."""
    assert follows(turn("A", "1", known=0), turn("A", "2", known=1)) == [None, 0]


def test_changed_question_begins_a_branch_of_its_own():
    """What came after the old one does not belong to it, and stays with the old one."""
    turns = [turn("A", "1", known=0), turn("B", "2", known=1), turn("C", "3", known=2)]

    for changed in (turn("B2", "4", known=1), turn("B2", "4", parent="A-1", known=1)):
        assert page(*turns, changed) == [("A", "1"), ("B2", "4")]
        assert follows(*turns, changed) == [None, 0, 1, 0]


def test_branch_that_was_returned_to_goes_on_where_it_was():
    """Whoever switches back and asks on is on the old branch again."""
    turns = [turn("A", "1"), turn("B", "2", parent="A-1"), turn("B2", "3", parent="A-1")]
    back = turn("C", "4", parent="B-2")

    assert page(*turns, back) == [("A", "1"), ("B", "2"), ("C", "4")]
    assert follows(*turns, back) == [None, 0, 0, 1]


def test_first_question_worded_anew_follows_nothing():
    """Also for a chain that is sent no history, whose questions otherwise just follow."""
    turns = [turn("A", "1"), turn("B", "2"), turn("A2", "3", parent=BEGINNING)]

    assert page(*turns) == [("A2", "3")]
    assert follows(*turns) == [None, 0, None]


def test_parent_may_be_called_by_what_its_caller_named_it():
    """A question that was stopped at once never learned the name the workspace gave it."""
    turns = [turn("A", "1"), turn("B", "", parent="A-1", named="mine"), turn("C", "3", "mine")]

    assert page(*turns) == [("A", "1"), ("B", ""), ("C", "3")]


def test_parent_that_is_not_on_record_leaves_what_was_known():
    """Older turns may have been deleted, and what was refused was never there."""
    turns = [turn("A", "1", known=0), turn("B", "2", parent="gone", known=1)]

    assert page(*turns) == [("A", "1"), ("B", "2")]


def test_question_that_failed_stays_unless_it_is_asked_again():
    """It stood on the page, too."""
    failed = turn("B", "", known=1)

    assert page(turn("A", "1", known=0), failed, turn("C", "2", known=1)) == [
        ("A", "1"),
        ("B", ""),
        ("C", "2"),
    ]
    again = [turn("A", "1", known=0), failed, turn("B", "2", known=1)]
    assert page(*again) == [("A", "1"), ("B", "2")]
    assert follows(*again) == [None, 0, 0]


def test_history_longer_than_the_record_is_appended():
    """Older turns may have been deleted."""
    assert len(page(turn("A", "1", known=7), turn("B", "2", known=8))) == 2
