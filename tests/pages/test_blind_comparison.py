"""Two versions answer one question: what is shown before the choice, after it and without it."""

from dataclasses import replace

import pytest

from backend.errors import TooManyRequests, Unreachable
from backend.feedback.verdicts import Choice, Preference, Thumb
from backend.serving.comparison_setting import ComparisonSetting
from backend.turns.answers import Answer, TextPart, other_is_first
from components.chat import arriving_answer, rival
from tests.pages.compared import (
    COMPARED,
    FIVE,
    IDLE,
    RECORD_FIRST,
    RECORD_SECOND,
    SIX,
    chooser,
    kinds,
    letter_of,
    markdown,
)
from tests.pages.talked import ALICE


@pytest.fixture(params=[RECORD_FIRST, RECORD_SECOND], ids=["record first", "record second"])
def pair_id(request, monkeypatch):
    """Whichever way the lot falls."""
    monkeypatch.setattr(arriving_answer, "new_pair_id", lambda: request.param)
    return request.param


@pytest.fixture
def compared(visit, monkeypatch):
    """A chain whose answers are compared with another version's."""
    monkeypatch.setattr(rival, "PATIENCE_SECONDS", 5)
    visit.endpoints.content = [COMPARED]
    visit.chat.events = [TextPart("Five "), TextPart("days."), FIVE]
    visit.chat.by_name = {IDLE.name: [TextPart("Six "), SIX]}
    return visit


@pytest.fixture
def asked(compared, pair_id):
    return _ask(compared.open())


def _ask(at, question="How many days?"):
    at.chat_input[0].set_value(question).run()
    assert not at.exception
    return at


def _choose(at, word):
    chooser(at).set_value(word).run()
    assert not at.exception
    return at


def test_the_lot_falls_both_ways_in_these_tests():
    """Otherwise half of what they say would be said of nothing."""
    assert [other_is_first(each) for each in (RECORD_FIRST, RECORD_SECOND)] == [False, True]


def test_both_are_asked_the_same_and_share_an_id(compared, asked, pair_id):
    """One without a name, for the record; the other by its name, with the same conversation."""
    (record, other) = sorted(compared.chat.options, key=lambda each: "served_name" in each)
    assert record["pair"] == other["pair"] == pair_id
    assert "served_name" not in record
    assert other["served_name"] == IDLE.name
    assert record["parent"] == other["parent"]
    first, second = compared.chat.asked
    assert first == second


def test_answers_stand_beside_each_other_without_names(asked, pair_id, shown):
    """The order is the lot's; no badge, no thumb and no copy tells which is which."""
    said = [each for each in markdown(asked) if "days" in each or "Answer" in each]
    in_order = ["Six days\\.", "Five days\\."]
    if not other_is_first(pair_id):
        in_order.reverse()
    assert [each.replace("\\", "") for each in said] == [
        "**Answer A**",
        in_order[0].replace("\\", ""),
        "**Answer B**",
        in_order[1].replace("\\", ""),
    ]
    text = shown(asked)
    assert "ersion" not in text
    assert "chain_" not in text
    assert "goes on with answer" not in text
    assert chooser(asked).options == [
        "A is better",
        "B is better",
        "Both are good",
        "Neither is good",
    ]
    assert kinds(asked).isdisjoint({"thumb", "copy", "source"})


def test_a_choice_is_saved_with_both_requests(compared, asked, pair_id):
    """What is good for the one is bad for the other; both name the pair."""
    _choose(asked, letter_of(pair_id, is_record=True))

    other, record = compared.feedback.verdicts
    assert (record.request_id, record.preference) == (
        "req-1",
        Preference(pair_id, Choice.PREFERRED),
    )
    assert (other.request_id, other.preference) == ("req-2", Preference(pair_id, Choice.REJECTED))
    assert record.reviewer == other.reviewer == ALICE


@pytest.mark.parametrize(
    ("word", "choice"), [("both", Choice.BOTH_GOOD), ("neither", Choice.NEITHER)]
)
def test_a_tie_is_good_or_bad_on_record(compared, asked, word, choice):
    """Both good and neither good are opposites, and are the same of both."""
    _choose(asked, word)

    assert {each.preference.choice for each in compared.feedback.verdicts} == {choice}


def test_after_the_choice_the_answer_for_the_record_is_judged(compared, asked, pair_id, shown):
    """It says with which the conversation goes on, and not which version that was."""
    _choose(asked, letter_of(pair_id, is_record=False))

    letter = letter_of(pair_id, is_record=True)
    assert f"The conversation goes on with answer {letter}" in shown(asked)
    assert "version" not in shown(asked)
    thumbs = next(each for each in asked.button_group if each.key.startswith("thumb_"))
    thumbs.set_value(Thumb.NEGATIVE).run()

    verdict = compared.feedback.verdicts[-1]
    assert (verdict.request_id, verdict.thumb) == ("req-1", Thumb.NEGATIVE)
    assert verdict.preference == Preference(pair_id, Choice.REJECTED)
    assert [each.request_id for each in compared.feedback.verdicts] == ["req-2", "req-1", "req-1"]


def test_a_choice_can_be_changed_and_taken_back(compared, asked, pair_id):
    """The last word counts, for both; without one the answers are nameless again."""
    _choose(asked, "A")
    _choose(asked, "neither")
    _choose(asked, None)

    other, record = compared.feedback.verdicts[-2:]
    assert (other.request_id, other.preference) == ("req-2", None)
    assert (record.request_id, record.preference) == ("req-1", None)
    assert "thumb" not in kinds(asked)


def test_taking_back_the_verdict_takes_back_the_choice(compared, asked):
    """Everything that was said of the answer, for both requests."""
    _choose(asked, "A")
    next(each for each in asked.button if each.key.startswith("take_back_")).click().run()

    assert [each.preference for each in compared.feedback.verdicts[-2:]] == [None, None]
    assert chooser(asked).value in (None, [])


def test_which_was_which_is_told_if_the_admins_wish(compared, pair_id, shown):
    """Only once there is a choice."""
    setting = ComparisonSetting(IDLE.name, tells_afterwards=True)
    compared.endpoints.content = [replace(COMPARED, comparison=setting)]
    at = _ask(compared.open())
    assert "version" not in shown(at)

    _choose(at, "A")

    first, second = ("3", "2") if not other_is_first(pair_id) else ("2", "3")
    said = f"Answer A came from version {first}, answer B from version {second}."
    assert said in shown(at)


def test_a_choice_that_cannot_be_saved_stays_and_is_saved_again(compared, asked, shown, pair_id):
    """For both requests, also if it was the other one's that failed."""
    compared.feedback.error = Unreachable()
    _choose(asked, "both")
    assert "Not saved" in shown(asked)

    compared.feedback.error = None
    next(each for each in asked.button if each.label == "Save again").click().run()

    assert [each.request_id for each in compared.feedback.verdicts] == ["req-2", "req-1"]
    assert "Your verdict is saved" in shown(asked)


def test_conversation_goes_on_with_the_answer_for_the_record(compared, asked, pair_id):
    """Whatever was preferred: what the chain is told of before is what it said."""
    _choose(asked, letter_of(pair_id, is_record=False))
    _ask(asked, "Sure?")

    for _, conversation, question in compared.chat.asked[2:]:
        assert question == "Sure?"
        assert [turn.answer.text for turn in conversation.turns] == ["Five days."]


@pytest.mark.parametrize(
    "events",
    [
        [TooManyRequests(retry_after=5)],
        [TextPart("Si"), Answer("Si", "req-2", is_interrupted=True, problem="It broke.")],
        [Answer("", "req-2")],
    ],
    ids=["refused", "broke off", "empty"],
)
def test_without_a_second_answer_the_first_stands_as_usual(compared, shown, events):
    """The version beside never costs anybody an answer; one quiet line says what is missing."""
    compared.chat.by_name = {IDLE.name: events}

    at = _ask(compared.open())

    assert "A second answer to compare with did not come this time." in shown(at)
    assert "Answer A" not in shown(at)
    assert "thumb" in kinds(at)
    assert "choice" not in kinds(at)


def test_a_failure_for_the_record_is_shown_as_usual(compared, shown):
    """An answer that is not for the record does not stand in for it."""
    compared.chat.events = [TooManyRequests(retry_after=5)]

    at = _ask(compared.open())

    assert "Six days" not in shown(at)
    assert "did not come this time" not in shown(at)
    assert any(each.label == "Ask this again" for each in at.button)


def test_without_a_challenger_one_is_asked_and_named(compared, shown):
    """The badge is back, too."""
    compared.endpoints.content = [replace(COMPARED, comparison=ComparisonSetting())]

    at = _ask(compared.open())

    assert len(compared.chat.asked) == 1
    assert "pair" not in compared.chat.options[0]
    assert "Version 3" in shown(at)


def test_before_the_choice_it_says_that_nothing_depends_on_it(asked, shown):
    """Whoever fears to lose an answer by choosing the other would not choose freely."""
    said = "Whatever you choose, the conversation goes on with one and the same of them."
    assert said in shown(asked)

    assert said not in shown(_choose(asked, "both"))
