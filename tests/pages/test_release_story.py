"""One release followed from its address: how far it is, calling it off, and how it ended."""

from dataclasses import replace

from backend.errors import NotFound, NotOffered
from backend.releases.record import Kind, Outcome
from backend.releases.stories import Logs, Story
from backend.serving.version_states import VersionState
from tests.pages.deployed import (
    ENDPOINT,
    FIRST,
    SECOND,
    THIRD,
    come,
    field_of,
    names,
    preparation,
    press,
    release,
)

UNDER_WAY = preparation(outcome=Outcome.PENDING, decided_at=None)


def test_release_under_way_tells_how_far_it_is(visit, shown):
    """And that until then nothing changes for anybody."""
    states = (VersionState(THIRD.name, "3", "creating", "The model is being fetched and loaded."),)
    visit.release_stories.story = Story(UNDER_WAY, states, may_change=True)

    at = come(visit, endpoint=ENDPOINT, release="r2")

    text = shown(at)
    assert "Prepared: version 3" in text
    assert "Version 3 is being prepared: The model is being fetched and loaded." in text
    assert "Until it is done, version 2 answers as before." in text
    assert "Cancel" in names(at)


def test_release_can_be_called_off(visit):
    """By whoever may change the endpoint."""
    visit.release_stories.story = Story(UNDER_WAY, may_change=True)

    press(come(visit, endpoint=ENDPOINT, release="r2"), "Cancel")

    assert visit.release_stories.changes == [("call off", "r2")]


def test_workspace_that_cannot_stop_a_change_says_so(visit, shown):
    """Instead of looking as if it had."""
    visit.release_stories.story = Story(UNDER_WAY, may_change=True)
    visit.release_stories.error = NotOffered("This workspace has no call for it.")

    text = shown(press(come(visit, endpoint=ENDPOINT, release="r2"), "Cancel"))

    assert "This workspace has no call for it." in text


def test_what_was_called_off_but_goes_on_is_told(visit, shown):
    """Nobody is offered to do it again."""
    called_off = replace(UNDER_WAY, canceled_by="ann@example.com")
    visit.release_stories.story = Story(called_off, may_change=True)

    at = come(visit, endpoint=ENDPOINT, release="r2")

    assert "is taken off as soon as it is up" in shown(at)
    assert "Cancel" not in names(at)


def test_who_may_not_change_the_endpoint_follows_and_cannot_call_off(visit):
    """The address may be passed on to anybody who may read it."""
    visit.release_stories.story = Story(UNDER_WAY)

    assert "Cancel" not in names(come(visit, endpoint=ENDPOINT, release="r2"))


def test_failed_release_says_why_and_that_the_old_version_answers(visit, shown):
    """The last words are not Markdown."""
    failed = preparation(outcome=Outcome.FAILED, problem="RuntimeError: no *index*")
    visit.release_stories.story = Story(failed, may_change=True)

    at = come(visit, endpoint=ENDPOINT, release="r2")

    assert at.code[0].value == "RuntimeError: no *index*"
    assert "It failed, and nothing was changed. Version 2 answers as before." in shown(at)


def test_cancelled_release_says_by_whom(visit, shown):
    """And what answers."""
    called_off = preparation(outcome=Outcome.CANCELED, canceled_by="ann@example.com")
    visit.release_stories.story = Story(called_off, may_change=True)

    text = shown(come(visit, endpoint=ENDPOINT, release="r2"))

    assert "It was cancelled by ann@example.com. Version 2 answers as before." in text.replace(
        "\N{WORD JOINER}", ""
    )


def test_what_a_version_prints_is_shown_when_asked_for(visit, shown):
    """Reading it costs calls, so it is not read before."""
    states = (VersionState(THIRD.name, "3", "creating"),)
    visit.release_stories.story = Story(UNDER_WAY, states, may_change=True)
    visit.release_stories.printed = Logs("Fetching.", "")

    at = come(visit, endpoint=ENDPOINT, release="r2")
    assert not at.code
    at = field_of(at, "logs_r2").set_value(True).run()

    assert [each.value for each in at.code] == ["Fetching.", "Nothing yet."]


def test_story_of_another_change_ends_with_its_outcome(visit, shown):
    """A division of questions brings no version that could be tried."""
    divided = release(kind=Kind.TRAFFIC, before=(SECOND, FIRST), after=(SECOND, FIRST))
    visit.release_stories.story = Story(divided, may_change=True)

    at = come(visit, endpoint=ENDPOINT, release="r1")

    assert "Ask it again" not in names(at)
    assert visit.deploying.times_tried == 0


def test_address_of_no_release_says_so(visit, shown):
    """Somebody may have cut it off while copying it."""
    visit.release_stories.story = NotFound("This is no release.")

    assert "This is no release." in shown(come(visit, endpoint=ENDPOINT, release="r9"))


def test_version_of_another_model_is_named_with_it(visit, shown):
    """Its number alone would be taken for one of the endpoint's own model."""
    other = replace(THIRD, model="main.hr.other_chain", version="1")
    visit.release_stories.story = Story(preparation(after=(other, SECOND, FIRST)))

    text = shown(come(visit, endpoint=ENDPOINT, release="r2"))

    assert "Prepared: version 1 of main.hr.other_chain" in text
