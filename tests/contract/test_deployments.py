"""Dividing traffic and rolling back on a running workspace, and what the ledger says of it."""

import warnings
from datetime import UTC, datetime

import pytest
from databricks.sdk.errors import BadRequest

from backend.agents import deploy, roll_back
from backend.deploying.deployments import Deployments
from backend.errors import NotAllowed, Refused
from backend.identity import Role, Viewer
from backend.releases.ledger import Releases
from backend.releases.record import Kind, Outcome
from backend.releases.version_figures import figures
from tests.contract.conftest import ask
from tests.registered_models import question, register, register_again

MODEL = "main.contract.released"
ENDPOINT = "agents_main-contract-released"
FIRST, SECOND = "main-contract-released_1", "main-contract-released_2"
ADMIN = Viewer("admin@example.com", "Admin", frozenset({Role.ADMIN}))


@pytest.fixture(scope="module")
def deployments(client) -> Deployments:
    """Two versions, deployed one after the other, by code."""
    with warnings.catch_warnings():
        # The clients' own deprecation warnings are theirs to mend.
        warnings.simplefilter("ignore")
        register(MODEL, "chat_model", input_example=question("hello"))
        deploy(MODEL, 1)
        client.serving_endpoints.wait_get_serving_endpoint_not_updating(ENDPOINT)
        deploy(MODEL, register_again(MODEL), reason="Knows the new prices")
        client.serving_endpoints.wait_get_serving_endpoint_not_updating(ENDPOINT)
    return Deployments(client, Releases())


def wait(client, deployments) -> list:
    """Return the timeline once nothing is pending any more."""
    client.serving_endpoints.wait_get_serving_endpoint_not_updating(ENDPOINT)
    deployments.look(ENDPOINT)
    return list(Releases().page(ENDPOINT).releases)


def live(releases) -> list[str]:
    return [share.version for share in releases[0].live_after]


def test_deploying_from_code_is_in_the_ledger(client, deployments):
    """Who, when, from what, to what, why, and that it came up."""
    second, first = wait(client, deployments)

    assert (second.kind, second.outcome) == (Kind.DEPLOY, Outcome.LIVE)
    assert second.reason == "Knows the new prices"
    assert second.by == client.current_user.me().user_name
    assert [s.version for s in second.live_before] == ["1"]
    assert [s.version for s in second.live_after] == ["2"]
    assert first.before == ()
    assert first.requested_at < first.decided_at <= second.requested_at


def test_roll_back_is_one_call_and_the_next_answer_is_the_former_version_s(client, deployments):
    """It says so in the ledger, with the reason."""
    before = datetime.now(UTC)
    deployments.roll_back(ADMIN, ENDPOINT, "Wrong prices")
    timeline = wait(client, deployments)

    assert ask(client, ENDPOINT, "version")
    assert (timeline[0].kind, timeline[0].by) == (Kind.ROLL_BACK, ADMIN.user_name)
    assert timeline[0].outcome is Outcome.LIVE
    assert live(timeline) == ["1"]
    assert Releases().live_at(ENDPOINT, before).release == timeline[1]
    assert Releases().live_at(ENDPOINT, datetime.now(UTC)).release == timeline[0]


def test_a_canary_has_its_share_and_all_add_up(client, deployments):
    """What does not is refused before anything is written down."""
    count = len(wait(client, deployments))
    with pytest.raises(Refused, match="add up to 100"):
        deployments.set_traffic(ADMIN, ENDPOINT, {FIRST: 90, SECOND: 20}, "Try it")
    with pytest.raises(Refused, match="does not serve"):
        deployments.set_traffic(ADMIN, ENDPOINT, {"chain_9": 100}, "Try it")
    with pytest.raises(Refused, match="Say why"):
        deployments.set_traffic(ADMIN, ENDPOINT, {FIRST: 100}, "  ")

    deployments.set_traffic(ADMIN, ENDPOINT, {FIRST: 90, SECOND: 10}, "Try it on a few")
    timeline = wait(client, deployments)

    assert len(timeline) == count + 1
    assert [(s.version, s.percentage) for s in timeline[0].live_after] == [("1", 90), ("2", 10)]
    now = deployments.look(ENDPOINT)
    assert {s.name: s.percentage for s in now.served} == {FIRST: 90, SECOND: 10}


def test_roll_back_from_code(client, deployments):
    """The names and habits of `backend.agents`, without the app."""
    release = roll_back(MODEL, reason="Back to what was known", model_version=2)
    timeline = wait(client, deployments)

    assert timeline[0].id == release.id
    assert live(timeline) == ["2"]


def test_change_by_another_client_appears_in_the_ledger(client, deployments):
    """Its author is not known, and it says between which moments it was."""
    last = wait(client, deployments)[0]
    config = client.serving_endpoints.get(ENDPOINT).config
    body = config.as_dict()
    routes = [{"served_model_name": FIRST, "traffic_percentage": 100}]
    path = f"/api/2.0/serving-endpoints/{ENDPOINT}/config"
    served = [
        {key: each[key] for key in ("name", "entity_name", "entity_version", "workload_size")}
        for each in body["served_entities"]
    ]
    client.api_client.do(
        "PUT", path, body={"served_entities": served, "traffic_config": {"routes": routes}}
    )
    timeline = wait(client, deployments)

    assert (timeline[0].kind, timeline[0].by, timeline[0].reason) == (Kind.OBSERVED, "", "")
    assert live(timeline) == ["1"]
    assert timeline[0].seen_before == last.decided_at
    assert wait(client, deployments) == timeline


def test_who_may_only_ask_cannot_change_anything(as_person, deployments, client):
    """The workspace decides, and nothing is written down."""
    count = len(wait(client, deployments))
    detail = client.serving_endpoints.get(ENDPOINT)
    entry = {"group_name": "reviewers", "permission_level": "CAN_QUERY"}
    path = f"/api/2.0/permissions/serving-endpoints/{detail.id}"
    client.api_client.do("PATCH", path, body={"access_control_list": [entry]})
    theirs = Deployments(as_person("reviewers"), Releases())

    with pytest.raises(NotAllowed):
        theirs.roll_back(ADMIN, ENDPOINT, "I would like it")

    assert len(wait(client, deployments)) == count


def test_figures_of_each_version_are_read_from_the_logs(client, deployments, host):
    """Requests, errors, and of each person the last thumb on each answer."""
    deployments.roll_back(ADMIN, ENDPOINT, "Ask the second", to=SECOND)
    wait(client, deployments)
    path = f"/serving-endpoints/{ENDPOINT}/invocations"
    feedback = f"/serving-endpoints/{ENDPOINT}/served-models/feedback/invocations"
    for thumb in ("positive", "negative"):
        answer = client.api_client.do("POST", path, body=question("hello"))
        request_id = answer["databricks_output"]["databricks_request_id"]
        for value in ("negative", thumb):
            ratings = {"ratings": {"answer_correct": {"value": value}}}
            record = {"request_id": request_id, "text_assessments": [ratings]}
            client.api_client.do("POST", feedback, body={"dataframe_records": [record]})
    with pytest.raises(BadRequest):
        client.api_client.do("POST", path, body=question("raise"))

    second = figures(client, ENDPOINT)[MODEL, "2"]

    assert (second.up, second.down) == (1, 1)
    assert (second.requests, second.errors) == (3, 1)
    assert second.p95_ms is not None
    assert second.first_at <= second.last_at
