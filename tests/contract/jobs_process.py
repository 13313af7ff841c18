"""`python -m backend.jobs` beside a running workspace, with the app's own service principal."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local_workspace.client import LocalClient

ROOT = Path(__file__).parents[2]
APP = "review-app"


def app_variables(environment: dict[str, str]) -> dict[str, str]:
    """Return the variables the app and this process are started with."""
    host, token = environment["DATABRICKS_HOST"], environment["DATABRICKS_TOKEN"]
    own = LocalClient(host, token).service_principal_token(APP)
    return environment | {"DATABRICKS_TOKEN": own, "MLFLOW_TRACKING_TOKEN": own}


@contextmanager
def jobs_process(variables: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run it for the length of a block; what it says goes into the log."""
    command = [sys.executable, "-m", "backend.jobs"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | variables, stdout=output, stderr=output
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)
