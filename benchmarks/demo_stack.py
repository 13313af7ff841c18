"""The whole of `make run`, in a folder and on ports of its own, started as `run.sh` starts it."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

from benchmarks.child_process import REPOSITORY, free_port, running, wait_until
from benchmarks.run import Run
from examples.names import ORDER, endpoint_name

_FIRST_START_SECONDS = 600.0
# The app accepts connections seconds before it answers: giving up early would cost a whole turn.
_PATIENCE_SECONDS = 15.0


@dataclass(frozen=True)
class DemoStack:
    """A running stack and after how many seconds each part of it was there."""

    process: psutil.Process
    milestones: dict[str, float]


def data_dir(run: Run) -> Path:
    """Return where the run keeps the demo, which is registered once."""
    return run.folder / "demo" / "workspace"


@contextmanager
def demo_stack(run: Run) -> Iterator[DemoStack]:
    """Run the stack during the block."""
    folder = data_dir(run)
    folder.parent.mkdir(exist_ok=True)
    log = folder.parent / "run.log"
    port, app_port = free_port(), free_port()
    variables = {
        "BIN": str(Path(sys.executable).parent),
        "PORT": str(port),
        "APP_PORT": str(app_port),
        "DATA_DIR": str(folder),
    }
    milestones = _Milestones(
        {
            "workspace": lambda: (folder / "connection.json").exists(),
            "examples": lambda: _every_example_is_ready(folder),
            "app": lambda: _app_answers(app_port),
        }
    )
    with running([str(REPOSITORY / "run.sh")], log, variables) as process:
        wait_until(milestones.are_reached, process, log, _FIRST_START_SECONDS)
        yield DemoStack(psutil.Process(process.pid), milestones.seconds)


class _Milestones:
    """Notes when each condition was first seen to hold, counted from now."""

    def __init__(self, conditions: dict[str, Callable[[], bool]]) -> None:
        self.seconds: dict[str, float] = {}
        self._waiting = conditions
        self._started = time.perf_counter()

    def are_reached(self) -> bool:
        for name in [name for name, holds in self._waiting.items() if holds()]:
            del self._waiting[name]
            self.seconds[name] = time.perf_counter() - self._started
        return not self._waiting


def _app_answers(port: int) -> bool:
    try:
        return (
            requests.get(f"http://127.0.0.1:{port}/healthz", timeout=_PATIENCE_SECONDS).status_code
            == 200
        )
    except requests.RequestException:
        return False


def _every_example_is_ready(folder: Path) -> bool:
    try:
        connection = json.loads((folder / "connection.json").read_text())
        return _ready_endpoints(connection).issuperset(map(endpoint_name, ORDER))
    except (FileNotFoundError, requests.RequestException):
        return False


def _ready_endpoints(connection: dict[str, str]) -> set[str]:
    headers = {"Authorization": f"Bearer {connection['token']}"}
    url = f"{connection['host']}/api/2.0/serving-endpoints"
    endpoints = (
        requests.get(url, headers=headers, timeout=_PATIENCE_SECONDS).json().get("endpoints", [])
    )
    return {endpoint["name"] for endpoint in endpoints if _is_ready(endpoint["state"])}


def _is_ready(state: dict[str, str]) -> bool:
    return (state["ready"], state["config_update"]) == ("READY", "NOT_UPDATING")
