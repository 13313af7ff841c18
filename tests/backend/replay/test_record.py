"""What is kept of a replay, and how the new answers are counted against the former ones."""

from datetime import UTC, datetime

import pytest

from backend.errors import Refused
from backend.feedback.verdicts import Choice, Preference, Verdict
from backend.replay.record import (
    NewAnswer,
    ReplaySummary,
    Said,
    Wanted,
    answer_from,
    compared,
    summary_of,
    wanted_from,
)
from backend.turns.text_likeness import is_same, similarity

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def new(number, text="new", **more):
    """Return the new answer to the request of this number."""
    return NewAnswer(f"old-{number}", "1", "", text, f"new-{number}", **more)


def said(answer, *choices, pair_id=""):
    """Return what as many people have chosen."""
    pair = pair_id or answer.pair_id
    return [
        Verdict(answer.new_request_id, f"p{place}", preference=Preference(pair, choice))
        for place, choice in enumerate(choices)
    ]


def test_what_was_wanted_comes_back_as_it_was_asked_for():
    """It is kept with the job, and read by another process."""
    wanted = Wanted(Said.NOTHING, "3", True, NOON, None, "O'Hara", 7)

    assert wanted_from(wanted.as_parameters()) == wanted
    assert wanted_from({}) == Wanted()


@pytest.mark.parametrize("most", [0, 201])
def test_more_than_a_bounded_number_is_refused(most):
    """Nobody waits for thousands of answers, and no version should have to give them."""
    with pytest.raises(Refused, match="200"):
        Wanted(most=most)


def test_row_of_a_table_is_read_back_also_with_more_columns():
    """A later version of the app may have added some."""
    answer = new(1, latency_ms=12, is_changed=True)

    assert answer_from(answer.as_row() | {"later": "x"}) == answer
    assert answer_from({"request_id": "old-1", "answer": None}) == NewAnswer("old-1")


def test_space_between_words_is_no_change():
    """What a person would not see is not counted; an answer that did not come has not changed."""
    assert not compared(new(1, "Five \n days "), "Five days").is_changed
    assert compared(new(1, "Six days"), "Five days").is_changed
    assert not compared(new(1, "", error="It failed."), "Five days").is_changed


def test_summary_says_what_most_people_said_of_each_answer():
    """One answer counts once, however many people judged it; where they differ it is no better."""
    answers = [new(number, is_changed=number < 4) for number in range(5)]
    answers.append(NewAnswer("old-9", "1", error="It failed."))
    better, same, worse = Choice.PREFERRED, Choice.TIE, Choice.REJECTED
    verdicts = {
        "new-0": said(answers[0], better, better, worse),
        "new-1": said(answers[1], better, worse),
        "new-2": said(answers[2], worse),
        "new-3": said(answers[3], better, pair_id="something else"),
        "new-4": said(answers[4], same, same, better),
    }

    summary = summary_of(answers, verdicts)

    assert (summary.asked, summary.changed, summary.failed) == (6, 4, 1)
    assert (summary.better, summary.same, summary.worse) == (1, 2, 1)
    assert summary.judged == 4


def test_sentence_is_the_one_for_the_dialog():
    """Flagged answers are called so, and what there is none of is left out."""
    flagged = ReplaySummary(40, 31, better=24, worse=2, is_flagged=True)

    assert flagged.sentence == "Of 40 flagged answers 31 changed, 24 judged better, 2 worse."
    assert summary_of([NewAnswer("a", error="x")], {}).sentence == (
        "Of 1 answer 0 changed, 0 judged better, 0 worse; 1 could not be answered."
    )


def test_similarity_goes_by_words():
    """Equal is one, nothing in common is nought, and two empty texts are equal."""
    assert similarity("five days of leave", "five  days of leave") == 1.0
    assert similarity("five days", "six weeks") == 0.0
    assert 0.5 < similarity("you get five days", "you get six days") < 1.0
    assert similarity("", "") == 1.0
    assert is_same("", " ")


def test_similarity_of_long_texts_is_found_quickly():
    """Two texts of many thousand words are compared by what is in them."""
    long = "word " * 3000

    assert similarity(long, long) == 1.0
    assert similarity(long, "other " * 3000) == 0.0


def test_requests_picked_by_hand_come_back_and_go_without_saying_otherwise():
    """What is kept is compared with what was agreed to, so it must be the same."""
    picked = Wanted(Said.ANYTHING, request_ids=("r-2", "r-1"))

    assert wanted_from(picked.as_parameters()) == picked
    assert "request_ids" not in Wanted().as_parameters()
    with pytest.raises(Refused):
        Wanted(request_ids=tuple(f"r-{number}" for number in range(201)))
