"""The page of replays: what is asked again, the answers side by side, and who began a bad one."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from backend.errors import NotAllowed, NotOffered, Unreachable
from backend.feedback.verdicts import Choice, Preference, Thumb, Verdict
from backend.identity import Role
from backend.long_work.record import JobKind, JobState
from backend.replay.record import ReplaySummary, Said
from backend.serving.endpoints import Endpoint, Readiness, ServedVersion
from components.session import Session
from tests.pages.deployed import ENDPOINT, FIRST, SECOND
from tests.pages.opened import open_at
from tests.pages.replayed import NOON, a_replay, former
from tests.pages.working import a_job


@pytest.fixture
def replays(visit):
    """An admin, and an endpoint whose second version answers nobody yet."""
    visit.identity.roles = {Role.ADMIN}
    served = tuple(
        ServedVersion(each.name, each.model, each.version, share)
        for each, share in ((FIRST, 100), (SECOND, 0))
    )
    visit.endpoints.content = [Endpoint(ENDPOINT, "", "", Readiness.READY, served)]
    return visit.replays


@pytest.fixture
def shared(visit, replays):
    """A reviewer, who comes by a link."""
    visit.identity.roles = {Role.REVIEWER}
    return replays


def test_flagged_answers_are_asked_again_of_the_newest_version(visit, replays, shown):
    """The usual case takes one click; who judges is for the admin to say."""
    at = visit.open("replay.py")

    assert "3 answers** on record are like this" in shown(at)
    assert at.selectbox(key=f"replay_candidate_{ENDPOINT}").value.version == "2"
    at.checkbox(key="replay_shared").check().run()
    at.button(key="replay_begin").click().run()

    ((endpoint, served, wanted, is_shared),) = replays.begun
    assert (endpoint, served, is_shared) == (ENDPOINT, SECOND.name, True)
    assert (wanted.said, wanted.most) == (Said.DOWN, 50)
    assert at.query_params["job"] in ("replay-job", ["replay-job"])
    assert not at.exception


def test_choice_narrows_down_what_is_asked(visit, replays, shown):
    """Each filter reaches the workspace, and more than are asked is said."""
    replays.number = 120
    at = visit.open("replay.py")

    at.selectbox(key=f"replay_version_{ENDPOINT}").select("2").run()
    at.selectbox(key="replay_since").select("Last 7 days").run()
    at.text_input(key="replay_text").input("leave").run()
    at.checkbox(key="replay_with_comment").check().run()

    wanted = replays.counted[-1]
    assert (wanted.version, wanted.text, wanted.with_comment) == ("2", "leave", True)
    assert wanted.since is not None
    assert "The newest 50 are asked again" in shown(at)


def test_nothing_on_record_cannot_be_asked(visit, replays, shown):
    """Nor can an endpoint that keeps no record, which says so."""
    replays.number = 0
    at = visit.open("replay.py")
    assert "No answer on record is like this" in shown(at)
    assert at.button(key="replay_begin").disabled

    replays.number = NotOffered("This endpoint keeps no record.")
    at = visit.open("replay.py")
    assert "This endpoint keeps no record" in shown(at)


def test_refusal_of_the_workspace_is_told_beside_the_button(visit, replays, shown):
    """Nothing is left half done."""
    replays.error = NotAllowed("This takes an admin who may manage the endpoint.")
    at = visit.open("replay.py")

    at.button(key="replay_begin").click().run()

    assert "This takes an admin who may manage the endpoint" in shown(at)


def test_replays_so_far_are_listed_and_lead_to_their_answers(visit, replays, shown):
    """The newest first, searches among them; other work is on other pages."""
    visit.long_work.put(a_replay().job)
    bisect = a_job(id="b", kind=JobKind.BISECT, subject="r1", state=JobState.FAILED)
    visit.long_work.put(bisect)
    visit.long_work.put(a_job(id="t"))

    at = visit.open("replay.py")

    assert "1 of 3 answers changed" in shown(at)
    assert {each.label for each in at.button if each.key.startswith("open_")} == {
        "Version 1 asked again",
        "Which version began it?",
    }
    at.button(key="open_replay-job").click().run()
    assert "Of 3 flagged answers 1 changed" in shown(at)


def test_old_and_new_stand_side_by_side_with_what_was_said(visit, replays, shown):
    """Whatever people, chains and the registry wrote is only text."""
    visit.long_work.put(a_replay().job)
    at = open_at(visit, job="replay-job")

    text = shown(at)
    assert "Of 3 flagged answers 1 changed, 0 judged better, 0 worse" in text
    assert "How many days <i>1</i>?" in text
    assert "Asked after: Do I get leave?" in text
    assert "Too *few*." in text
    assert "rita@" in text
    assert "You get six days." in text
    assert "The same words" in text
    assert "The chain failed" in text
    assert [each.label for each in at.expander].count("What changed") == 1
    assert not at.exception


def test_judging_in_place_is_kept_as_a_choice_between_the_two(visit, replays, shown):
    """It names the former request, and the headline counts it at once."""
    visit.long_work.put(a_replay().job)
    at = open_at(visit, job="replay-job")

    key = "choice_replayed_n1"
    control = next(each for each in at.segmented_control if each.key == key)
    control.set_value(Choice.PREFERRED).run()

    (verdict,) = visit.feedback.verdicts
    assert verdict.request_id == "n1"
    assert verdict.preference == Preference("replay-r1", Choice.PREFERRED)
    assert "1 changed, 1 judged better, 0 worse" in shown(at)
    thumbs = next(each for each in at.segmented_control if each.key == "thumb_replayed_n1")
    thumbs.set_value(Thumb.POSITIVE).run()
    assert visit.feedback.verdicts[-1].thumb is Thumb.POSITIVE
    assert visit.feedback.verdicts[-1].preference == verdict.preference


def test_judgement_that_cannot_be_saved_stays_on_the_page(visit, replays, shown):
    """With the reason beside it, and a way to try again."""
    visit.long_work.put(a_replay().job)
    at = open_at(visit, job="replay-job")
    visit.feedback.error = Unreachable()

    control = next(each for each in at.segmented_control if each.key == "choice_replayed_n1")
    control.set_value(Choice.REJECTED).run()

    assert "Not saved" in shown(at)
    assert "0 worse" in shown(at)


def test_one_s_own_judgement_is_there_after_a_reload(visit, replays):
    """It comes from where verdicts are kept, on any device."""
    own = Verdict("n1", "alice@example.com", preference=Preference("replay-r1", Choice.TIE))
    replay = a_replay()
    replay.verdicts["n1"] = [own]
    replays.replay = replay
    visit.long_work.put(replay.job)

    at = open_at(visit, job="replay-job")

    control = next(each for each in at.segmented_control if each.key == "choice_replayed_n1")
    assert control.value == Choice.TIE


def test_what_is_no_longer_on_record_shows_neither_answer(visit, replays, shown):
    """Somebody who was erased is not brought back by a replay."""
    del replays.known["r1"]
    visit.long_work.put(a_replay().job)

    at = open_at(visit, job="replay-job")

    assert "no longer on record" in shown(at)
    assert "You get six days." not in shown(at)


def test_replay_under_way_shows_how_far_it_is(visit, replays, shown):
    """Its answers come when all were asked; a failed one says why."""
    running = a_replay((), state=JobState.RUNNING)
    replays.replay = running
    visit.long_work.put(running.job)
    at = open_at(visit, job="replay-job")
    assert any(each.label == "Stop it" for each in at.button)

    failed = a_replay((), state=JobState.FAILED, problem="Whoever did this stopped.")
    replays.replay = failed
    visit.long_work.put(failed.job)
    at = open_at(visit, job="replay-job")
    assert "Whoever did this stopped" in shown(at)


def test_reviewer_comes_by_the_link_and_judges(visit, shared, shown):
    """Without what only admins can do, and without the names of others."""
    at = open_at(visit, job="replay-job")

    text = shown(at)
    assert "Of 3 flagged answers" in text
    assert "asked for by" not in text
    labels = {each.label for each in at.button}
    assert not {"All replays", "Which version began this?"} & labels
    assert any(each.key == "choice_replayed_n1" for each in at.segmented_control)


def test_reviewer_without_a_link_or_right_is_told(visit, shared, shown):
    """Without a link it is not in their menu, and a closed replay says that it is."""
    shared.replay = NotAllowed("This replay was not opened to reviewers of its chain.")
    at = open_at(visit, job="replay-job")
    assert "not opened to reviewers" in shown(at)

    with pytest.raises(ValueError, match="Could not find a navigation page"):
        open_at(visit)


def test_long_texts_do_not_fill_the_page(visit, replays, shown):
    """The rest is there for who wants to read it."""
    replays.known["r2"] = former(2, answer="word " * 3000)
    visit.long_work.put(a_replay().job)

    at = open_at(visit, job="replay-job")

    assert "All of it" in [each.label for each in at.expander]
    assert max(len(each.value) for each in at.markdown) < 5_000


def script(session, endpoint, served_name):
    """Draw what stands in the dialog."""
    from components.replay import summary as replay_summary  # noqa: PLC0415 - this runs as a script of its own

    replay_summary.draw(session, endpoint, served_name)


def test_dialog_of_a_deployment_says_what_a_replay_has_shown(visit, replays, shown, monkeypatch):
    """Or that nothing was replayed yet, or that nobody can say now; it never breaks the dialog."""
    links = []
    monkeypatch.setattr(st, "page_link", lambda _page, **more: links.append(more["query_params"]))
    session = Session("dapi-alice", visit, visit.identity.viewer())
    dialog = AppTest.from_function(script, args=(session, ENDPOINT, FIRST.name))

    assert "was replayed against this version yet" in shown(dialog.run())
    assert links.pop() == {"endpoint": ENDPOINT, "candidate": FIRST.name}

    replays.summed_up = ReplaySummary(40, 31, 0, 24, 0, 2, True, "replay-job", NOON)
    text = shown(dialog.run())
    assert "Of 40 flagged answers 31 changed, 24 judged better, 2 worse." in text
    assert "14 of the new answers nobody has judged yet" in text
    assert links.pop() == {"job": "replay-job"}

    replays.error = Unreachable()
    assert "cannot be told now" in shown(dialog.run())
    assert not dialog.exception
