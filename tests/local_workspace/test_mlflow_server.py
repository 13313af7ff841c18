"""The MLflow server behind the workspace: started, watched, ended, or somebody else's."""

import asyncio
import base64
import os
import signal

import psutil
import pytest
import requests

from local_workspace.errors import InvalidParameter
from local_workspace.mlflow_server import mlflow_server
from local_workspace.settings import Settings


def is_running(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_mlflow_is_one_process(mlflow_gateway):
    """No supervisor, no job runners: one process to watch and to end."""
    assert psutil.Process(mlflow_gateway.mlflow_pid).children(recursive=True) == []


def test_port_of_mlflow_is_closed_to_who_does_not_know_the_token(mlflow_gateway):
    """Another account of this machine cannot go around the workspace's permissions."""
    url = f"{mlflow_gateway.mlflow_url}/api/2.0/mlflow/experiments/search?max_results=1"

    for headers in ({}, {"Authorization": f"Bearer {mlflow_gateway.admin_token}"}):
        assert requests.get(url, headers=headers, timeout=10).status_code == 401


def test_mlflow_is_started_again_on_the_same_port(start_gateway, wait_until):
    """Served versions keep the address they were given when MLflow dies."""
    with start_gateway() as (gateway, _):
        wait_until(lambda: _answers(gateway))
        os.kill(gateway.mlflow_pid, signal.SIGKILL)
        # Gone for good once the gateway has taken notice.
        wait_until(lambda: not psutil.pid_exists(gateway.mlflow_pid))

        refused = gateway.call("GET", "/version", gateway.admin_token)
        wait_until(lambda: _answers(gateway))

    assert (refused.status_code, refused.json()["error_code"]) == (502, "UPSTREAM_UNAVAILABLE")


def test_mlflow_ends_with_a_workspace_that_is_killed(start_gateway, wait_until):
    """kill -9 leaves no server behind that holds the database."""
    with start_gateway() as (gateway, process):
        assert is_running(gateway.mlflow_pid)

        process.kill()

        wait_until(lambda: not is_running(gateway.mlflow_pid), 10)


def test_mlflow_ends_with_a_workspace_that_is_stopped(start_gateway):
    """An orderly end waits for MLflow's."""
    with start_gateway() as (gateway, process):
        process.terminate()
        process.wait(20)

        assert not is_running(gateway.mlflow_pid)


def test_server_elsewhere_gets_its_own_credentials(monkeypatch):
    """They come from the variables MLflow's clients read, never from a caller."""
    settings = Settings(mlflow_tracking_uri="https://mlflow.example.com/base/")
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "t")
    with_token = mlflow_server(settings)
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "u")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "p")
    with_password = mlflow_server(settings)

    assert with_token.base_url == "https://mlflow.example.com/base"
    assert with_token.authorization == "Bearer t"
    assert with_token.client_environment["MLFLOW_TRACKING_TOKEN"] == "t"
    assert with_password.authorization == f"Basic {base64.b64encode(b'u:p').decode()}"
    assert with_token.pid is None


@pytest.mark.parametrize("uri", ["sqlite:///x.db", "databricks", "http:///", "http://u:p@host"])
def test_address_that_cannot_be_a_server_is_refused(uri):
    """Only a server can stand behind the workspace, and no password belongs in its address."""
    with pytest.raises(InvalidParameter):
        mlflow_server(Settings(mlflow_tracking_uri=uri))


def test_server_that_is_not_there_is_warned_of_at_the_start(caplog):
    """The workspace starts all the same: what is served already needs no MLflow."""
    server = mlflow_server(Settings(mlflow_tracking_uri="http://127.0.0.1:9"))

    asyncio.run(server.wait_ready())

    assert "The MLflow server at http://127.0.0.1:9 does not answer" in caplog.text


def _answers(gateway) -> bool:
    return gateway.call("GET", "/version", gateway.admin_token).status_code == 200
