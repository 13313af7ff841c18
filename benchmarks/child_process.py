"""Starts the servers that are measured and leaves none of their processes behind."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

REPOSITORY = Path(__file__).parents[1]
_STOP_SECONDS = 30.0
_IDLE_SECONDS = 2.0
_IDLE_SHARE = 0.05


class DidNotStart(Exception):
    """A server ended, or took too long, before it could be measured."""


@contextmanager
def running(
    command: list[str],
    log: Path,
    environment: Mapping[str, str] | None = None,
    folder: Path = REPOSITORY,
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a command during the block; everything it started ends with it."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=folder,
            env=clean_environment() | dict(environment or {}),
        )
    try:
        yield process
    finally:
        _stop(process)


def wait_until(
    is_ready: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path, seconds: float
) -> None:
    """Wait for a server; raises with its last words if it does not come up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        if is_ready():
            return
        time.sleep(0.02)
    raise DidNotStart(f"{process.args!r}\n{log.read_text(errors='replace')[-2000:]}")


def wait_until_idle(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    """Wait until a server and what it started have nothing left to do for themselves.

    `mlflow server` answers long before the helpers it starts have loaded: for seconds they take
    the machine from whatever is measured, of either side.
    """
    deadline = time.monotonic() + seconds
    used = _processor_seconds(process.pid)
    while time.monotonic() < deadline:
        time.sleep(_IDLE_SECONDS)
        before, used = used, _processor_seconds(process.pid)
        if used - before < _IDLE_SHARE * _IDLE_SECONDS:
            return


def _processor_seconds(pid: int) -> float:
    parent = psutil.Process(pid)
    total = 0.0
    for each in (parent, *parent.children(recursive=True)):
        # It may have ended since it was listed.
        with suppress(psutil.NoSuchProcess):
            times = each.cpu_times()
            total += times.user + times.system
    return total


def free_port() -> int:
    """Return a port nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def clean_environment() -> dict[str, str]:
    """Return the shell's variables without those that would lead clients somewhere else.

    The interpreter's folder comes first on the path: `mlflow models serve` looks up uvicorn there.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DATABRICKS_", "MLFLOW_", "LOCAL_WORKSPACE_"))
    }
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', os.defpath)}"
    return kept | {"PATH": path, "MLFLOW_DISABLE_TELEMETRY": "true"}


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is not None:
        return
    children = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    _, alive = psutil.wait_procs(children, timeout=5)
    for child in alive:
        child.kill()
