"""When two questions are the same one."""

import pytest

from backend.turns.answers import Conversation
from backend.turns.chat_requests import Kind, QuestionShape
from backend.turns.question_identity import asked_before, identity_of
from tests.backend.asked_shapes import FORGETFUL, HISTORY, KNOWING


@pytest.mark.parametrize("shape", KNOWING, ids=str)
def test_questions_before_are_found_in_every_shape_that_brings_them(shape):
    """Its own question is not among them."""
    assert asked_before(shape.body(HISTORY, "Why?")) == ["Hello?"]


@pytest.mark.parametrize("shape", FORGETFUL, ids=str)
def test_a_shape_without_a_place_for_them_brings_none(shape):
    """For such a chain every question is the first."""
    assert asked_before(shape.body(HISTORY, "Why?")) == []


@pytest.mark.parametrize(
    "other", ["how  many DAYS", " How many days ?", "How many\ndays?!", "how many days…"]
)
def test_letters_spaces_and_the_last_mark_make_no_difference(other):
    """People type as they type."""
    assert identity_of("How many days?", {}) == identity_of(other, {})


@pytest.mark.parametrize("other", ["How many day", "How many days in C#", "How-many days", ""])
def test_other_words_are_another_question(other):
    """Nothing is guessed."""
    assert identity_of("How many days?", {}) != identity_of(other, {})


def test_the_same_words_after_something_else_are_another_question():
    """ "And then?" means nothing by itself."""
    shape = QuestionShape(Kind.CHAT)
    alone = identity_of("And then?", shape.body(Conversation("c", "chain"), "And then?"))

    assert identity_of("And then?", shape.body(HISTORY, "And then?")) != alone


def test_parts_of_a_message_are_one_text():
    """Some clients send a list of parts."""
    parts = [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo?"}, 5]
    messages = [{"role": "user", "content": parts}, {"role": "user", "content": "Why?"}]

    assert asked_before({"messages": messages}) == ["Hello?"]


@pytest.mark.parametrize(
    "request_body",
    [None, [], "text", {"messages": 5}, {"messages": [None, 3]}, {"dataframe_split": {"data": 3}}],
)
def test_what_nobody_understands_counts_as_nothing(request_body):
    """Whoever wrote it may have been any client."""
    assert asked_before(request_body) == []
