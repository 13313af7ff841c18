"""What an endpoint's tags tell reviewers."""

import pytest
from databricks.sdk.service.serving import ServingEndpointDetailed

from backend.endpoints import endpoint_from
from backend.reviewer_guide import SHOWN_QUESTIONS, ReviewerGuide, guide_from

GUIDE = ReviewerGuide("Handbook", "Look at the **sources**.", ("What is T90?", 'Why "jets"?'))


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


def test_an_endpoint_carries_its_guide():
    """The page reads it from the endpoint, without another call."""
    tags = [{"key": key, "value": value} for key, value in GUIDE.tags().items()]
    detail = ServingEndpointDetailed.from_dict({"name": "e", "tags": tags})

    assert endpoint_from(detail).guide == GUIDE
