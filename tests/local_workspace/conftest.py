"""Fixtures shared by the tests of access, the routers and MLflow: one running gateway."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from databricks.sdk import WorkspaceClient

_PROJECT = Path(__file__).parents[2]
_STAND_IN = Path(__file__).with_name("stand_in.py")


@dataclass(frozen=True)
class Gateway:
    """How to reach a running stand-in of the workspace."""

    url: str
    pid: int
    admin_token: str
    served_version_token: str
    mlflow_pid: int
    mlflow_url: str

    def call(self, method: str, path: str, token: str = "", **options) -> requests.Response:
        """Send one request with a token and follow no redirect."""
        headers = options.pop("headers", {})
        if token:
            headers = {"Authorization": f"Bearer {token}"} | headers
        options = {"allow_redirects": False} | options
        return requests.request(method, self.url + path, headers=headers, timeout=120, **options)

    def client(self, token: str = "") -> WorkspaceClient:
        """Return the official client, signed in with a token."""
        return WorkspaceClient(
            host=self.url, token=token or self.admin_token, auth_type="pat", config_file="/dev/null"
        )


@contextlib.contextmanager
def running_gateway(
    directory: Path, **environment: str
) -> Iterator[tuple[Gateway, "subprocess.Popen[bytes]"]]:
    """Start the stand-in on a data directory; MLflow is still coming up behind it."""
    process = subprocess.Popen(
        [sys.executable, str(_STAND_IN), str(directory)],
        cwd=_PROJECT,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(_PROJECT)} | environment,
    )
    with process:
        assert process.stdout
        address = json.loads(process.stdout.readline())
        address |= {"pid": int(address["pid"]), "mlflow_pid": int(address["mlflow_pid"])}
        try:
            yield Gateway(**address), process
        finally:
            process.terminate()
            process.wait(20)


def _wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Return when the condition holds; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One running gateway for the whole session; tests use names of their own."""
    with running_gateway(tmp_path_factory.mktemp("workspace")) as (address, _):
        yield address


@pytest.fixture(scope="session")
def mlflow_gateway(gateway: Gateway) -> Gateway:
    """The same, once MLflow answers behind it."""
    _wait_until(lambda: gateway.call("GET", "/version", gateway.admin_token).status_code == 200)
    return gateway


@pytest.fixture(scope="session")
def wait_until() -> Callable[..., None]:
    """Wait for a condition, up to a minute or the seconds given."""
    return _wait_until


@pytest.fixture(scope="session")
def start_gateway(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., contextlib.AbstractContextManager[tuple[Gateway, "subprocess.Popen[bytes]"]]]:
    """Start a gateway of the test's own, with more in its environment."""

    def start(**environment: str):
        return running_gateway(tmp_path_factory.mktemp("workspace"), **environment)

    return start


@pytest.fixture
def new_user(gateway: Gateway) -> Callable[..., str]:
    """Create a person in some groups and return a token of theirs."""

    def create(user_name: str, *groups: str) -> str:
        body = {"userName": user_name, "groups": [{"display": name} for name in groups]}
        created = gateway.call(
            "POST", "/api/2.0/preview/scim/v2/Users", gateway.admin_token, json=body
        )
        assert created.status_code == 201, created.text
        return sign_in(gateway, user_name)

    return create


def sign_in(gateway: Gateway, user_name: str) -> str:
    """Return a token of a person, got as a person gets it."""
    body = {"user_name": user_name}
    code = gateway.call("POST", "/__local__/sign-in-codes", gateway.admin_token, json=body)
    form = {"grant_type": "authorization_code", "code": code.json()["code"]}
    token: str = gateway.call("POST", "/oidc/v1/token", data=form).json()["access_token"]
    return token
