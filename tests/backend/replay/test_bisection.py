"""Which version a row of answers points to."""

from backend.feedback.verdicts import Thumb
from backend.replay.bisection import Tried, likened, pointed, tried_from

GOOD, BAD = "You get five days of leave.", "You get no leave at all, sorry."


def tries(*answers, **thumbs):
    """Return versions 1, 2, … with these answers; None is one that did not answer."""
    return [
        likened(
            Tried(
                str(number),
                f"chain_{number}",
                "",
                answer or "",
                f"r{number}",
                error="" if answer else "It failed.",
                thumb=thumbs.get(f"v{number}"),
            ),
            BAD,
        )
        for number, answer in enumerate(answers, 1)
    ]


def test_first_version_that_answers_like_it_is_pointed_to():
    """All later ones up to the one in question do, too; the one before does not."""
    found = pointed(tries(GOOD, GOOD, BAD, BAD), BAD, "4")

    assert (found.first.version, found.before.version) == ("3", "2")
    assert found.is_bad == {"1": False, "2": False, "3": True, "4": True}
    assert (found.astray, found.silent, found.is_unrepeatable) == ((), (), False)


def test_versions_count_in_the_order_of_their_numbers():
    """Version 10 comes after version 9, in whatever order they are handed in."""
    answers = [GOOD] * 9 + [BAD, BAD]

    found = pointed(list(reversed(tries(*answers))), BAD, "11")

    assert (found.first.version, found.before.version) == ("10", "9")


def test_answer_nearer_to_the_bad_one_than_to_the_good_one_counts_as_like_it():
    """Models hardly ever say the same thing twice."""
    nearly = "You get no leave at all, I am sorry."

    found = pointed(tries(GOOD, "You get five days of leave, I think.", nearly, BAD), BAD, "4")

    assert (found.first.version, found.before.version) == ("3", "2")


def test_answer_somebody_corrected_says_what_is_right():
    """Then the oldest version needs not be right."""
    found = pointed(tries("Ask somebody else, sorry.", GOOD, BAD), BAD, "3", [GOOD])

    assert found.first.version == "3"
    assert found.is_bad["2"] is False


def test_later_version_that_is_right_again_moves_nothing():
    """Who looks for the beginning asks what was before the answer."""
    found = pointed(tries(GOOD, BAD, BAD, GOOD), BAD, "3")

    assert (found.first.version, found.before.version) == ("2", "1")
    assert found.is_bad["4"] is False
    assert found.astray == ()


def test_every_version_answers_like_it():
    """Then it began with the oldest one or before, and none stands before it."""
    found = pointed(tries(BAD, BAD), BAD, "2")

    assert (found.first.version, found.before) == ("1", None)


def test_not_monotone_is_told():
    """A version that answered like it long before makes the pointer doubtful."""
    found = pointed(tries(BAD, GOOD, BAD), BAD, "3")

    assert (found.first.version, found.before.version) == ("3", "2")
    assert found.astray == ("1",)


def test_what_a_person_has_said_counts_more_than_the_text():
    """Other words can be just as wrong, and the same words can be right."""
    marked = tries(GOOD, "No.", BAD, v2=Thumb.NEGATIVE)
    assert pointed(marked, BAD, "3").first.version == "2"

    marked = tries(GOOD, BAD, BAD, v2=Thumb.POSITIVE)
    assert pointed(marked, BAD, "3").first.version == "3"


def test_version_that_does_not_answer_is_told_where_it_matters():
    """It may have begun in between; one that lies elsewhere changes nothing."""
    found = pointed(tries(None, GOOD, None, BAD), BAD, "4")

    assert (found.first.version, found.before.version) == ("4", "2")
    assert found.silent == ("3",)


def test_version_in_question_answers_differently_today():
    """What it once answered is on record, so the others are still compared with that."""
    found = pointed(tries(GOOD, BAD, "Something else entirely!"), BAD, "3")

    assert found.is_unrepeatable
    assert (found.first.version, found.before.version) == ("2", "1")


def test_version_in_question_is_not_kept_any_more():
    """Its recorded answer stands in its place."""
    found = pointed(tries(GOOD, GOOD), BAD, "7")

    assert (found.first.version, found.before.version) == ("7", "2")


def test_row_of_a_table_is_read_back_without_what_people_say():
    """Verdicts are where all verdicts are."""
    (tried,) = tries(GOOD, v1=Thumb.POSITIVE)

    row = tried.as_row()

    assert "thumb" not in row
    assert tried_from(row | {"later": 1}) == Tried(
        "1", "chain_1", "", GOOD, "r1", likeness=tried.likeness
    )
