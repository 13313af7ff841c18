"""The open map of ratings, and the names in it that mean something to everybody."""

import re

import pytest

from local_workspace.errors import InvalidParameter
from local_workspace.feedback.body_fields import BodyField
from local_workspace.feedback.ratings import MAX_COMMENT, MAX_NAME, read_ratings


def _read(ratings):
    return read_ratings(BodyField("ratings", ratings))


def _rating(value, double=None, rationale=None):
    return {"value": value, "double_value": double, "rationale": rationale}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"value": "positive"}, _rating("positive")),
        ({"value": "x", "rationale": "why"}, _rating("x", None, "why")),
        ({"value": True}, _rating("true", 1.0)),
        ({"value": False}, _rating("false", 0.0)),
        ({"value": 4}, _rating("4", 4.0)),
        ({"value": 4.0}, _rating("4", 4.0)),
        ({"value": 0.25}, _rating("0.25", 0.25)),
        ({"value": 1e300}, _rating("1e+300", 1e300)),
        ({"double_value": 3.0}, _rating("3", 3.0)),
        ({"value": "good", "double_value": 0.9}, _rating("good", 0.9)),
        ({"value": ""}, _rating("")),
    ],
    ids=str,
)
def test_values_are_text_and_a_number_where_they_are_one(sent, kept):
    """Whatever kind of value a question has, the log has its text and can count with it."""
    assert _read({"relevance": sent}) == {"relevance": kept}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("positive", "positive"), ("unknown", "unknown"), (True, "positive"), (False, "negative")],
)
def test_thumb_is_one_of_three_words(sent, kept):
    """Everybody counts thumbs, so there is one way to write them."""
    assert _read({"answer_correct": {"value": sent}}) == {"answer_correct": _rating(kept)}


@pytest.mark.parametrize("sent", ["", "yes", "Positive", 1])
def test_another_thumb_is_refused(sent):
    """A word nobody counts would be a verdict lost."""
    with pytest.raises(InvalidParameter, match=r"^ratings\.answer_correct\.value must be one of"):
        _read({"answer_correct": {"value": sent}})


def test_names_are_the_sender_s_own():
    """Chips, preferences and questions of somebody's own are ratings like any other."""
    names = ["reason.too_long", "preference", "Is it polite?", "größe", "a.b[0]"]

    assert list(_read({name: {"value": "x"} for name in names})) == names


def test_no_ratings_is_an_empty_map():
    """A comment alone, or taking a verdict back, is a verdict without ratings."""
    assert _read(None) == {}
    assert _read({}) == {}


@pytest.mark.parametrize(
    ("ratings", "why"),
    [
        ([], "ratings must be an object, but is a list"),
        ({"a": "positive"}, "ratings.a must be an object, but is a text"),
        ({"a": {}}, "ratings.a.value is missing"),
        ({"a": {"value": None}}, "ratings.a.value is missing"),
        ({"a": {"value": {"b": 1}}}, "ratings.a.value must be a text, a number, true or false"),
        ({"a": {"value": ["b"]}}, "ratings.a.value must be a text, a number, true or false"),
        ({"a": {"double_value": "1"}}, "ratings.a.double_value must be a number, but is a text"),
        ({"a": {"double_value": True}}, "ratings.a.double_value must be a number"),
        ({"a": {"value": "x", "rationale": 1}}, "ratings.a.rationale must be a text"),
        ({"a": {"value": "x", "rational": "y"}}, "ratings.a.rational is not known here"),
        ({" ": {"value": "x"}}, "ratings has a rating without a name"),
        ({"a\0": {"value": "x"}}, "ratings has a rating without a name"),
        ({"a": {"value": "x\0"}}, "ratings.a.value has a null character in it"),
        (
            {"n" * 251: {"value": "x"}},
            f"ratings has a rating whose name has 251 characters; {MAX_NAME}",
        ),
        ({str(n): {"value": "x"} for n in range(101)}, "ratings has 101 entries; 100 are allowed"),
        (
            {"a": {"value": "x", "rationale": "y" * (MAX_COMMENT + 1)}},
            f"ratings.a.rationale has {MAX_COMMENT + 1} characters",
        ),
    ],
    ids=lambda value: str(value)[:30],
)
def test_wrong_shapes_are_refused_by_name(ratings, why):
    """What is wrong is said with the path of the field."""
    with pytest.raises(InvalidParameter, match="^" + re.escape(why)):
        _read(ratings)
