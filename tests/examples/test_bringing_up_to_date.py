"""What `python -m examples` decides to deploy, and that deciding needs no MLflow."""

import os
import shutil
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from examples.__main__ import bring_up_to_date
from examples.fingerprint import EXAMPLES, fingerprint
from examples.names import ORDER, SOURCE_TAG, endpoint_name
from examples.standing import Standing, Workspace

STATES = {"config_update": "NOT_UPDATING", "ready": "READY"}


@pytest.fixture
def endpoints_there(
    serve: Callable[..., Any], json_handler: type[Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """A workspace with endpoints, as GET /api/2.0/serving-endpoints/{name} shows them."""
    known = {
        endpoint_name(name): {
            "state": dict(STATES),
            "tags": [{"key": SOURCE_TAG, "value": fingerprint(name)}],
        }
        for name in ORDER
    }

    class Endpoints(json_handler):
        def do_GET(self) -> None:  # noqa: N802 - the name http.server looks for
            endpoint = known.get(self.path.removeprefix("/api/2.0/serving-endpoints/"))
            missing = {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "No such endpoint."}
            self.send_json(endpoint or missing, 200 if endpoint else 404)

    with serve(Endpoints) as url:
        yield url, known


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the examples that a test may change."""
    return Path(
        shutil.copytree(
            EXAMPLES, tmp_path / "examples", ignore=shutil.ignore_patterns("__pycache__")
        )
    )


@pytest.mark.parametrize(
    "changed", ["oracle/chain.py", "corpus/handbook/grb/jets.md", "answering/terms.py"]
)
def test_the_fingerprint_changes_with_a_file_of_the_example(source: Path, changed: str) -> None:
    """The example's folder, the handbook and the shared code all count."""
    before = fingerprint("oracle", source)
    with (source / changed).open("a") as file:
        file.write("\n")

    assert fingerprint("oracle", source) != before


def test_the_fingerprint_ignores_other_examples(source: Path) -> None:
    """A change in one example deploys that one alone."""
    before = fingerprint("oracle", source)
    with (source / "judge" / "chain.py").open("a") as file:
        file.write("\n")

    assert fingerprint("oracle", source) == before


def test_the_fingerprint_changes_with_the_language_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Naming another language model deploys again; its key is no part of the hash."""
    before = fingerprint("oracle")
    monkeypatch.setenv("EXAMPLES_LLM_API_KEY", "k")
    assert fingerprint("oracle") == before

    monkeypatch.setenv("EXAMPLES_LLM_BASE_URL", "http://127.0.0.1:1/v1")
    assert fingerprint("oracle") != before


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        ("NOT_UPDATING", Standing.CURRENT),
        ("IN_PROGRESS", Standing.STARTING),
        ("UPDATE_FAILED", Standing.OUTDATED),
    ],
)
def test_an_endpoint_with_our_tag_stands_by_its_update(
    endpoints_there: tuple[str, dict[str, Any]], update: str, expected: Standing
) -> None:
    """The same files in an update that failed are deployed again."""
    url, known = endpoints_there
    known[endpoint_name("judge")]["state"]["config_update"] = update

    assert Workspace(url, "t").standing("judge", fingerprint("judge")) is expected


def test_an_endpoint_with_another_tag_or_none_is_outdated(
    endpoints_there: tuple[str, dict[str, Any]],
) -> None:
    """What was made from other files, or is not there, has to be deployed."""
    url, known = endpoints_there
    del known[endpoint_name("oracle")]
    known[endpoint_name("judge")]["tags"][0]["value"] = "something else"

    assert Workspace(url, "t").standing("oracle", fingerprint("oracle")) is Standing.OUTDATED
    assert Workspace(url, "t").standing("judge", fingerprint("judge")) is Standing.OUTDATED


def test_with_nothing_changed_the_command_ends_without_mlflow(
    endpoints_there: tuple[str, dict[str, Any]],
) -> None:
    """The command says that nothing is to be done, before anything slow is imported."""
    url, _ = endpoints_there
    script = (
        "import sys, runpy\n"
        "try:\n    runpy.run_module('examples', run_name='__main__')\n"
        "except SystemExit as end:\n    assert end.code == 0, end.code\n"
        "assert 'mlflow' not in sys.modules and 'databricks' not in sys.modules\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=EXAMPLES.parent,
        env={**os.environ, "DATABRICKS_HOST": url, "DATABRICKS_TOKEN": "t"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert done.stdout == "All examples are deployed and unchanged.\n", done.stderr
    assert done.returncode == 0


def test_without_a_workspace_the_command_says_which_variables_are_missing() -> None:
    """The first mistake of a new user is answered with the way out."""
    with pytest.raises(SystemExit, match=r"DATABRICKS_HOST.*local_workspace env"):
        Workspace.from_environment({})


def test_only_what_changed_is_deployed_and_needed_endpoints_are_awaited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The chat model is logged once the oracle is ready; everything else is awaited at the end."""
    steps: list[str] = []

    def module(name: str) -> types.SimpleNamespace:
        if name == "examples.deployment":
            return types.SimpleNamespace(
                wait_until_ready=lambda it: steps.append(f"wait {it}"),
                announce=lambda deployed, answer: steps.append(f"{deployed}: {answer}"),
            )
        example = name.split(".")[1]
        return types.SimpleNamespace(
            release=lambda: steps.append(f"release {example}") or example,
            first_answer=lambda: "answer",
        )

    monkeypatch.setattr("examples.__main__.importlib.import_module", module)

    bring_up_to_date(["oracle", "hello_world", "chat_model"], {"rag_pyfunc"})

    assert steps == [
        "release oracle",
        "release hello_world",
        "wait oracle",
        "release chat_model",
        "wait hello_world",
        "wait rag_pyfunc",
        "wait chat_model",
        "oracle: answer",
        "hello_world: answer",
        "chat_model: answer",
    ]
