"""The life of a version: prepared, tried, given questions step by step, taken off, ended."""

import warnings
from datetime import UTC, datetime

import pytest
from databricks.sdk.errors import BadRequest

from backend.deploying.deploying import Deploying, Wish
from backend.deploying.deployments import Deployments
from backend.deploying.endpoint_lifecycle import EndpointLifecycle
from backend.deploying.endpoint_overview import EndpointOverview
from backend.errors import ModelRefused, NotAllowed, Refused
from backend.identity import Role, Viewer
from backend.releases.ledger import Releases
from backend.releases.record import Kind, Outcome
from backend.releases.stories import ReleaseStories, Story
from backend.serving.endpoints import Endpoints, Readiness
from tests.contract.conftest import ask
from tests.processes.conftest import wait_for
from tests.registered_models import question, register, register_again

MODEL, BROKEN = "main.contract.prepared", "main.contract.broken_again"
ENDPOINT = "agents_main-contract-prepared"
FIRST, SECOND = "main-contract-prepared_1", "main-contract-prepared_2"
ADMIN = Viewer("admin@example.com", "Admin", frozenset({Role.ADMIN}))


class House:
    """All services of one admin, and how to wait for what was asked of them."""

    def __init__(self, client) -> None:
        self.client = client
        ledger = Releases()
        self.ledger = ledger
        self.deployments = Deployments(client, ledger)
        self.deploying = Deploying(client, ledger)
        self.lifecycle = EndpointLifecycle(client, ledger)
        self.stories = ReleaseStories(client, ledger)

    def prepare(self, version, model=MODEL, endpoint=ENDPOINT, **more) -> Story:
        wish = Wish(model, str(version), endpoint, "Knows the new prices", **more)
        return self.end_of(self.deploying.prepare(ADMIN, wish))

    def end_of(self, release) -> Story:
        found = []

        def is_over():
            found.append(self.stories.tell(ADMIN, release.id))
            return not found[-1].is_under_way

        wait_for(is_over)
        return found[-1]

    def shares(self, endpoint=ENDPOINT) -> dict[str, int]:
        return {s.name: s.percentage for s in self.deployments.look(endpoint).served}


@pytest.fixture(scope="module")
def house(client) -> House:
    """An endpoint with its first version."""
    with warnings.catch_warnings():
        # The clients' own deprecation warnings are theirs to mend.
        warnings.simplefilter("ignore")
        register(MODEL, "chat_model", input_example=question("hello"))
        register_again(MODEL)
        house = House(client)
        house.prepare(1)
    return house


def test_first_version_of_an_endpoint_takes_all_questions(house):
    """There is nothing it could stand beside; the ledger calls it deployed."""
    (first,) = house.ledger.page(ENDPOINT).releases

    assert (first.kind, first.outcome, first.before) == (Kind.DEPLOY, Outcome.LIVE, ())
    assert house.shares() == {FIRST: 100}
    assert ask(house.client, ENDPOINT, "hello") == "hello"


def test_version_is_prepared_tried_and_then_given_a_few_questions(house):
    """Until somebody decides, it answers nobody; the trial is seen by whoever opens the release."""
    story = house.prepare(2, environment_vars={"VERSION_NAME": "second: "})

    assert (story.release.kind, story.release.outcome) == (Kind.PREPARE, Outcome.LIVE)
    assert (story.versions[0].name, story.versions[0].word) == (SECOND, "ready")
    assert house.shares() == {SECOND: 0, FIRST: 100}
    assert ask(house.client, ENDPOINT, "hello") == "hello"

    house.deploying.try_out(ADMIN, story.release)
    trial = house.stories.tell(ADMIN, story.release.id).release.trial

    assert trial is not None
    assert (trial.question, trial.answer, trial.problem) == ("hello", "second: hello", "")
    assert trial.by == ADMIN.user_name

    house.end_of(house.deployments.deploy(ADMIN, ENDPOINT, {SECOND: 5, FIRST: 95}, "A few first"))
    house.end_of(house.deployments.set_traffic(ADMIN, ENDPOINT, {SECOND: 100}, "All went well"))

    assert house.shares() == {SECOND: 100, FIRST: 0}
    assert ask(house.client, ENDPOINT, "hello") == "second: hello"
    kinds = [each.kind for each in house.ledger.page(ENDPOINT).releases]
    assert kinds[:3] == [Kind.TRAFFIC, Kind.DEPLOY, Kind.PREPARE]


def test_trial_is_no_question_anybody_had(house):
    """It is on record under its own sign, and counted nowhere."""
    story = house.stories.tell(ADMIN, house.ledger.page(ENDPOINT).releases[-1].id)
    before = house.deployments.figures(ENDPOINT)

    house.deploying.try_out(ADMIN, story.release)

    assert house.deployments.figures(ENDPOINT) == before


def test_overview_counts_what_was_asked_and_who_may_ask(house):
    """Of the last hour, without trials."""
    ask(house.client, ENDPOINT, "hello")
    with pytest.raises(BadRequest):
        ask(house.client, ENDPOINT, "raise it is gone")

    found = EndpointOverview(house.client).figures([ENDPOINT])[ENDPOINT]

    figures = house.deployments.figures(ENDPOINT)
    assert found.requests == sum(each.requests for each in figures.values())
    assert found.errors == 1
    # Who made it, and the admins.
    assert (found.people, found.groups) == (1, 1)


def test_version_that_cannot_start_fails_and_says_why(house):
    """The old version answers as before."""
    register(BROKEN, "failing", input_example=question("hello"))

    story = house.prepare(1, BROKEN, environment_vars={"SERVED": "1"})

    assert story.release.outcome is Outcome.FAILED
    assert "the index is missing" in story.release.problem
    assert [each.word for each in story.versions if each.name.startswith("main-contract-broken")]
    assert "index is missing" in house.stories.logs(ENDPOINT, story.release.added.name).build
    assert SECOND in house.shares()
    assert ask(house.client, ENDPOINT, "hello") == "second: hello"


def test_preparation_that_is_called_off_leaves_nothing_behind(house, tmp_path):
    """Who called it off is on record."""
    register("main.contract.slowly", "slow_to_load", input_example=question("hello"))
    variables = {"LOAD_SECONDS": "600", "PID_FILE": str(tmp_path / "pid")}
    wish = Wish("main.contract.slowly", "1", ENDPOINT, "Try it", variables)
    release = house.deploying.prepare(ADMIN, wish)
    wait_for((tmp_path / "pid").exists)

    assert house.stories.call_off(ADMIN, release)

    story = house.stories.tell(ADMIN, release.id)
    assert story.release.outcome is Outcome.CANCELED
    assert story.release.canceled_by == ADMIN.user_name
    assert set(house.shares()) == {FIRST, SECOND}


def test_what_was_called_off_where_nothing_can_be_stopped_is_taken_off_when_it_is_up(
    house, monkeypatch
):
    """On Databricks there is no call for it: the version never gets a question."""
    register("main.contract.unwanted", "chat_model", input_example=question("hello"))
    wish = Wish("main.contract.unwanted", "1", ENDPOINT, "Try it")
    release = house.deploying.prepare(ADMIN, wish)
    ask_workspace = house.client.api_client.do

    def databricks(method, path, **more):
        where = path.replace("/__local__/", "/api/2.0/not-there/")
        return ask_workspace(method, where, **more)

    monkeypatch.setattr(house.client.api_client, "do", databricks)
    assert not house.stories.call_off(ADMIN, release)
    house.end_of(release)
    house.client.serving_endpoints.wait_get_serving_endpoint_not_updating(ENDPOINT)

    assert set(house.shares()) == {FIRST, SECOND}
    removal = house.ledger.page(ENDPOINT).releases[0]
    assert (removal.kind, removal.by) == (Kind.REMOVE, ADMIN.user_name)


def test_version_that_answers_nobody_can_be_removed_and_comes_back(house):
    """A version with questions cannot; one that is gone is among those to go back to."""
    with pytest.raises(Refused, match="answers questions"):
        house.lifecycle.remove(ADMIN, ENDPOINT, SECOND, "Old")

    house.end_of(house.lifecycle.remove(ADMIN, ENDPOINT, FIRST, "Nobody needs it"))

    assert house.shares() == {SECOND: 100}
    assert FIRST in [each.name for each in house.deployments.former(ADMIN, ENDPOINT)]
    house.prepare(1)
    assert house.shares() == {FIRST: 0, SECOND: 100}


def test_version_that_is_served_already_is_not_brought_up_again(house):
    """It gets a share instead."""
    with pytest.raises(Refused, match="serves this version already"):
        house.prepare(2)


def test_model_nobody_could_chat_with_is_refused_before_anything_happens(house):
    """By its signature alone; the model is not loaded by the app."""
    register("main.contract.no_chat", "numbers", input_example=[[1.0]])
    count = len(house.ledger.page(ENDPOINT).releases)

    with pytest.raises(ModelRefused):
        house.prepare(1, "main.contract.no_chat")

    assert len(house.ledger.page(ENDPOINT).releases) == count


def test_who_may_not_manage_the_endpoint_prepares_tries_and_ends_nothing(house, as_person):
    """The workspace decides, and nothing is written down."""
    detail = house.client.serving_endpoints.get(ENDPOINT)
    entry = {"group_name": "analysts", "permission_level": "CAN_QUERY"}
    path = f"/api/2.0/permissions/serving-endpoints/{detail.id}"
    house.client.api_client.do("PATCH", path, body={"access_control_list": [entry]})
    count = len(house.ledger.page(ENDPOINT).releases)
    theirs = House(as_person("analysts"))
    release = house.ledger.page(ENDPOINT).releases[0]

    for act in (
        lambda: theirs.prepare(1, BROKEN),
        lambda: theirs.deploying.try_out(ADMIN, release),
        lambda: theirs.stories.call_off(ADMIN, release),
        lambda: theirs.lifecycle.stop(ADMIN, ENDPOINT, "Because"),
        lambda: theirs.lifecycle.delete(ADMIN, ENDPOINT, "Because"),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert len(house.ledger.page(ENDPOINT).releases) == count
    reader = Viewer("ann@example.com", "Ann", frozenset({Role.ANALYST}))
    assert not theirs.stories.tell(reader, release.id).may_change


def test_stopping_starting_and_deleting_are_in_the_ledger(house):
    """Each with its reason, and none of them taken for a change by somebody else."""
    house.lifecycle.stop(ADMIN, ENDPOINT, "Nobody needs it at night")
    (found,) = [e for e in Endpoints(house.client).usable() if e.name == ENDPOINT]
    assert found.readiness is Readiness.STOPPED
    assert house.deployments.look(ENDPOINT).is_stopped
    with pytest.raises(Refused, match="Start it first"):
        house.prepare(1, BROKEN)

    house.end_of(house.lifecycle.start(ADMIN, ENDPOINT, "It is morning"))
    assert ask(house.client, ENDPOINT, "hello") == "second: hello"

    house.lifecycle.delete(ADMIN, ENDPOINT, "Replaced by another chain")
    newest_first = house.ledger.page(ENDPOINT).releases[:3]

    assert [each.kind for each in newest_first] == [Kind.DELETE, Kind.START, Kind.STOP]
    assert {each.outcome for each in newest_first} == {Outcome.LIVE}
    assert not house.stories.tell(ADMIN, newest_first[0].id).exists
    assert house.ledger.live_at(ENDPOINT, datetime.now(UTC)).release == newest_first[0]
