"""From one bad answer to the version that began it, on the page of replays."""

import pytest

from backend.errors import NotFound
from backend.feedback.verdicts import Thumb
from backend.identity import Role
from backend.replay.bisection import Tried
from backend.serving.endpoints import Endpoint, Readiness
from tests.pages.deployed import ENDPOINT
from tests.pages.opened import open_at
from tests.pages.replayed import OLD


@pytest.fixture
def bisections(visit):
    """An admin, and an endpoint."""
    visit.identity.roles = {Role.ADMIN}
    visit.endpoints.content = [Endpoint(ENDPOINT, "", "", Readiness.READY)]
    return visit.bisections


def test_search_begins_from_one_answer(visit, bisections, shown):
    """The address names it; every kept version is asked at a click."""
    bisections.known = True
    at = open_at(visit, request="r1", endpoint=ENDPOINT)

    text = shown(at)
    assert "You get no days" in text
    assert any(each.key == "bisect_known" for each in at.button)
    at.button(key="bisect_begin").click().run()

    assert bisections.begun == [(ENDPOINT, "r1")]


def test_request_that_is_not_on_record_is_told(visit, bisections, shown):
    """A link may be older than what is kept."""
    bisections.question = NotFound("This request is not on record at this endpoint.")
    at = open_at(visit, request="r9", endpoint=ENDPOINT)

    assert "not on record at this endpoint" in shown(at)


def test_search_says_which_version_is_the_first(visit, bisections, shown):
    """With what the one before it answered, and each answer to be marked."""
    visit.long_work.put(bisections.job)
    at = open_at(visit, job="bisect-job")

    text = shown(at)
    assert "Version 2 is the first that answers like this; version 1 answered: " in text
    assert OLD in text
    assert "100% of the words in common" in text
    mark = next(each for each in at.segmented_control if each.key == "mark_tried_t1")
    mark.set_value(Thumb.NEGATIVE).run()
    (verdict,) = visit.feedback.verdicts
    assert (verdict.request_id, verdict.thumb) == ("t1", Thumb.NEGATIVE)


def test_doubts_about_the_pointer_are_said(visit, bisections, shown):
    """Texts alone can mislead; a person can mark the answers."""
    tries = bisections.tries
    bisections.tries = (Tried("0", "chain_0", "", tries[1].answer, "t0"), *tries)
    visit.long_work.put(bisections.job)

    at = open_at(visit, job="bisect-job")

    assert "Version 0 answered like this, too" in shown(at)
