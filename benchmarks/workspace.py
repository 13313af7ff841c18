"""Our side: a workspace for one figure, and the serving REST API it is driven with."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import requests

from benchmarks.load.specification import Target
from benchmarks.registration import register, registered_name
from local_workspace import WorkspaceConnection, running_workspace

UNTRACED = {"ENABLE_MLFLOW_TRACING": "false"}
_READY_SECONDS = 120.0
_POLL_SECONDS = 0.002
Json = dict[str, Any]
_FEEDBACK = {
    "name": "feedback",
    "entity_name": "main.benchmarks.feedback",
    "entity_version": "1",
}


class DeploymentFailed(Exception):
    """An endpoint did not come up; the text is what it says of itself."""


class StatementFailed(Exception):
    """A statement was not answered; the text is the state it ended in."""


@dataclass(frozen=True)
class Served:
    """A version to serve and its share of the traffic."""

    model: str
    version: int = 1
    share: int = 100
    workload_size: str = "Medium"
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the served entity's name."""
        return f"{self.model}-{self.version}"

    def entity(self) -> Json:
        """Return it as the API writes it."""
        return {
            "name": self.name,
            "entity_name": registered_name(self.model),
            "entity_version": str(self.version),
            "workload_size": self.workload_size,
            "scale_to_zero_enabled": True,
            "environment_vars": self.variables,
        }


class BenchmarkWorkspace:
    """A running workspace, asked as any client asks it."""

    def __init__(self, connection: WorkspaceConnection, folder: Path) -> None:
        self._connection = connection
        self._folder = folder
        self._warehouse: str | None = None
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {connection.token}"

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables by which clients find the workspace."""
        return self._connection.environment

    def register(self, model: str, versions: int = 1) -> Path:
        """Register a model; returns the folder with its files, for the peer."""
        return register(model, versions, self._folder, self._connection.environment)

    def create(self, endpoint: str, *served: Served, is_recorded: bool = False) -> Target:
        """Create an endpoint, wait until it is ready and return where it is asked.

        A recorded one has tables for its requests, and takes verdicts.
        """
        body: Json = {"name": endpoint, "config": _config(served)}
        if is_recorded:
            body["config"]["served_entities"].append(_FEEDBACK)
            body["ai_gateway"] = {"inference_table_config": recorded_as(endpoint)}
        self._call("POST", "/api/2.0/serving-endpoints", body)
        self.wait_until_ready(endpoint)
        return self.target(endpoint)

    def put_config(self, endpoint: str, *served: Served) -> None:
        """Change what an endpoint serves; returns as soon as the workspace has accepted."""
        self._call("PUT", f"/api/2.0/serving-endpoints/{endpoint}/config", _config(served))

    def wait_until_ready(self, endpoint: str) -> Json:
        """Wait until no update is under way and everything answers; returns the endpoint."""
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            document = self._call("GET", f"/api/2.0/serving-endpoints/{endpoint}")
            state = document["state"]
            if (state["ready"], state["config_update"]) == ("READY", "NOT_UPDATING"):
                return document
            if state["config_update"] == "UPDATE_FAILED":
                raise DeploymentFailed(f"{document.get('pending_config')}")
            time.sleep(_POLL_SECONDS)
        raise DeploymentFailed(f"{endpoint} is not ready after {_READY_SECONDS:.0f} s")

    def target(self, endpoint: str) -> Target:
        """Return where an endpoint is asked."""
        port = urlsplit(self._connection.host).port
        assert port is not None
        path = f"/serving-endpoints/{endpoint}/invocations"
        return Target(port, path, self._connection.token)

    def sql(self, statement: str, parameters: dict[str, str] | None = None) -> list[list[Any]]:
        """Run a statement and return its rows as the API writes them."""
        named = [{"name": name, "value": value} for name, value in (parameters or {}).items()]
        if self._warehouse is None:
            found = self._call("GET", "/api/2.0/sql/warehouses")["warehouses"]
            self._warehouse = found[0]["id"]
        body = {"statement": statement, "warehouse_id": self._warehouse, "wait_timeout": "50s"}
        answer = self._call("POST", "/api/2.0/sql/statements", body | {"parameters": named})
        if answer["status"]["state"] != "SUCCEEDED":
            raise StatementFailed(f"{answer['status']}")
        rows: list[list[Any]] = answer["result"].get("data_array", [])
        return rows

    def process(self) -> psutil.Process:
        """Return the workspace's own process, which all others descend from."""
        data_dir = str(_data_dir(self._folder))
        return next(each for each in psutil.Process().children() if data_dir in each.cmdline())

    def _call(self, method: str, path: str, body: Json | None = None) -> Json:
        url = f"{self._connection.host}{path}"
        response = self._session.request(method, url, json=body, timeout=30)
        if not response.ok:
            raise DeploymentFailed(f"{method} {path}: {response.status_code} {response.text}")
        document: Json = response.json()
        return document


@contextmanager
def benchmark_workspace(folder: Path, *options: str) -> Iterator[BenchmarkWorkspace]:
    """Run a workspace during the block."""
    folder.mkdir(parents=True, exist_ok=True)
    with running_workspace(_data_dir(folder), *options) as connection:
        yield BenchmarkWorkspace(connection, folder)


def recorded_as(prefix: str) -> Json:
    """Return the configuration of inference tables `main.benchmarks.PREFIX_payload…`."""
    return {
        "enabled": True,
        "catalog_name": "main",
        "schema_name": "benchmarks",
        "table_name_prefix": prefix,
    }


def _data_dir(folder: Path) -> Path:
    return folder / "workspace"


def _config(served: tuple[Served, ...]) -> Json:
    routes = [
        {"served_entity_name": each.name, "traffic_percentage": each.share} for each in served
    ]
    return {
        "served_entities": [each.entity() for each in served],
        "traffic_config": {"routes": routes},
    }
