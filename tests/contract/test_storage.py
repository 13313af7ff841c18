"""The disk of a running workspace, asked through the app's own service."""

import pytest

from backend.errors import NotAllowed, Refused
from backend.storage import Storage
from tests.contract.conftest import ask, create_endpoint
from tests.registered_models import question, register

ENDPOINT = "stored"
MODEL = "main.contract.stored"


@pytest.fixture(scope="module")
def served(client):
    """An endpoint of these tests' own, with a model nothing else serves."""
    register(MODEL, "chat_model", input_example=question("hello"))
    create_endpoint(client, ENDPOINT, MODEL)
    yield
    client.serving_endpoints.delete(ENDPOINT)


def part(use, name):
    return next(each for each in use.parts if each.name == name)


def test_admin_sees_what_takes_the_disk(client, served):
    """Files of served versions, tables, and MLflow's database are all there."""
    use = Storage(client).use()

    assert use is not None
    assert use.free > 0
    assert part(use, "traces").size > 0
    assert f"{MODEL} 1" in [each.name for each in part(use, "models").items if each.is_used]


def test_what_no_version_uses_is_cleaned_and_nothing_else(client, served, endpoint):
    """What is served answers as before, and what is deployed again is fetched again."""
    storage = Storage(client)
    client.serving_endpoints.delete(ENDPOINT)

    freed = storage.clean(["models", "environments", "scratch"])

    use = storage.use()
    assert freed > 0
    assert use is not None
    assert [each for each in part(use, "models").items if not each.is_used] == []
    assert ask(client, endpoint, "hello")
    create_endpoint(client, ENDPOINT, MODEL)
    assert ask(client, ENDPOINT, "hello")


def test_what_is_on_record_cannot_be_cleaned(client):
    """Whoever asks for it is refused with a sentence."""
    with pytest.raises(Refused, match="cannot be cleaned"):
        Storage(client).clean(["tables"])


def test_storage_is_for_admins(as_person):
    """The names of all models and tables are in it."""
    theirs = Storage(as_person("reviewers"))

    with pytest.raises(NotAllowed):
        theirs.use()
    with pytest.raises(NotAllowed):
        theirs.clean(["models"])
