"""Models on a running workspace: reading, names, copies, and snippets that do what they say."""

import contextlib
import io
import json
import os
import subprocess
import warnings

import mlflow
import pytest
import requests

from backend.identity import Role, Viewer
from backend.registry.promotion import Promotions
from backend.registry.record import Version
from backend.registry.registry import Registry
from tests.contract.conftest import create_endpoint, keeping_the_registry
from tests.registered_models import question, register, register_again

MODEL, PROD = "main.contract.shelved", "prod.contract.shelved"
ENDPOINT = "contract-shelved"
ADMIN = Viewer("admin@example.com", "Admin", frozenset({Role.ADMIN}))
CONFIG = {"prompt": "You say back what you hear.", "api_key": "sk-0123456789abcdefghij"}


@pytest.fixture(scope="module")
def registry(client, workspace) -> Registry:
    """Two versions, the second one deployed."""
    with warnings.catch_warnings():
        # The clients' own deprecation warnings are theirs to mend.
        warnings.simplefilter("ignore")
        mlflow.set_tracking_uri(workspace["MLFLOW_TRACKING_URI"])
        register(MODEL, "chat_model", input_example=question("hello"), model_config=CONFIG)
        create_endpoint(client, ENDPOINT, MODEL, register_again(MODEL))
    return Registry(client, workspace["MLFLOW_TRACKING_URI"])


@pytest.fixture(params=["mlflow", "catalog"])
def protocol(request):
    """There is one registry, and two protocols to reach it."""
    with keeping_the_registry():
        if request.param == "catalog":
            mlflow.set_registry_uri("databricks-uc")
        yield request.param


def newest(registry, name=MODEL) -> Version:
    number = registry.versions(ADMIN, name).versions[0].number
    return registry.version(ADMIN, name, number)


def test_model_is_found_and_read(registry, protocol):
    """With its versions, files and configuration, and where it is served."""
    assert MODEL in [each.name for each in registry.models(ADMIN, "shelved").models]
    numbers = [each.number for each in registry.versions(ADMIN, MODEL).versions]
    assert numbers[-2:] == ["2", "1"]
    second = registry.version(ADMIN, MODEL, "2")

    contents = registry.contents(ADMIN, second)

    assert second.is_ready
    assert contents.task == "agent/v1/chat"
    assert contents.secrets == ("api_key",)
    assert list(contents.code) == ["chat_model.py"]
    assert {"MLmodel", "chat_model.py"} <= {f.path for f in registry.files(ADMIN, second).files}
    assert "Scripted" in registry.preview(ADMIN, second, "chat_model.py").text
    assert registry.origin(ADMIN, second).experiment == f"/{MODEL}"
    (place,) = registry.served(ADMIN, MODEL)["2"]
    assert (place.endpoint, place.percentage) == (ENDPOINT, 100)


def test_names_and_words_are_kept(registry, protocol):
    """Another client sees them."""
    first = registry.version(ADMIN, MODEL, "1")
    registry.set_alias(ADMIN, first, f"by-{protocol}")
    registry.set_tag(ADMIN, MODEL, "1", "protocol", protocol)
    registry.describe(ADMIN, MODEL, "1", f"Written through {protocol}")

    found = mlflow.MlflowClient().get_model_version_by_alias(MODEL, f"by-{protocol}")
    assert str(found.version) == "1"
    assert (found.tags["protocol"], found.description) == (protocol, f"Written through {protocol}")

    registry.remove_alias(ADMIN, MODEL, f"by-{protocol}")
    registry.remove_tag(ADMIN, MODEL, "1", "protocol")
    again = registry.version(ADMIN, MODEL, "1")
    assert f"by-{protocol}" not in again.aliases
    assert "protocol" not in again.tags


def test_promoted_version_is_one_of_its_own(registry, client, protocol):
    """The copy has the files, the lineage and the alias."""
    to = f"{PROD}_{protocol}"

    made = Promotions(client).promote(ADMIN, MODEL, "2", to, "It is better", "champion")

    assert (made.model, made.number, made.aliases) == (to, "1", ("champion",))
    assert made.tags["reviewapp.promoted_from"] == f"{MODEL}/2"
    assert "chat_model.py" in registry.contents(ADMIN, made).code
    assert mlflow.models.get_model_info(made.uri).signature


def test_snippets_do_what_they_say(registry, client):
    """Each of them is run as it is, with the token in the environment."""
    second = registry.version(ADMIN, MODEL, "2")
    loading, asking = registry.snippets(ADMIN, second, registry.served(ADMIN, MODEL)["2"])

    printed = [_run(each.code) for each in (loading[0], *asking) if each.language == "python"]
    curl = subprocess.run(
        ["bash", "-c", asking[0].code], env=os.environ, capture_output=True, check=True, timeout=60
    )

    assert len(printed) == 5
    assert all("hello" in each for each in printed)
    assert json.loads(curl.stdout)["choices"][0]["message"]["content"] == "hello"


def test_link_into_mlflow_opens_it(registry):
    """A browser that has never been there is let in, once."""
    address = registry.opened_links(ADMIN).version(MODEL, "2")

    with requests.Session() as browser:
        page = browser.get(address.partition("#")[0], timeout=30)

    assert page.ok
    assert address.endswith(f"#/models/{MODEL}/versions/2")


def _run(code: str) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "snippet", "exec"), {})
    # A model that was loaded here has left a trace.
    mlflow.flush_trace_async_logging()
    return printed.getvalue()
