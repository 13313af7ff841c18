"""What an endpoint's tags tell reviewers."""

import json

import pytest
from databricks.sdk.service.serving import ServingEndpointDetailed

from backend.serving.endpoints import endpoint_from
from backend.serving.reviewer_guide import (
    REASON_KEY_CHARACTERS,
    SHOWN_QUESTIONS,
    SHOWN_REASONS,
    ReviewerGuide,
    guide_from,
)

GUIDE = ReviewerGuide(
    "Handbook",
    "Look at the **sources**.",
    ("What is T90?", 'Why "jets"?'),
    {"exact": "Exact to the section"},
    {"rude": "Rude", "too_long": "Too long"},
    ("Is it polite?",),
)


def test_a_guide_comes_back_from_its_tags():
    """What was deployed is what reviewers see."""
    assert guide_from(GUIDE.tags()) == GUIDE


def test_what_is_empty_has_no_tag():
    """An endpoint nobody described gets no empty tags."""
    assert ReviewerGuide().tags() == {}
    assert guide_from({"team": "hr"}) == ReviewerGuide()


@pytest.mark.parametrize(
    ("written", "questions"),
    [
        ('["a", " b ", "a", ""]', ("a", "b")),
        ('["a", 3, null, {"b": 1}]', ("a",)),
        ('"a"', ()),
        ("not JSON", ()),
        ("[" * 100_000, ()),
        (str([str(n) for n in range(20)]).replace("'", '"'), tuple("012345")),
    ],
)
def test_questions_that_cannot_be_read_are_left_out(written, questions):
    """A slip of an admin's pen never breaks the page, nor fills it."""
    assert guide_from({"reviewapp.suggested_questions": written}).suggested_questions == questions
    assert len(questions) <= SHOWN_QUESTIONS


@pytest.mark.parametrize(
    ("written", "reasons"),
    [
        ('["Too long", "Wrong §!", "Too long"]', {"too_long": "Too long", "wrong": "Wrong §!"}),
        ('[{"rude": " Rude  tone "}, "Old"]', {"rude": "Rude tone", "old": "Old"}),
        ('{"rude": "Rude", "old": "Old"}', {"rude": "Rude", "old": "Old"}),
        ('["太长了", "!!"]', {"太长了": "太长了", "!!": "!!"}),
        ('[{"a": 3}, {"": "b"}, "", null, 4]', {}),
        ("not JSON", {}),
    ],
)
def test_reasons_are_texts_with_or_without_a_key(written, reasons):
    """The key is what lasts on record; without one the text gives it."""
    assert guide_from({"reviewapp.reasons_down": written}).reasons_down == reasons


def test_more_reasons_than_anybody_reads_are_cut():
    """And a key stays short enough for every store."""
    written = json.dumps([f"{n} {'x' * 300}" for n in range(50)])

    reasons = guide_from({"reviewapp.reasons_up": written}).reasons_up

    assert len(reasons) == SHOWN_REASONS
    assert all(len(key) <= REASON_KEY_CHARACTERS for key in reasons)


@pytest.mark.parametrize(
    ("written", "questions"),
    [('["a", 3, "b"]', ("a", "b")), ("[]", ()), ("no list", None), ('"a"', None), (None, None)],
)
def test_no_list_of_questions_is_not_an_empty_one(written, questions):
    """An empty one asks nothing; without one everything is asked."""
    tags = {} if written is None else {"reviewapp.questions": written}
    assert guide_from(tags).questions == questions
    assert guide_from(guide_from(tags).tags()).questions == questions


def test_an_endpoint_carries_its_guide():
    """The page reads it from the endpoint, without another call."""
    tags = [{"key": key, "value": value} for key, value in GUIDE.tags().items()]
    detail = ServingEndpointDetailed.from_dict({"name": "e", "tags": tags})

    assert endpoint_from(detail).guide == GUIDE
