"""The ledger of one endpoint on the page of deployments."""

from datetime import timedelta

import pytest

from backend.releases.ledger import LiveThen
from backend.releases.record import Kind, Outcome, Page
from tests.pages.deployed import (
    ENDPOINT,
    FIRST,
    NOON,
    SECOND,
    FakeDeployments,
    come,
    names,
    preparation,
    press,
    release,
)


@pytest.fixture
def deployments(visit) -> FakeDeployments:
    """What the workspace says of the one endpoint."""
    return visit.deployments


def come_to_releases(visit):
    return come(visit, endpoint=ENDPOINT, view="releases")


def test_release_says_what_when_who_and_why(visit, deployments, shown):
    """The reason is text and no Markdown."""
    text = shown(come_to_releases(visit))

    assert "Deployed from version 1 to version 2" in text
    assert "Knows the new *prices*" in text
    assert "By admin@" in text
    assert "3 Mar 2026, 12:00" in text


def test_first_release_names_what_it_brought(visit, deployments, shown):
    """There was nothing before it."""
    deployments.page = Page((release(before=()),))

    assert "Deployed: version 2" in shown(come_to_releases(visit))


def test_failed_release_shows_what_the_version_said(visit, deployments, shown):
    """The last words are not Markdown either."""
    failed = release(outcome=Outcome.FAILED, problem="No module named 'six'")
    deployments.page = Page((failed,))

    at = come_to_releases(visit)

    assert "Failed" in shown(at)
    assert at.code[0].value == "No module named 'six'"


def test_change_by_another_client_says_between_which_moments(visit, deployments, shown):
    """Its author is not known; its first answer is the proof."""
    observed = release(
        kind=Kind.OBSERVED, by="", reason="", seen_before=NOON - timedelta(hours=1), proof="req-1"
    )
    deployments.page = Page((observed,))

    text = shown(come_to_releases(visit))

    assert "Changed outside the app from version 1 to version 2" in text
    assert "between 3 Mar 2026, 11:00 and 3 Mar 2026, 12:00" in text
    assert "req-1" in text


def test_what_was_live_is_answered(visit, deployments, shown):
    """With who released it, and what may have been live instead."""
    deployments.then = LiveThen(release(), release(kind=Kind.OBSERVED, after=(FIRST, SECOND)))

    text = shown(press(come_to_releases(visit), "What was live?"))

    assert "Version 2 answered, since 3 Mar 2026, 12:00. By admin@" in text
    assert "It may already have been" in text


def test_nothing_on_record_is_said(visit, deployments, shown):
    """No guess."""
    text = shown(press(come_to_releases(visit), "What was live?"))

    assert "Nothing that is on record was live then." in text


def test_earlier_releases_are_fetched_when_asked_for(visit, deployments):
    """And one finds the way back."""
    deployments.page = Page((release(),), "next")

    at = press(come_to_releases(visit), "Show earlier ones")

    assert "Back to the newest" in names(at)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (preparation(), "Prepared: version 3"),
        (release(kind=Kind.STOP, after=(SECOND, FIRST)), "Stopped"),
        (release(kind=Kind.START, after=(SECOND, FIRST)), "Started"),
        (release(kind=Kind.DELETE, after=()), "Deleted"),
        (release(kind=Kind.REMOVE, before=(SECOND, FIRST), after=(SECOND,)), "Removed version 1"),
    ],
)
def test_every_kind_of_change_has_words_of_its_own(visit, deployments, shown, entry, said):
    """Not only what changes who answers."""
    deployments.page = Page((entry,))

    assert f"**{said}**" in shown(come_to_releases(visit))


def test_while_it_was_stopped_nothing_answered(visit, deployments, shown):
    """Though what it serves was still set up."""
    deployments.then = LiveThen(release(kind=Kind.STOP, after=(SECOND, FIRST)))

    text = shown(press(come_to_releases(visit), "What was live?"))

    assert "Nothing answered: it was stopped, since 3 Mar 2026, 12:00." in text


def test_long_message_is_told_in_its_first_line(visit, deployments, shown):
    """All of it is one click away."""
    failed = release(outcome=Outcome.FAILED, problem="RuntimeError: no *index*\nTraceback: ...")
    deployments.page = Page((failed,))

    at = come_to_releases(visit)

    assert "RuntimeError: no *index*" in [each.value for each in at.text]
    assert at.expander[0].label == "The whole message"
