"""A small real Databricks workspace on one machine; `running_workspace` starts one from Python."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local_workspace.data_directory import DataDirectory
from local_workspace.settings import Settings

_START_SECONDS = 120.0

__all__ = ["WorkspaceConnection", "running_workspace"]


@dataclass(frozen=True)
class WorkspaceConnection:
    """How to reach a running workspace."""

    host: str
    token: str
    mlflow_tracking_uri: str

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables by which Databricks' and MLflow's clients find it."""
        return {
            "DATABRICKS_HOST": self.host,
            "DATABRICKS_TOKEN": self.token,
            "MLFLOW_TRACKING_URI": self.mlflow_tracking_uri,
            "MLFLOW_TRACKING_TOKEN": self.token,
        }


@contextlib.contextmanager
def running_workspace(
    data_dir: Path | str, *options: str, port: int = 0
) -> Iterator[WorkspaceConnection]:
    """Start a workspace in a process of its own and stop it at the end of the block."""
    folder = Path(data_dir)
    arguments = ["serve", "--data-dir", str(folder), "--port", str(port), "--exit-with-parent"]
    folder.mkdir(parents=True, exist_ok=True)
    DataDirectory(Settings(data_dir=folder)).release()
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "local_workspace", *arguments, *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
        )
    try:
        yield _wait_until_ready(process, folder)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(process: "subprocess.Popen[bytes]", folder: Path) -> WorkspaceConnection:
    path = folder / "connection.json"
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if path.exists():
            return WorkspaceConnection(**json.loads(path.read_text()))
        time.sleep(0.05)
    said = (folder / "server.log").read_text(errors="replace")[-2000:]
    raise RuntimeError(f"The workspace did not start. It said:\n{said}")
