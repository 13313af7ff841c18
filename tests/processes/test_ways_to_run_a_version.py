"""Environments, processes, threads, secrets, time limits, and an MLflow server elsewhere."""

import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor

import mlflow
import pytest

from local_workspace import running_workspace
from tests.processes.conftest import (
    MODEL,
    api,
    ask,
    client_environment,
    create,
    state,
    wait_for,
)
from tests.registered_models import register

TIMEOUT = 2


@pytest.fixture(scope="module")
def folder(seeded, tmp_path_factory):
    """The data directory of a workspace of this module's own."""
    return shutil.copytree(seeded, tmp_path_factory.mktemp("ways") / "data")


@pytest.fixture(scope="module")
def workspace(folder):
    secrets = folder / "secrets.json"
    secrets.write_text(json.dumps({"llm": {"key": "top-secret-value"}}))
    secrets.chmod(0o600)
    with running_workspace(folder, "--request-timeout", str(TIMEOUT)) as connection:
        wait_for(lambda: state(connection, "scripted")["ready"] == "READY")
        yield connection


def content(answer) -> str:
    assert answer.status_code == 200, answer.text
    return answer.json()["choices"][0]["message"]["content"]


def test_version_with_its_own_requirements_gets_its_own_environment(workspace, folder):
    """With uv a version runs in an environment built from its requirements."""
    name = "main.processes.needs_six"
    requirements = [f"mlflow=={mlflow.__version__}", "six==1.16.0"]
    with client_environment(workspace):
        register(name, "needs_six", pip_requirements=requirements)
    variables = {"LOCAL_WORKSPACE_ENV_MANAGER": "uv"}
    entity = {"entity_name": name, "environment_vars": variables}
    body = {"name": "own", "config": {"served_entities": [{**entity, "entity_version": "1"}]}}
    api(workspace, "POST", "/api/2.0/serving-endpoints", json=body)
    wait_for(lambda: state(workspace, "own")["config_update"] == "NOT_UPDATING", 180)

    version, prefix = content(ask(workspace, "own", "hi")).split()
    assert version == "1.16.0"
    assert prefix.startswith(str(folder / "environments"))


def test_settings_of_the_interpreter_reach_a_fresh_one(workspace):
    """A PYTHON variable works, because such a version is started and not forked."""
    create(workspace, "fresh", environment_vars={"PYTHONHASHSEED": "7"})

    assert content(ask(workspace, "fresh", "env PYTHONHASHSEED")) == "7"


def test_several_processes_share_the_work(workspace):
    """A version with two processes answers from both."""
    create(workspace, "pair", environment_vars={"LOCAL_WORKSPACE_PROCESSES": "2"})

    def pid(_: int) -> str:
        return content(ask(workspace, "pair", "pid 0.5"))

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(pid, range(8)))) == 2


def test_model_that_is_not_thread_safe_is_asked_one_at_a_time(workspace):
    """With a concurrency of one, calls follow each other."""
    create(workspace, "single", environment_vars={"LOCAL_WORKSPACE_CONCURRENCY": "1"})
    started = time.monotonic()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: ask(workspace, "single", "sleep 0.2"), range(4)))

    assert [each.status_code for each in answers] == [200] * 4
    assert time.monotonic() - started >= 0.8


def test_secret_reaches_the_model_and_neither_api_nor_logs(workspace):
    """A reference is resolved for the model, shown as it is, and blanked in what is printed."""
    reference = "{{secrets/llm/key}}"
    create(workspace, "secretive", environment_vars={"LLM_KEY": reference})

    assert content(ask(workspace, "secretive", "env LLM_KEY")) == "top-secret-value"
    ask(workspace, "secretive", "print the key is top-secret-value")
    path = "/api/2.0/serving-endpoints/secretive"
    wait_for(lambda: "the key is" in api(workspace, "GET", f"{path}/served-models/v1/logs").text)
    assert "top-secret-value" not in api(workspace, "GET", f"{path}/served-models/v1/logs").text
    shown = api(workspace, "GET", path).json()["config"]["served_entities"][0]
    assert shown["environment_vars"] == {"LLM_KEY": reference}


def test_model_that_takes_too_long_is_a_504(workspace):
    """A call over the limit is DEADLINE_EXCEEDED, whole or streamed."""
    whole = ask(workspace, "scripted", f"sleep {TIMEOUT + 1}")
    stream = ask(workspace, "scripted", f"sleep {TIMEOUT + 1}", stream=True)

    assert (whole.status_code, whole.json()["error_code"]) == (504, "DEADLINE_EXCEEDED")
    assert "DEADLINE_EXCEEDED" in stream.text
    assert content(ask(workspace, "scripted", "hello")) == "hello"


def test_process_whose_every_thread_hangs_is_replaced(workspace):
    """Hanging calls do not take a version down for good."""
    create(workspace, "hanging", environment_vars={"LOCAL_WORKSPACE_CONCURRENCY": "1"})
    before = content(ask(workspace, "hanging", "pid"))

    assert ask(workspace, "hanging", "sleep 600").status_code == 504

    wait_for(lambda: ask(workspace, "hanging", "pid").status_code == 200)
    assert content(ask(workspace, "hanging", "pid")) != before


def test_endpoint_that_is_coming_up_is_a_503_with_retry_after(workspace):
    """Until the first version is ready an endpoint says that it is starting."""
    entity = {"entity_name": MODEL, "entity_version": "1", "name": "v1"}
    # A fresh interpreter takes seconds, which is long enough to ask in between.
    entity["environment_vars"] = {"PYTHONHASHSEED": "1"}
    body = {"name": "slow", "config": {"served_entities": [entity]}}
    api(workspace, "POST", "/api/2.0/serving-endpoints", json=body)

    answer = ask(workspace, "slow", "hello")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json()["error_code"] == "TEMPORARILY_UNAVAILABLE"
    wait_for(lambda: state(workspace, "slow")["ready"] == "READY", 60)
    assert content(ask(workspace, "slow", "hello")) == "hello"


def test_models_of_an_mlflow_server_elsewhere_are_deployed_at_once(
    workspace, tmp_path, monkeypatch
):
    """A workspace that stands before somebody's MLflow server serves what is registered there."""
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", workspace.token)
    elsewhere = ("--mlflow-tracking-uri", workspace.host)

    with running_workspace(tmp_path, *elsewhere) as second:
        create(second, "from-elsewhere")

        assert content(ask(second, "from-elsewhere", "hello")) == "hello"
        with client_environment(second):
            found = mlflow.MlflowClient().search_model_versions(f"name='{MODEL}'")
        assert len(found) == 1


def test_version_without_tracing_returns_and_stores_no_trace(workspace, folder):
    """ENABLE_MLFLOW_TRACING=false turns off the spans a model opens itself, too."""
    create(workspace, "untraced", environment_vars={"ENABLE_MLFLOW_TRACING": "false"})

    options = {"databricks_options": {"return_trace": True}}
    output = ask(workspace, "untraced", "hello", **options).json()["databricks_output"]

    assert "trace" not in output
    assert not list((folder / "scratch").glob("*.db"))
