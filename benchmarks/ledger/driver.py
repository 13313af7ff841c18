"""Releases as an admin makes them, timed: the ledger, the pre-flight and the waiting included.

A process of its own (`python -m benchmarks.ledger.driver COMMAND ENDPOINT MODEL NUMBER`), because
MLflow's client keeps the address it was first used with. It prints JSON.
"""

import json
import sys
import time
import warnings
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import requests
from databricks.sdk import WorkspaceClient

from backend.agents import deploy
from backend.connection import workspace_from_environment
from backend.deploying.deploying import Deploying, Wish
from backend.deploying.deployments import Deployments
from backend.identity import Identity
from backend.releases.ledger import Releases
from backend.releases.record import Outcome, Share
from benchmarks.registration import EXAMPLE

_PATIENCE_SECONDS = 60.0
_POLL_SECONDS = 0.01


class NotReleased(Exception):
    """A change did not come up, or another version answered; the text says which."""


def put(endpoint: str, model: str, version: int) -> None:
    """Deploy a version as from a notebook, and wait until it answers."""
    _deploy(endpoint, model, version)


def go_back(endpoint: str, model: str, rounds: int) -> list[float]:
    """Deploy the second version and roll back to the first, again and again.

    Returns for each roll back the milliseconds from the configuration call to the first answer of
    the version before, as one client sees it that asks without a pause.
    """
    workspace = workspace_from_environment()
    deployments = Deployments(workspace, Releases())
    viewer = Identity(workspace).viewer()
    called = _Calls(workspace)
    waits = []
    for _ in range(rounds):
        _deploy(endpoint, model, 2)
        first = next(each for each in deployments.look(endpoint).served if each.version == "1")
        with _Asker(workspace, endpoint, first.name) as asker:
            deployments.roll_back(viewer, endpoint, "It made things up", first.name)
            answered_at = asker.answered()
        waits.append((answered_at - called.at) * 1000)
        _wait(workspace, endpoint)
        _check_is_noted(endpoint, deployments, first)
    return waits


def click(endpoint: str, model: str, last: int) -> list[float]:
    """Deploy versions 2 to `last` as the page does; returns the seconds each took.

    From the click on: on record, brought up at 0 %, tried with its own input example, given all
    questions, ready.
    """
    workspace = workspace_from_environment()
    releases = Releases()
    deploying, deployments = Deploying(workspace, releases), Deployments(workspace, releases)
    viewer = Identity(workspace).viewer()
    seconds = []
    for version in range(2, last + 1):
        started = time.perf_counter()
        wish = Wish(model, str(version), endpoint, "It knows the new prices")
        release = deploying.prepare(viewer, wish)
        _wait(workspace, endpoint)
        new = release.added
        if new is None or deploying.try_out(viewer, release).problem:
            raise NotReleased(f"version {version} did not answer its own input example")
        deployments.deploy(viewer, endpoint, {new.name: 100}, "It answers well")
        _wait(workspace, endpoint)
        seconds.append(time.perf_counter() - started)
        _check_is_noted(endpoint, deployments, new)
    return seconds


class _Calls:
    """Notes when the workspace was last asked for another configuration."""

    def __init__(self, workspace: WorkspaceClient) -> None:
        self.at = 0.0
        self._really: Callable[..., Any] = workspace.serving_endpoints.update_config
        workspace.serving_endpoints.update_config = self._noted  # type: ignore[method-assign]

    def _noted(self, *arguments: Any, **named: Any) -> Any:
        self.at = time.perf_counter()
        return self._really(*arguments, **named)


class _Asker:
    """One client that asks without a pause until a version answers it."""

    def __init__(self, workspace: WorkspaceClient, endpoint: str, name: str) -> None:
        config = workspace.config
        self._url = f"{config.host}/serving-endpoints/{endpoint}/invocations"
        self._headers = {"Authorization": f"Bearer {config.token}"}
        self._name = name
        self._at: float | None = None
        self._is_over = Event()
        self._thread = Thread(target=self._ask)

    def __enter__(self) -> "_Asker":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def answered(self) -> float:
        """Return when it did."""
        self._thread.join(_PATIENCE_SECONDS)
        if self._at is None:
            raise NotReleased(f"{self._name} did not answer")
        return self._at

    def _ask(self) -> None:
        with requests.Session() as session:
            while not self._is_over.is_set():
                answer = session.post(self._url, json=EXAMPLE, headers=self._headers, timeout=30)
                answer.raise_for_status()
                if answer.headers.get("served-model-name") == self._name:
                    self._at = time.perf_counter()
                    return


def _deploy(endpoint: str, model: str, version: int) -> None:
    with warnings.catch_warnings():
        # That it is served already, and keeps its settings, is what is wanted here.
        warnings.simplefilter("ignore")
        deploy(model, version, endpoint_name=endpoint, workload_size="Medium", reason="A new one")
    _wait(workspace_from_environment(), endpoint)


def _wait(workspace: WorkspaceClient, endpoint: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        state = workspace.serving_endpoints.get(endpoint).as_dict()["state"]
        if (state["ready"], state["config_update"]) == ("READY", "NOT_UPDATING"):
            return
        if state["config_update"] == "UPDATE_FAILED":
            break
        time.sleep(_POLL_SECONDS)
    raise NotReleased(f"{endpoint} is {state}")


def _check_is_noted(endpoint: str, deployments: Deployments, live: Share) -> None:
    """Make sure that the ledger has what was measured."""
    deployments.look(endpoint)
    last = Releases().page(endpoint, 1).releases[0]
    if last.outcome is not Outcome.LIVE or last.live_after[0].name != live.name:
        raise NotReleased(f"the ledger says {last}")


if __name__ == "__main__":
    commands: dict[str, Callable[[str, str, int], list[float] | None]] = {
        "put": put,
        "go_back": go_back,
        "click": click,
    }
    result = commands[sys.argv[1]](sys.argv[2], sys.argv[3], int(sys.argv[4]))
    sys.stdout.write(f"\n{json.dumps(result)}\n")
