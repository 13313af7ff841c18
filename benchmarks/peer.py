"""The peer: `mlflow models serve` as installed, with one worker, and an MLflow server beside it."""

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from benchmarks.child_process import free_port, running, wait_until, wait_until_idle
from benchmarks.load.specification import Target

_START_SECONDS = 120.0


@dataclass(frozen=True)
class Peer:
    """A model served by MLflow, and how long that took to answer for the first time."""

    target: Target
    seconds_to_ready: float


@contextmanager
def model_server(model: Path, environment: Mapping[str, str] | None = None) -> Iterator[Peer]:
    """Serve a logged model with `mlflow models serve` during the block."""
    port = free_port()
    log = model.parent / f"{model.name}-peer.log"
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(model)]
    command += ["--env-manager", "local", "--port", str(port)]
    started = time.perf_counter()
    with running(command, log, environment, folder=model.parent) as process:
        wait_until(lambda: _answers(port, "/ping"), process, log, _START_SECONDS)
        yield Peer(Target(port, "/invocations"), time.perf_counter() - started)


@contextmanager
def tracking_server(folder: Path) -> Iterator[str]:
    """Run `mlflow server` on SQLite during the block and yield its address.

    One worker: with more it would take still more of the machine from the peer.
    """
    port = free_port()
    log = folder / "tracking-server.log"
    command = [sys.executable, "-m", "mlflow", "server", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{folder / 'tracking.db'}"]
    with running(command, log, folder=folder) as process:
        wait_until(lambda: _answers(port, "/health"), process, log, _START_SECONDS)
        wait_until_idle(process, _START_SECONDS)
        yield f"http://127.0.0.1:{port}"


def _answers(port: int, path: str) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}{path}", timeout=5).status_code == 200
    except requests.RequestException:
        return False
