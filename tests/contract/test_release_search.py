"""From a request to its release and back, and the proof of a change, on a running workspace."""

import json
import warnings

import pytest

from backend.agents import deploy
from backend.deploying.deployments import Deployments
from backend.errors import NotFound
from backend.identity import Role, Viewer
from backend.releases.export import ReleaseExport
from backend.releases.ledger import Releases
from backend.releases.proof import first_answer
from backend.releases.record import Release
from backend.releases.search import ReleaseSearch
from tests.registered_models import question, register, register_again

MODEL = "main.contract.searched"
ENDPOINT = "agents_main-contract-searched"
ADMIN = Viewer("admin@example.com", "Admin", frozenset({Role.ADMIN}))


@pytest.fixture(scope="module")
def asked(client) -> list[str]:
    """Two versions, deployed one after the other, each asked twice; the ids of the requests."""
    ids = []
    with warnings.catch_warnings():
        # The clients' own deprecation warnings are theirs to mend.
        warnings.simplefilter("ignore")
        register(MODEL, "chat_model", input_example=question("hello"))
        for version in (1, register_again(MODEL)):
            deploy(MODEL, version, reason=f"The wording of version {version}")
            client.serving_endpoints.wait_get_serving_endpoint_not_updating(ENDPOINT)
            path = f"/serving-endpoints/{ENDPOINT}/invocations"
            for _ in range(2):
                answer = client.api_client.do("POST", path, body=question("hello"))
                ids.append(answer["databricks_output"]["databricks_request_id"])
    Deployments(client, Releases()).look(ENDPOINT)
    return ids


@pytest.fixture(scope="module")
def ledger(asked) -> tuple[Release, Release]:
    """The releases of the first and of the second version."""
    second, first = Releases().page(ENDPOINT).releases
    return first, second


def test_release_leads_to_the_requests_it_answered(client, asked, ledger):
    """Each request is one release's: its first and last row, and how many there are."""
    search = ReleaseSearch(client, Releases())

    for release, ids in zip(ledger, (asked[:2], asked[2:]), strict=True):
        answers = search.answers(ADMIN, release)

        assert answers is not None
        (version,) = answers.by_version
        assert (answers.requests, version.errors) == (2, 0)
        assert [version.first_id, version.last_id] == ids
        assert answers.first_at <= answers.last_at
        assert answers.link_parameters()["version"] == release.live_after[0].version


def test_request_leads_to_the_release_that_made_its_version_answer(client, ledger):
    """As a page of request logs knows it: by endpoint, version and time."""
    search = ReleaseSearch(client, Releases())

    for release in ledger:
        answers = search.answers(ADMIN, release)
        version = release.live_after[0].version
        for moment in (answers.first_at, answers.last_at):
            assert search.release_of(ADMIN, ENDPOINT, version, moment) == release


def test_request_leads_to_its_release_by_its_id_alone(client, asked, ledger):
    """As somebody has it who was told nothing but the id."""
    search = ReleaseSearch(client, Releases())

    assert [search.release_of_request(ADMIN, ENDPOINT, each) for each in asked] == [
        ledger[0],
        ledger[0],
        ledger[1],
        ledger[1],
    ]
    with pytest.raises(NotFound, match="on record"):
        search.release_of_request(ADMIN, ENDPOINT, "not-there")


def test_first_answer_of_a_version_is_the_proof_that_it_was_live(client, asked, ledger):
    """It is the id of a request anybody can look up."""
    prove = first_answer(client)
    first, second = (release.live_after[0] for release in ledger)

    assert prove(ENDPOINT, first) == asked[0]
    assert prove(ENDPOINT, second) == asked[2]
    assert first_answer(client, ledger[1].decided_at)(ENDPOINT, first) == ""
    assert prove("not-there", first) == ""


def test_ledger_is_exported_through_the_official_clients(client, ledger):
    """What MLflow behind the workspace has, line by line."""
    lines = b"".join(ReleaseExport(client, Releases()).jsonl(ADMIN, ENDPOINT)).splitlines()

    assert [json.loads(line)["id"] for line in lines] == [each.id for each in ledger[::-1]]
