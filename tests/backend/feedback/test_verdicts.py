"""The names under which a verdict lies in every store, there and back."""

from datetime import UTC, datetime

import pytest

from backend.errors import Refused
from backend.feedback.verdicts import (
    Choice,
    Preference,
    Rating,
    SourceRating,
    Thumb,
    Verdict,
    ratings_of,
    thumb_from,
    verdict_from,
)

VERDICT = Verdict(
    request_id="r1",
    reviewer="ann@example.com",
    thumb=Thumb.NEGATIVE,
    reasons=frozenset({"too_long", "wrong_source"}),
    comment="It is about something else.",
    custom_answers={"politeness": 4, "Is it safe?": True, "topics": ("a", "b"), "why": "so"},
    expectations={"facts": "Section 4.3"},
    custom_comments={"politeness": "Very.", "facts": "Look there."},
    preference=Preference("pair-7", Choice.PREFERRED),
)


def test_names_are_those_of_the_convention():
    """The thumb has the comment with it, a chip is a yes, the pair's id is the reason."""
    assert ratings_of(VERDICT) == {
        "answer_correct": Rating("negative", "It is about something else."),
        "reason.too_long": Rating(True),
        "reason.wrong_source": Rating(True),
        "preference": Rating("preferred", "pair-7"),
        "politeness": Rating(4, "Very."),
        "Is it safe?": Rating(True),
        "topics": Rating(("a", "b")),
        "why": Rating("so"),
        "expected.facts": Rating("Section 4.3", "Look there."),
    }


def test_what_is_read_is_what_was_said():
    """Nothing of a verdict is lost on the way."""
    sources = (SourceRating(0, Thumb.POSITIVE),)

    read = verdict_from("r1", "ann@example.com", ratings_of(VERDICT), sources, 1_700_000_000_123)

    assert read == Verdict(
        **{
            **vars(VERDICT),
            "source_ratings": sources,
            "given_at": datetime(2023, 11, 14, 22, 13, 20, 123_000, tzinfo=UTC),
        }
    )


@pytest.mark.parametrize(
    ("rating", "thumb"),
    [
        (None, None),
        (Rating("unknown"), Thumb.UNKNOWN),
        (Rating(True), Thumb.POSITIVE),
        (Rating(False), Thumb.NEGATIVE),
        (Rating("sideways"), None),
        (Rating(3), None),
    ],
)
def test_thumb_is_one_of_three_or_none(rating, thumb):
    """MLflow's pages write yes and no; what nobody knows is no thumb."""
    assert thumb_from(rating) == thumb


@pytest.mark.parametrize("value", [False, "false", 0, "negative", None])
def test_chip_that_says_no_is_not_set(value):
    """A chip can be taken back in the store itself."""
    assert verdict_from("r", "a", {"reason.too_long": Rating(value)}, (), 0).reasons == frozenset()


def test_list_kept_as_text_is_a_list_again():
    """The assessment log knows no lists; a text that merely begins like one stays a text."""
    said = {"a": Rating('["x", "y"]'), "b": Rating("[x"), "c": Rating("[1]")}

    read = verdict_from("r", "a", said, (), 0)

    assert read.custom_answers == {"a": ("x", "y"), "b": "[x", "c": "[1]"}


@pytest.mark.parametrize(
    "name", ["answer_correct", "preference", "comment", "reason.mine", "expected.mine"]
)
def test_question_cannot_take_a_name_that_means_something_else(name):
    """Otherwise an answer to it would be counted as a thumb."""
    with pytest.raises(Refused, match="cannot be called"):
        ratings_of(Verdict("r", "a", custom_answers={name: "x"}))
