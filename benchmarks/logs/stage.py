"""A workspace with a month of recorded requests, and the analyst who comes to look at them."""

import datetime
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from benchmarks.logs.generator import ENDPOINT, Log, write
from benchmarks.logs.turns import Month
from benchmarks.run import Run
from benchmarks.workspace import BenchmarkWorkspace, DeploymentFailed, Served, benchmark_workspace
from local_workspace.client import LocalClient

ROWS, FEW_ROWS = 1_000_000, 20_000
_ANALYST = "analyst@example.com"
_MODEL = "trivial"


@dataclass(frozen=True)
class Recorded:
    """The folder whose workspace holds the requests, and which they are."""

    folder: Path
    month: Month


@dataclass(frozen=True)
class LogStage:
    """The running workspace as an analyst meets it."""

    folder: Path
    month: Month
    environment: dict[str, str]
    client: LocalClient
    token: str

    @property
    def own_environment(self) -> dict[str, str]:
        """Return the variables of a client that has the analyst's rights."""
        return self.environment | {"DATABRICKS_TOKEN": self.token}


def recorded(run: Run) -> Recorded:
    """Write the requests, unless an earlier figure of this run, or a kept one, has done so."""
    rows = ROWS if run.is_long else FEW_ROWS
    folder = run.folder / f"logs-{rows}"
    made = folder / "made.json"
    if not made.exists():
        # What an interrupted run has left would be asked as well.
        shutil.rmtree(folder, ignore_errors=True)
        end = datetime.datetime.now(datetime.UTC)
        write(folder / "workspace", Log(Month(rows, end), is_hostile=True), rows)
        made.write_text(json.dumps({"end": end.isoformat()}))
    end = datetime.datetime.fromisoformat(json.loads(made.read_text())["end"])
    return Recorded(folder, Month(rows, end))


@contextmanager
def log_stage(run: Run) -> Iterator[LogStage]:
    """Run a workspace over the requests during the block, with the endpoint they are of."""
    data = recorded(run)
    with benchmark_workspace(data.folder) as workspace:
        _serve(workspace)
        host = workspace.environment["DATABRICKS_HOST"]
        client = LocalClient(host, workspace.environment["DATABRICKS_TOKEN"])
        token = analyst_token(host, client, ENDPOINT)
        yield LogStage(data.folder, data.month, workspace.environment, client, token)


def analyst_token(host: str, client: LocalClient, endpoint: str) -> str:
    """Make an analyst who may ask the endpoint; returns that person's own token."""
    client.ensure_user(_ANALYST, "Analyst", "analysts")
    client.grant(endpoint, "CAN_QUERY", ("analysts",))
    form = {"grant_type": "authorization_code", "code": client.sign_in_code(_ANALYST)}
    answer = requests.post(f"{host}/oidc/v1/token", data=form, timeout=30)
    answer.raise_for_status()
    return str(answer.json()["access_token"])


def _serve(workspace: BenchmarkWorkspace) -> None:
    try:
        workspace.wait_until_ready(ENDPOINT)
    except DeploymentFailed:
        workspace.register(_MODEL)
        workspace.create(ENDPOINT, Served(_MODEL), is_recorded=True)
