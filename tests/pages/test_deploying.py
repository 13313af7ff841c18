"""Deploying a version from the page: choosing it, its trial, and what comes next."""

from dataclasses import replace

import pytest

from backend.deploying.deploying import Wish
from backend.errors import ModelRefused, TookTooLong, Unreachable
from backend.releases.stories import Story
from backend.releases.trial import Trial
from components.releases import trial
from tests.pages.deployed import (
    ENDPOINT,
    FIRST,
    NOON,
    SECOND,
    THIRD,
    come,
    field_of,
    known_endpoint,
    names,
    preparation,
    press,
    release,
)


@pytest.fixture
def prepared(visit):
    """An endpoint on which the third version has come up."""
    visit.deployments.served = (THIRD, SECOND, FIRST)
    return visit


def fill(at, label="Bring it up", **fields):
    for key, value in fields.items():
        field_of(at, key).set_value(value)
    return press(at, label)


def test_wish_in_the_address_is_chosen(visit, shown):
    """As the page of models links here."""
    at = come(visit, deploy=SECOND.model, version="3")

    assert field_of(at, "deploy_model").value == SECOND.model
    assert field_of(at, f"deploy_version_{SECOND.model}").value == "3"
    text = shown(at)
    assert "First version 3 comes up beside what agents_main-hr-handbook_chain serves now" in text


def test_what_was_chosen_is_brought_up(visit):
    """With its variables, its size and the reason; a secret is only named."""
    at = come(visit, deploy=SECOND.model, version="3")

    at = fill(
        at,
        deploy_variables="# for tests\nSTAGE=test\n TOKEN = {{secrets/hr/token}}=",
        deploy_size="Medium",
        deploy_scale=True,
        prepare_reason="Knows the new address",
    )

    variables = {"STAGE": "test", "TOKEN": "{{secrets/hr/token}}="}
    assert visit.deploying.changes == [
        (Wish(SECOND.model, "3", ENDPOINT, "Knows the new address", variables, "Medium", True),)
    ]
    assert "Knows the new address" in [each.value for each in at.text]


def test_first_version_of_a_new_endpoint_is_told_to_take_all(visit, shown):
    """There is nothing it could stand beside."""
    visit.endpoints.content = [known_endpoint(name="agents_other", served=())]

    text = shown(come(visit, deploy=SECOND.model, version="3"))

    assert "Version 3 will be its first and take all questions" in text


def test_version_that_is_served_already_leads_to_its_endpoint(visit, shown):
    """It needs a share and no deployment."""
    at = come(visit, deploy=SECOND.model, version="2")

    assert "serves version 2 already" in shown(at)
    assert "Bring it up" not in names(at)
    assert "is answered by **version 2**" in shown(press(at, "Go to the endpoint"))


def test_model_that_is_refused_says_why(visit, shown):
    """What was typed is still there."""
    visit.deploying.error = ModelRefused("The model has no signature.")

    at = fill(come(visit, deploy=SECOND.model, version="3"), prepare_reason="Try it")

    assert "The model has no signature." in shown(at)
    assert field_of(at, "prepare_reason").value == "Try it"


def test_nothing_registered_is_explained(visit, shown):
    """In the words of whoever registers models."""
    visit.deploying.registered = {}

    assert "There is nothing to deploy yet" in shown(come(visit, view="deploy"))


def test_version_that_came_up_is_tried_once(prepared, shown):
    """By whoever comes first; its answer is text and no Markdown."""
    at = come(prepared, endpoint=ENDPOINT, release="r2")

    assert "Five *euros*." in [each.value for each in at.text]
    at.run()
    assert prepared.deploying.times_tried == 1
    press(at, "Ask it again")
    assert prepared.deploying.times_tried == 2


def test_trial_of_somebody_else_is_shown_and_not_repeated(prepared, shown):
    """It is on record with the release."""
    tried = preparation(trial=Trial(NOON, "ann@example.com", "How much?", "Six."))
    prepared.release_stories.story = Story(tried, may_change=True, is_served=True)

    at = come(prepared, endpoint=ENDPOINT, release="r2")

    assert "Six." in [each.value for each in at.text]
    assert prepared.deploying.times_tried == 0


def test_plan_is_said_in_words_and_carried_out_with_a_reason(prepared, shown):
    """What takes all, what stays, and that it can return."""
    at = come(prepared, endpoint=ENDPOINT, release="r2")
    plan = "Version 3 will take 100 % of the questions, version 2 stays at 0 %, ready to return."
    assert plan in shown(at)

    fill(at, "Deploy like this", deploy_reason="The trial was fine")

    assert prepared.deployments.changes == [
        ("deploy", ENDPOINT, {THIRD.name: 100, SECOND.name: 0}, "The trial was fine")
    ]


def test_canary_begins_with_a_few(prepared, shown):
    """In how many of a thousand conversations, too."""
    at = come(prepared, endpoint=ENDPOINT, release="r2")
    at = at.button_group(key="deploy_share").set_value(5).run()

    assert "Of 1,000 conversations version 2 answers 950, version 3 answers 50." in shown(at)


def test_version_that_failed_its_trial_takes_a_deliberate_step(prepared, shown):
    """Nobody deploys it without having noticed."""
    prepared.deploying.trial = Trial(NOON, "a@example.com", "Hello?", problem="It raised *that*.")

    at = come(prepared, endpoint=ENDPOINT, release="r2")
    assert "It raised *that*." in shown(at)
    assert next(b for b in at.button if b.label == "Deploy like this").disabled
    at = field_of(at, "deploy_anyway").set_value(True).run()

    assert not next(b for b in at.button if b.label == "Deploy like this").disabled


def test_trial_that_could_not_be_made_can_be_made_again(prepared, shown):
    """Why stays on the page, and holds the deployment back until then."""
    prepared.deploying.error = TookTooLong("MLflow did not answer in time.")

    at = come(prepared, endpoint=ENDPOINT, release="r2")
    at.run()

    assert "MLflow did not answer in time." in shown(at)
    assert next(b for b in at.button if b.label == "Deploy like this").disabled
    assert prepared.deploying.times_tried == 1
    prepared.deploying.error = None
    press(at, "Ask it")
    assert "Five *euros*." in [each.value for each in at.text]


def test_trial_waits_for_a_workspace_that_is_away_for_a_moment(prepared, monkeypatch):
    """One that was restarted while the version came up says so only a few times."""
    monkeypatch.setattr(trial, "PAUSES_SECONDS", (0.0, 0.0))
    prepared.deploying.error, prepared.deploying.times_away = Unreachable(), 2

    at = come(prepared, endpoint=ENDPOINT, release="r2")

    assert "Five *euros*." in [each.value for each in at.text]
    assert prepared.deploying.times_tried == 3


def test_rule_of_the_endpoint_holds_a_deployment_back(prepared, shown):
    """It says what is missing."""
    prepared.deployments.held_back = "Version 3 has 2 of 20 verdicts."

    at = come(prepared, endpoint=ENDPOINT, release="r2")

    assert "Version 3 has 2 of 20 verdicts." in shown(at)
    assert next(b for b in at.button if b.label == "Deploy like this").disabled


def test_version_that_answers_already_has_no_plan_any_more(visit, shown):
    """Whoever opens the address later reads what became of it."""
    visit.deployments.served = (replace(THIRD, percentage=25), replace(SECOND, percentage=75))

    at = come(visit, endpoint=ENDPOINT, release="r2")

    assert "Version 3 answers 25 % of the questions." in shown(at)
    assert "Deploy like this" not in names(at)


def test_reading_of_what_was_prepared_long_ago_asks_nothing(prepared):
    """A trial is made when a version comes up, or when somebody wants one."""
    prepared.release_stories.story = Story(preparation(), may_change=True, is_served=True)

    at = come(prepared, endpoint=ENDPOINT, release="r2")

    assert prepared.deploying.times_tried == 0
    press(at, "Ask it")
    assert prepared.deploying.times_tried == 1


def test_release_made_by_code_over_another_version_is_not_tried(visit):
    """It has its share already, and others ask it."""
    visit.release_stories.story = Story(release(), may_change=True, is_served=True)

    at = come(visit, endpoint=ENDPOINT, release="r1")

    assert not {"Ask it", "Ask it again"} & set(names(at))
