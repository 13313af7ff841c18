"""The steps every driver takes: log with what the chain needs, register, deploy, wait, ask."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import mlflow
from databricks.sdk import WorkspaceClient
from mlflow.models.model import ModelInfo

from backend.agents import Deployment, deploy
from backend.serving.reviewer_guide import ReviewerGuide
from examples.answering import language_model
from examples.fingerprint import EXAMPLES, SHARED, fingerprint
from examples.names import SOURCE_TAG, endpoint_name, experiment_name, model_name

# The oracle and the judge are asked by another chain, not by people.
NOTHING_TO_SAY = ReviewerGuide()


@contextmanager
def logging_run(example: str) -> Iterator[list[str]]:
    """Open an MLflow run and yield the `code_paths` to log with the example's model.

    A model is loaded in a process that cannot import this repository. It gets a package
    `examples` of its own: what all examples share and the example's folder, without its driver.
    """
    mlflow.set_experiment(experiment_name(example))
    with tempfile.TemporaryDirectory() as folder, mlflow.start_run(run_name=example):
        package = Path(folder, EXAMPLES.name)
        for name in (*SHARED, example):
            ignored = shutil.ignore_patterns("__pycache__", "driver.py")
            shutil.copytree(EXAMPLES / name, package / name, ignore=ignored)
        shutil.copy(EXAMPLES / "__init__.py", package)
        yield [str(package)]


def requirements(*distributions: str) -> list[str]:
    """Pin the distributions to what is installed; given a list, MLflow need not infer one."""
    return [f"{name}=={version(name)}" for name in ("mlflow", "bm25s", *distributions)]


def register(example: str, logged: ModelInfo) -> int:
    """Register the logged model as a new version of the example."""
    registered = mlflow.register_model(logged.model_uri, model_name(example))
    return int(registered.version)


def deploy_version(
    example: str,
    model_version: int,
    description: str,
    environment_vars: Mapping[str, str] | None = None,
    guide: ReviewerGuide = NOTHING_TO_SAY,
) -> Deployment:
    """Deploy the version to the example's endpoint, marked with the files it was made from."""
    return deploy(
        model_name(example),
        model_version,
        environment_vars=dict(environment_vars or {}),
        tags={SOURCE_TAG: fingerprint(example)} | guide.tags(),
        description=description,
    )


def language_model_variables() -> dict[str, str]:
    """Return what lets an endpoint ask the same language model as this process.

    Anyone who may view an endpoint can read its variables, so the key goes in as a reference such
    as `{{secrets/examples/llm_api_key}}` or not at all.
    """
    names = (language_model.BASE_URL, language_model.MODEL)
    variables = {name: os.environ[name] for name in names if os.environ.get(name)}
    key = os.environ.get(language_model.API_KEY, "")
    if key.startswith("{{secrets/"):
        variables[language_model.API_KEY] = key
    elif key and variables:
        raise SystemExit(
            f"{language_model.API_KEY} holds a key. Store it as a secret and set the variable to "
            "its reference, for example {{secrets/examples/llm_api_key}}."
        )
    return variables


def wait_until_ready(example: str) -> None:
    """Wait for the endpoint's update to end; raises if it fails."""
    WorkspaceClient().serving_endpoints.wait_get_serving_endpoint_not_updating(
        endpoint_name(example)
    )


def ask(example: str, inputs: Mapping[str, Any]) -> Any:
    """Ask the example's endpoint through the Databricks SDK and return the JSON it answers.

    MLflow's deployment client would insist on an object, and a chain may answer with a list.
    """
    path = f"/serving-endpoints/{endpoint_name(example)}/invocations"
    return WorkspaceClient().api_client.do("POST", path, body=dict(inputs))


def say(text: str) -> None:
    """Tell whoever runs the driver; a driver is a command, its output is for a terminal."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def announce(deployment: Deployment, answer: str) -> None:
    """Say what was asked of the new endpoint and where to go on."""
    say(f"\n{deployment.model_name} version {deployment.model_version} answers:\n{answer}\n")
    say(f"  Review App: {deployment.review_app_url}")
    say(f"  Endpoint:   {deployment.endpoint_url}")
    say(f"  REST API:   {deployment.query_endpoint}")
