"""What can be done with picked requests: compared, judged, kept for evaluation, asked again."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from backend.endpoint_tests.plan import Dataset
from backend.errors import AlreadyExists, NotOffered, Unreachable
from backend.identity import Role
from components.picked_requests import adding, asking_again
from components.session import Session
from tests.pages.deployed import ENDPOINT

IDS = ["r1", "r2"]


def row_script(session, endpoint, ids):
    """Draw what stands under the list."""
    from components.picked_requests import actions  # noqa: PLC0415 - a script of its own

    actions.draw(session, endpoint, ids)


def queue_script(session, endpoint, ids):
    """Draw what stands in the dialog."""
    from components.picked_requests import adding  # noqa: PLC0415 - a script of its own

    adding.draw_queue(session, endpoint, ids)


def dataset_script(session, endpoint, ids):
    """Draw what stands in the dialog."""
    from components.picked_requests import adding  # noqa: PLC0415 - a script of its own

    adding.draw_dataset(session, endpoint, ids)


def replay_script(session, endpoint, ids):
    """Draw what stands in the dialog."""
    from components.picked_requests import asking_again  # noqa: PLC0415 - a script of its own

    asking_again.draw(session, endpoint, ids)


def comparison_script(session, endpoint, ids):
    """Draw what stands in the dialog."""
    from components.picked_requests import comparing  # noqa: PLC0415 - a script of its own

    comparing.draw(session, endpoint, *ids)


@pytest.fixture
def draw(visit):
    """Return a function that draws one of these as an analyst, or as somebody else."""

    def drawn(script, *ids, role=Role.ANALYST):
        visit.identity.roles = {role}
        session = Session("dapi-alice", visit, visit.identity.viewer())
        return AppTest.from_function(script, args=(session, ENDPOINT, list(ids or IDS))).run()

    return drawn


@pytest.mark.parametrize(("ids", "is_open"), [(("r1",), False), (("r1", "r2"), True)])
@pytest.mark.parametrize("role", [Role.ANALYST, Role.ADMIN])
def test_comparison_is_offered_for_just_two(draw, ids, is_open, role):
    """Every other action is for any number of them; asking again, for administrators."""
    at = draw(row_script, *ids, role=role)

    offered = {each.label: not each.disabled for each in at.button}
    assert offered == {
        "Compare": is_open,
        "Have them judged": True,
        "Keep for evaluation": True,
        "Ask again": role is Role.ADMIN,
    }


def test_request_that_is_marked_twice_is_one(draw):
    """A list may give an id twice."""
    assert draw(row_script, "r1", "r1").button[0].disabled


@pytest.mark.parametrize("number", range(4))
def test_each_action_opens_its_dialog(draw, number, shown):
    """Nothing is done before somebody has said so there."""
    at = draw(row_script, role=Role.ADMIN)

    at.button[number].click().run()

    assert not at.exception
    words = ("Version", "Reviewers work", "An evaluation dataset", "in the same words")
    assert words[number] in shown(at)


def test_answers_go_to_the_queue_that_was_chosen(draw, visit, shown):
    """Those that could not be added are named."""
    visit.picked_requests.left_out = ("r2",)
    at = draw(queue_script)

    at.button(key="picked_queue_add").click().run()

    assert visit.picked_requests.done == [("queue", ENDPOINT, "Monday <b>round</b>")]
    text = shown(at)
    assert "1 request in the queue" in text
    assert "not in MLflow, or not yet: r2." in text


def test_new_queue_has_the_name_that_was_typed(draw, visit):
    """And none without a name."""
    at = draw(queue_script)
    at.selectbox(key="picked_queue_chosen").select("A new one").run()

    at.text_input(key="picked_queue_name").input("  ").run()
    assert at.button(key="picked_queue_add").disabled
    at.text_input(key="picked_queue_name").input("Tuesday").run()
    at.button(key="picked_queue_add").click().run()

    assert visit.picked_requests.done == [("queue", ENDPOINT, "Tuesday")]


def test_requests_go_to_a_dataset_there_is_or_a_new_one(draw, visit):
    """The one there is goes by its id."""
    at = draw(dataset_script)
    at.button(key="picked_dataset_add").click().run()
    at.selectbox(key="picked_dataset_chosen").select("A new one").run()
    at.button(key="picked_dataset_add").click().run()

    assert [into for _, _, into in visit.picked_requests.done] == [
        Dataset("golden", "d-1"),
        Dataset(f"{ENDPOINT} picked"),
    ]


@pytest.mark.parametrize("script", [queue_script, dataset_script, replay_script])
def test_what_is_away_is_told_in_a_sentence(draw, visit, script, shown):
    """Instead of a choice of nothing."""
    visit.picked_requests.error = Unreachable()
    at = draw(script, role=Role.ADMIN)

    assert Unreachable.usual_sentence in shown(at)
    assert not at.exception
    assert not at.button


@pytest.mark.parametrize(("script", "key"), [(queue_script, "queue"), (dataset_script, "dataset")])
@pytest.mark.parametrize("problem", [AlreadyExists(), NotOffered("No queues here.")])
def test_refusal_is_told_and_can_be_tried_again(draw, visit, script, key, problem, shown):
    """What was chosen stays chosen."""
    at = draw(script)
    visit.picked_requests.refusal = problem

    at.button(key=f"picked_{key}_add").click().run()

    assert problem.sentence in shown(at)
    assert not at.button(key=f"picked_{key}_add").disabled


def test_admin_asks_a_version_again_and_is_led_to_the_answers(draw, visit, shown, monkeypatch):
    """The newest version is suggested: it is the one somebody is about to deploy."""
    links = []
    monkeypatch.setattr(st, "page_link", lambda _page, **more: links.append(more["query_params"]))
    at = draw(replay_script, role=Role.ADMIN)
    assert "All 2 questions are asked again" in shown(at)

    at.button(key="picked_replay_begin").click().run()

    assert visit.picked_requests.done == [("replay", ENDPOINT, (("r1", "r2"), "chain_3"))]
    assert links == [{"job": "replay-job"}]


def test_questions_that_cannot_be_repeated_are_counted(draw, visit, shown):
    """And without any there is nothing to begin."""
    visit.picked_requests.able = 1
    assert "1 of 2 questions can be asked again." in shown(draw(replay_script, role=Role.ADMIN))
    visit.picked_requests.able = 0
    at = draw(replay_script, role=Role.ADMIN)
    assert "None of them can be asked again" in shown(at)
    assert at.button(key="picked_replay_begin").disabled
    visit.picked_requests.served = []
    assert asking_again.NO_VERSION in shown(draw(replay_script, role=Role.ADMIN))


def test_analyst_is_told_who_can_ask_again(draw, visit, shown):
    """Before anything is counted."""
    assert asking_again.NOT_THEIRS in shown(draw(replay_script))


def test_two_requests_stand_side_by_side_with_what_differs(draw, shown):
    """What a model has written is text."""
    at = draw(comparison_script, "r0", "r1")

    assert not at.exception
    assert len(at.columns) == 2
    assert "Version" in shown(at)


def test_two_requests_of_the_same_words_are_said_to_be_so(draw, visit, shown):
    """And a request that is gone is told in a sentence."""
    at = draw(comparison_script, "r1", "r1")
    assert "The answers have the same words." in shown(at)

    visit.request_logs.error = Unreachable()
    assert Unreachable.usual_sentence in shown(draw(comparison_script))


def test_only_the_first_ids_are_named():
    """Who has more of them knows enough."""
    assert adding.said_of([f"r{number}" for number in range(8)]).endswith("and 3 more")
