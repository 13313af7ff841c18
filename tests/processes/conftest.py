"""Workspaces that tests may kill: each has its own data directory and its own processes."""

import contextlib
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import mlflow
import psutil
import pytest
import requests

from local_workspace import WorkspaceConnection, running_workspace
from tests.made_once import made_once
from tests.registered_models import question, register

MODEL = "main.processes.scripted"


@pytest.fixture(autouse=True)
def _clients_warn() -> Iterator[None]:
    """MLflow's client leaves sockets to the garbage collector."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield


@pytest.fixture(scope="package")
def seeded(tmp_path_factory) -> Path:
    """A stopped workspace's data directory with one registered model and one endpoint, to copy."""

    def seed(folder: Path) -> None:
        with running_workspace(folder) as connection, client_environment(connection):
            register(MODEL, "chat_model", input_example=question("hello"))
            create(connection, "scripted")

    return made_once(tmp_path_factory, "seeded", seed)


@contextlib.contextmanager
def client_environment(connection: WorkspaceConnection) -> Iterator[None]:
    """Lead MLflow's client to the workspace for the length of the block."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in connection.environment.items():
            patch.setenv(name, value)
        mlflow.set_tracking_uri(connection.mlflow_tracking_uri)
        yield


def create(connection: WorkspaceConnection, name: str, **entity) -> None:
    """Create an endpoint that serves version 1 and wait for it."""
    served = {"entity_name": MODEL, "entity_version": "1", "name": "v1", **entity}
    body = {"name": name, "config": {"served_entities": [served]}}
    answer = api(connection, "POST", "/api/2.0/serving-endpoints", json=body)
    assert answer.status_code == 200, answer.text
    wait_for(lambda: state(connection, name)["ready"] == "READY")


def api(connection: WorkspaceConnection, method: str, path: str, **options) -> requests.Response:
    """Send a request with the workspace's own token."""
    headers = {"Authorization": f"Bearer {connection.token}"}
    return requests.request(method, connection.host + path, headers=headers, timeout=60, **options)


def ask(connection: WorkspaceConnection, name: str, text: str, **more) -> requests.Response:
    """Ask an endpoint one question."""
    path = f"/serving-endpoints/{name}/invocations"
    return api(connection, "POST", path, json=question(text, **more))


def state(connection: WorkspaceConnection, name: str) -> dict[str, str]:
    """Return the state the endpoint shows."""
    return api(connection, "GET", f"/api/2.0/serving-endpoints/{name}").json()["state"]


def wait_for(condition: Callable[[], object], seconds: float = 30) -> None:
    """Return when the condition holds; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def descendants(pid: int) -> list[psutil.Process]:
    """Return every process below this one."""
    return psutil.Process(pid).children(recursive=True)


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Return those that still run."""
    return [
        each for each in processes if each.is_running() and each.status() != psutil.STATUS_ZOMBIE
    ]


def start_command(*arguments: str, **options) -> "subprocess.Popen[bytes]":
    """Start `python -m local_workspace` with these arguments."""
    return subprocess.Popen(
        [sys.executable, "-m", "local_workspace", *arguments],
        cwd=Path(__file__).parents[2],
        env=os.environ | options.pop("env", {}),
        **options,
    )
