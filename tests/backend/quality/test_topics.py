"""Questions in groups and beside each other, in any language."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.quality import question_words
from backend.quality.record import Judged
from backend.quality.topics import LEAST_QUESTIONS, alike, topics_of

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
LEAVE = ["days of leave", "parental leave days", "unused leave days", "leave days left"]
CANTEEN = ["canteen menu today", "canteen menu friday", "vegan canteen menu", "canteen menu price"]
PARKING = ["parking permit lost", "parking permit price", "new parking permit", "parking permit"]


def judged(questions, **thumbs):
    return [
        Judged(f"{text}/{n}", NOON + timedelta(minutes=n), str(1 + n % 2), text, **thumbs)
        for n, text in enumerate(questions)
    ]


def test_questions_with_the_same_words_are_one_topic_named_by_them():
    """Those with most wrong answers come first, and in each the wrong ones."""
    found = topics_of(
        [*judged(LEAVE * 5, down=1), *judged(CANTEEN * 5, up=1), *judged(PARKING * 5, up=1)], 3
    )

    assert len(found) == 3
    assert found[0].words[0] in ("leave", "days")
    assert {each.words[0] for each in found[1:]} <= {"canteen", "menu", "parking", "permit"}
    assert (found[0].said.down, found[0].said.up) == (20, 0)
    assert {each.up + each.down for each in found[0].by_version.values()} == {10}
    assert found[0].request_ids[0].endswith("/19")


def test_wrong_answers_come_before_newer_right_ones():
    """What one reads first is what went wrong."""
    wrong = Judged("old wrong", NOON - timedelta(days=1), "1", "leave days", down=1)
    found = topics_of([*judged(LEAVE * 5, up=1), wrong], 2)

    topic = next(each for each in found if "old wrong" in each.request_ids)
    assert topic.request_ids[0] == "old wrong"


def test_same_questions_give_the_same_topics_every_time():
    """A report of today and one of tomorrow can be compared."""
    questions = [*judged(LEAVE * 9, down=1), *judged(CANTEEN * 9, up=1)]

    assert topics_of(questions) == topics_of(questions)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            ["年休は何日ありますか", "年休の残り", "年休を取る"],
            ["食堂のメニュー", "食堂の時間", "食堂はどこ"],
        ),
        (["отпуск сколько дней", "отпуск летом"], ["столовая меню", "столовая где"]),
        (["عدد أيام الإجازة", "طلب الإجازة"], ["قائمة الطعام اليوم", "قائمة الطعام غدا"]),
    ],
    ids=["Japanese", "Russian", "Arabic"],
)
def test_languages_without_lists_of_words_are_told_apart(one, other):
    """Nothing here knows a language."""
    found = topics_of([*judged(one * 8, down=1), *judged(other * 8, up=1)], 2)

    assert {(bool(each.said.down), bool(each.said.up)) for each in found} == {
        (True, False),
        (False, True),
    }


def test_too_few_questions_or_questions_without_words_are_no_topics():
    """A group of one says nothing."""
    assert topics_of(judged(LEAVE)) == ()
    assert topics_of(judged(["?", "!!", "123"] * LEAST_QUESTIONS)) == ()
    assert topics_of([]) == ()


def test_questions_without_words_are_kept_apart_from_the_others():
    """They are counted, under a name that says what they are."""
    found = topics_of([*judged(LEAVE * 5, up=1), *judged(["???"] * 4, down=1)], 2)

    assert found[0].words == ("other questions",)
    assert found[0].said.down == 4


def test_hostile_questions_break_nothing():
    """A megabyte without a space, bytes of zero, and marks that turn the text around."""
    hostile = ["x" * 100_000, "\x00\x00", "\u202e<script>alert(1)</script>", "=cmd()", "", " \n "]

    found = topics_of(judged(hostile * 4, down=1))

    assert sum(each.said.down for each in found) == len(hostile) * 4


def test_unjudged_question_like_a_wrong_one_is_found_once():
    """However often it was asked; one that has nothing in common is left out."""
    wrong = judged(["opening hours of the pool", "leave in summer"], down=1)
    others = judged(["Opening hours of that pool?"] * 3 + ["canteen menu", "???"])

    (found,) = alike(wrong, others)

    assert found.like.question == "opening hours of the pool"
    assert found.question.request_id.endswith("/2")
    assert 0.4 <= found.likeness <= 1
    assert alike([], others) == alike(wrong, []) == ()


def test_thousands_of_questions_fit_into_a_moment():
    """Twice as many as are ever read, most of them different."""
    questions = [f"{LEAVE[n % 4]} number {n % 977} {CANTEEN[n % 4]}" for n in range(10_000)]

    assert len(question_words.space_of(questions).words) <= question_words.MOST_WORDS
    assert sum(len(each.request_ids) for each in topics_of(judged(questions))) == 10_000


@pytest.mark.parametrize("number", [LEAST_QUESTIONS, 40])
def test_what_everybody_asks_is_a_topic_with_a_name(number):
    """Though its words tell nothing apart where nothing else is asked."""
    (found,) = topics_of(judged(["How do refunds work?"] * number, down=1))

    assert set(found.words) == {"refunds", "work"}
    assert found.said.down == number


def test_what_most_ask_is_a_topic_beside_the_others():
    """It is no rest, and an unjudged question like it is found."""
    wrong = judged(["How do refunds work?"] * 40, down=1)
    found = topics_of([*wrong, *judged(CANTEEN, up=1)], 2)
    (like,) = alike(wrong, judged(["Do refunds work?", *CANTEEN]))

    assert {frozenset(each.words) & {"refunds", "other questions"} for each in found} == {
        frozenset({"refunds"}),
        frozenset(),
    }
    assert like.question.question == "Do refunds work?"
