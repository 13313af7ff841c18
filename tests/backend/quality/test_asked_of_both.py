"""Questions two versions were both asked, and which answered better."""

from datetime import UTC, datetime

from backend.quality.asked_of_both import pairs
from backend.quality.record import Judged

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def asked(version, question, up=0, down=0):
    return Judged(f"{version}/{question}", NOON, version, question, up, down)


def test_same_words_in_another_spelling_are_the_same_question():
    """Neither case nor spaces nor the mark at the end makes another one."""
    better, worse, others = pairs(
        [asked("2", "How many  DAYS?", up=1), asked("2", "only here", up=1)],
        [asked("1", "how many days", down=1), asked("1", "something else")],
    )

    (pair,) = better
    assert (pair.new.version, pair.old.version, pair.is_same) == ("2", "1", True)
    assert worse == others == ()


def test_what_got_worse_is_told_apart_from_what_nobody_can_tell():
    """A question only one of them was judged on is neither."""
    better, worse, others = pairs(
        [asked("2", "one", down=2, up=1), asked("2", "two", up=1), asked("2", "three", up=1)],
        [asked("1", "one", up=1), asked("1", "two"), asked("1", "three", up=1, down=1)],
    )

    assert better == ()
    assert [each.new.question for each in worse] == ["one"]
    assert [each.new.question for each in others] == ["two", "three"]


def test_judged_answer_stands_for_a_question_asked_often():
    """Also where it is not the newest."""
    better, _, _ = pairs(
        [asked("2", "one"), asked("2", "One", up=1)], [asked("1", "one"), asked("1", "one", down=1)]
    )

    assert [each.new.question for each in better] == ["One"]


def test_very_similar_judged_questions_are_put_beside_each_other():
    """It is said that the words differ; what has less in common is left out."""
    better, _, others = pairs(
        [asked("2", "opening hours of the big pool", up=1), asked("2", "canteen menu", up=1)],
        [asked("1", "opening hours of the pool", down=1), asked("1", "parking permit", down=1)],
    )

    (pair,) = better
    assert not pair.is_same
    assert pair.old.question == "opening hours of the pool"
    assert others == ()


def test_nothing_to_compare_is_nothing():
    """Of no questions, and of questions without words."""
    assert pairs([], []) == ((), (), ())
    assert pairs([asked("2", "???", up=1)], [asked("1", "!!!", down=1)]) == ((), (), ())
