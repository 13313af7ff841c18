"""Guard rails on a running workspace: the rule for promotions, and going back by itself."""

import pytest
from databricks.sdk.errors import BadRequest, PermissionDenied

from backend.agents import deploy
from backend.errors import GuardRefused, NotAllowed
from backend.guard_rails import gate as guard_gate
from backend.guard_rails.rails import GuardRails
from backend.guard_rails.settings import PromotionRail, ReturnRail
from backend.identity import Identity
from backend.jobs.automatic_return import AutomaticReturn
from backend.releases.ledger import Releases
from backend.releases.record import Kind, Outcome
from tests.contract.conftest import ask
from tests.contract.guarded import guarded, listed

MODEL = "main.contract.guarded"


@pytest.fixture(scope="module")
def served(client):
    with guarded(client, MODEL) as served:
        yield served


@pytest.fixture
def admin(client):
    return Identity(client).viewer()


@pytest.fixture
def rails(client, as_app, served, admin):
    """The rails as an admin sets them; all are off again afterwards."""
    made = GuardRails(client, lambda: as_app, Releases())
    yield made
    made.set_promotion(admin, served.endpoint, None, "The test is over")
    made.set_return(admin, served.endpoint, None, "The test is over")


def test_nothing_is_on_unless_somebody_turned_it_on(rails, client, served, admin):
    """A version without a verdict may be promoted."""
    guard_gate.check_promotion(client, served.endpoint, "2")

    now = rails.look(admin, served.endpoint)

    assert (now.settings.promotion, now.settings.automatic_return) == (None, None)
    assert now.settings.follow is None
    assert now.may_change


def test_rule_keeps_a_version_back_until_enough_was_said_of_it(rails, client, served, admin):
    """By the app and by code; a canary and going back are free."""
    rail = PromotionRail(verdicts=3, up_percent=30)
    rails.set_promotion(admin, served.endpoint, rail, "Experts must have seen it")
    with pytest.raises(GuardRefused, match=r"Version 2 has 0 verdicts.* asks for 3\."):
        served.switch(2)
    with pytest.raises(GuardRefused):
        deploy(MODEL, 2)
    guard_gate.check_promotion(client, served.endpoint, "2", share=10)
    guard_gate.check_promotion(client, served.endpoint, "1")

    served.judge(2, "positive", 3)
    now = rails.look(admin, served.endpoint)
    served.switch(2)

    second = next(ruling for share, ruling in now.rulings if share.version == "2")
    assert second.is_ok
    assert second.numbers["verdicts"] == 3
    assert now.settings.promotion.by == admin.user_name
    served.go_back(1)
    assert served.live() == 1


def test_who_may_not_manage_the_endpoint_sets_nothing(client, as_person, as_app, served):
    """The workspace says who may."""
    detail = client.serving_endpoints.get(served.endpoint)
    entry = {"group_name": "analysts", "permission_level": "CAN_QUERY"}
    path = f"/api/2.0/permissions/serving-endpoints/{detail.id}"
    client.api_client.do("PATCH", path, body={"access_control_list": [entry]})
    analyst = as_person("analysts")
    theirs, viewer = GuardRails(analyst, lambda: as_app, Releases()), Identity(analyst).viewer()

    with pytest.raises(NotAllowed):
        theirs.set_promotion(viewer, served.endpoint, PromotionRail(), "I would like it")

    assert not theirs.look(viewer, served.endpoint).may_change


def test_what_the_app_was_lent_it_gives_back(rails, as_app, served, admin):
    """It may change the endpoint only while something it does by itself is on."""
    rails.set_return(admin, served.endpoint, ReturnRail(), "Nobody is here at night")
    as_app.serving_endpoints.patch(served.endpoint, delete_tags=["no such tag"])

    rails.set_return(admin, served.endpoint, None, "Somebody is")

    with pytest.raises(PermissionDenied):
        as_app.serving_endpoints.patch(served.endpoint, delete_tags=["no such tag"])
    assert rails.look(admin, served.endpoint).is_seen_by_app


def test_version_that_fails_more_often_is_left_by_itself_and_only_once(
    rails, client, as_app, served, admin
):
    """In the ledger, by the app, with the numbers; whoever deploys it again has decided."""
    for _ in range(20):
        ask(client, served.endpoint, "hello")
    served.switch(2)
    rails.set_return(admin, served.endpoint, ReturnRail(requests=10), "Nobody is here at night")
    watcher = AutomaticReturn(Releases(), look_seconds=0)
    watcher.look(as_app, listed(as_app, served.endpoint))
    assert served.live() == 2, "there was no reason yet"
    for _ in range(12):
        with pytest.raises(BadRequest):
            ask(client, served.endpoint, "raise on purpose")
    now = rails.look(admin, served.endpoint)
    assert (now.change.new.version, now.change.old.version) == ("2", "1")
    assert now.comparison.is_worse

    watcher.look(as_app, listed(as_app, served.endpoint))
    newest = served.timeline()[0]

    assert served.live() == 1
    assert (newest.kind, newest.outcome) == (Kind.ROLL_BACK, Outcome.LIVE)
    assert as_app.current_user.me().user_name in newest.by
    assert newest.reason.startswith("Gone back automatically. 12 of 12 questions failed on version")
    assert newest.facts["new_errors"] == 12
    served.switch(2)
    watcher.look(as_app, listed(as_app, served.endpoint))
    assert served.live() == 2
