"""What the app does by itself on a running workspace: following an alias, noting what others do."""

import time
import warnings
from datetime import UTC, datetime

import mlflow
import pytest

from backend.guard_rails.rails import GuardRails
from backend.guard_rails.settings import Follow, PromotionRail
from backend.identity import Identity
from backend.jobs.alias_following import DONE, FAILED, WAITING, AliasFollowing
from backend.jobs.ledger_watch import LedgerWatch
from backend.releases.ledger import Releases
from backend.releases.record import Kind
from tests.contract.guarded import guarded, listed
from tests.registered_models import question, register, register_again

MODEL = "main.contract.followed"


@pytest.fixture(scope="module")
def served(client):
    with guarded(client, MODEL) as served:
        yield served


@pytest.fixture
def rails(client, as_app, served):
    """The rails as an admin sets them; all are off again afterwards."""
    made, admin = GuardRails(client, lambda: as_app, Releases()), Identity(client).viewer()
    yield made
    made.set_promotion(admin, served.endpoint, None, "The test is over")
    made.follow(admin, served.endpoint, None, "The test is over")


@pytest.fixture
def follow(rails, client, served):
    """Return what lets the endpoint follow an alias from now on."""

    def begin(alias: str) -> None:
        wanted = Follow(model=MODEL, alias=alias)
        rails.follow(Identity(client).viewer(), served.endpoint, wanted, "Our pipeline decides")

    return begin


@pytest.fixture
def watcher():
    return AliasFollowing(Releases(), wait_seconds=0)


@pytest.fixture
def step(watcher, rails, client, as_app, served):
    """Return what lets the watcher take its steps until it has come to one of these."""

    def go(*ends):
        deadline, admin = time.monotonic() + 60, Identity(client).viewer()
        while time.monotonic() < deadline:
            watcher.look(as_app, listed(as_app, served.endpoint))
            served.wait()
            state = rails.look(admin, served.endpoint).settings.follow_state
            if state.step in ends:
                return state
        raise AssertionError(state)

    return go


def test_moving_an_alias_deploys(rails, follow, step, watcher, client, as_app, served):
    """Brought up, asked its example, behind the rule; each act with its reason in the ledger."""
    registry, third = mlflow.MlflowClient(), register_again(MODEL)
    registry.set_registered_model_alias(MODEL, "champion", "1")
    follow("champion")
    assert step(DONE).version == "1"
    rail = PromotionRail(verdicts=1, up_percent=1)
    rails.set_promotion(Identity(client).viewer(), served.endpoint, rail, "One must do")
    count = len(served.timeline())

    registry.set_registered_model_alias(MODEL, "champion", str(third))
    waiting = step(WAITING, FAILED)
    assert (waiting.step, served.live()) == (WAITING, 1), waiting.said
    assert "has 0 verdicts" in waiting.said
    served.judge(third, "positive", 1)
    done = step(DONE, FAILED)

    assert done.step == DONE, done.said
    assert served.live() == third
    switched, prepared, *_ = served.timeline()
    assert len(served.timeline()) == count + 2
    assert (prepared.kind, switched.kind) == (Kind.PREPARE, Kind.DEPLOY)
    assert prepared.trial is not None
    assert prepared.trial.has_passed
    assert prepared.by == switched.by
    assert as_app.current_user.me().user_name in switched.by
    assert switched.reason == f"Alias champion was moved to version {third}."
    served.go_back(1)
    watcher.look(as_app, listed(as_app, served.endpoint))
    assert served.live() == 1, "what somebody has gone back from is not deployed anew"


def test_version_that_does_not_come_up_is_told_of_and_not_tried_again(
    follow, step, watcher, as_app, served
):
    """Until the alias is moved."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        broken = register(MODEL, "failing", input_example=question("hello"))
    follow("broken")
    assert step(FAILED).said == f"Model {MODEL} has no alias broken."

    mlflow.MlflowClient().set_registered_model_alias(MODEL, "broken", str(broken))
    state = step(DONE, FAILED)
    count = len(served.timeline())
    watcher.look(as_app, listed(as_app, served.endpoint))

    assert (state.version, state.step) == (str(broken), FAILED)
    assert "the index is missing" in state.said
    assert len(served.timeline()) == count
    assert served.live() == 1


def test_change_by_another_client_is_noticed_when_nobody_looks(client, as_app, served):
    """Between which moments it was, and with the first answer of the new version as proof."""
    GuardRails(client, lambda: as_app, Releases()).let_app_see(served.endpoint)
    watch = LedgerWatch(Releases())
    watch.look(as_app, listed(as_app, served.endpoint))
    current = client.serving_endpoints.get(served.endpoint).config.as_dict()
    keys = ("name", "entity_name", "entity_version", "workload_size", "environment_vars")
    entities = [
        {key: each[key] for key in keys if key in each} for each in current["served_entities"]
    ]
    routes = [{"served_model_name": served.name(2), "traffic_percentage": 100}]
    before = datetime.now(UTC)
    client.api_client.do(
        "PUT",
        f"/api/2.0/serving-endpoints/{served.endpoint}/config",
        body={"served_entities": entities, "traffic_config": {"routes": routes}},
    )
    served.wait()

    watch.look(as_app, listed(as_app, served.endpoint))
    watch.look(as_app, listed(as_app, served.endpoint))
    newest = Releases().page(served.endpoint).releases[0]
    assert (newest.kind, newest.by, newest.proof) == (Kind.OBSERVED, "", "")
    assert newest.seen_before <= before
    answer = served.post(f"/serving-endpoints/{served.endpoint}/invocations", question("hello"))
    watch._looked[served.endpoint].proof_asked_at = float("-inf")
    watch.look(as_app, listed(as_app, served.endpoint))

    proof = Releases().page(served.endpoint).releases[0].proof
    assert proof == answer["databricks_output"]["databricks_request_id"]
