"""Starting, stopping, killing and restarting a whole workspace."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import psutil
import pytest

from local_workspace import running_workspace
from tests.processes.conftest import (
    alive,
    api,
    ask,
    descendants,
    start_command,
    state,
    wait_for,
)

# Served versions need no MLflow once their files are here; without one a workspace starts faster.
WITHOUT_MLFLOW = ("--mlflow-tracking-uri", "http://127.0.0.1:9")


@pytest.fixture
def data_dir(seeded, tmp_path):
    """A copy of the seeded data directory that a test may do anything to."""
    return shutil.copytree(seeded, tmp_path / "workspace")


def test_endpoints_permissions_and_tags_come_back_after_a_restart(data_dir):
    """After a restart everything is as it was and the endpoint is READY by itself."""
    with running_workspace(data_dir, *WITHOUT_MLFLOW) as workspace:
        endpoint = api(workspace, "GET", "/api/2.0/serving-endpoints/scripted").json()
        acl = [{"group_name": "reviewers", "permission_level": "CAN_QUERY"}]
        permissions = f"/api/2.0/permissions/serving-endpoints/{endpoint['id']}"
        api(workspace, "PATCH", permissions, json={"access_control_list": acl})
        tags = {"add_tags": [{"key": "stage", "value": "test"}]}
        api(workspace, "PATCH", "/api/2.0/serving-endpoints/scripted/tags", json=tags)
        first_token = workspace.token

    with running_workspace(data_dir, *WITHOUT_MLFLOW) as workspace:
        wait_for(lambda: state(workspace, "scripted")["ready"] == "READY")
        again = api(workspace, "GET", "/api/2.0/serving-endpoints/scripted").json()
        entries = api(workspace, "GET", permissions).json()["access_control_list"]
        assert again["id"] == endpoint["id"]
        assert again["tags"] == tags["add_tags"]
        assert "reviewers" in [entry.get("group_name") for entry in entries]
        assert ask(workspace, "scripted", "hello").status_code == 200
        assert workspace.token != first_token


def test_killed_gateway_leaves_no_process_behind(data_dir):
    """kill -9 of the gateway ends MLflow, the zygote and every model process."""
    process = start_command("serve", "--data-dir", str(data_dir), "--port", "0")
    wait_for((data_dir / "connection.json").exists, 60)
    wait_for(lambda: len(descendants(process.pid)) >= 3)
    children = descendants(process.pid)

    os.kill(process.pid, signal.SIGKILL)
    process.wait()

    wait_for(lambda: not alive(children), 10)
    with running_workspace(data_dir) as workspace:
        wait_for(lambda: state(workspace, "scripted")["ready"] == "READY")


def test_terminated_server_stops_everything_and_removes_its_connection(data_dir):
    """SIGTERM ends every process and takes the connection file away."""
    process = start_command("serve", "--data-dir", str(data_dir), "--port", "0")
    wait_for((data_dir / "connection.json").exists, 60)
    children = descendants(process.pid)

    process.terminate()

    assert process.wait(30) == 0
    assert not alive(children)
    assert not (data_dir / "connection.json").exists()


def test_second_server_on_the_same_data_is_refused_with_a_sentence(data_dir):
    """Two servers never share a data directory."""
    with running_workspace(data_dir, *WITHOUT_MLFLOW) as workspace:
        second = start_command(
            "serve", "--data-dir", str(data_dir), "--port", "0", stderr=subprocess.PIPE
        )
        _, said = second.communicate(timeout=30)

        assert second.returncode == 1
        assert b"already running" in said
        assert b"Traceback" not in said
        assert api(workspace, "GET", "/health").status_code == 200


def test_run_gives_the_command_its_environment_and_returns_its_status(data_dir, tmp_path):
    """The command finds the workspace through four variables; its exit status is returned."""
    script = (
        "import json, os, sys, urllib.request\n"
        "names = ('DATABRICKS_HOST', 'DATABRICKS_TOKEN',"
        " 'MLFLOW_TRACKING_URI', 'MLFLOW_TRACKING_TOKEN')\n"
        f"json.dump([os.environ[n] for n in names], open({str(tmp_path / 'seen')!r}, 'w'))\n"
        "urllib.request.urlopen(os.environ['DATABRICKS_HOST'] + '/health')\n"
        "sys.exit(7)\n"
    )
    process = start_command(
        "run",
        "--data-dir",
        str(data_dir),
        "--port",
        "0",
        *WITHOUT_MLFLOW,
        "--",
        sys.executable,
        "-c",
        script,
    )

    assert process.wait(60) == 7
    host, token, tracking_uri, tracking_token = json.loads((tmp_path / "seen").read_text())
    assert host == tracking_uri
    assert token == tracking_token


def test_killed_run_leaves_neither_workspace_nor_command(data_dir, tmp_path):
    """kill -9 of `run` ends the command and what the command started, too."""
    pids = tmp_path / "pids"
    command = f"sleep 300 & echo $! $$ > {pids}; wait"
    process = start_command(
        *(
            "run",
            "--data-dir",
            str(data_dir),
            "--port",
            "0",
            *WITHOUT_MLFLOW,
            "--",
            "sh",
            "-c",
            command,
        ),
        stdin=subprocess.DEVNULL,
    )
    wait_for(lambda: pids.exists() and pids.read_text().split()[1:], 60)
    started = [psutil.Process(int(each)) for each in pids.read_text().split()]
    started += descendants(process.pid)

    os.kill(process.pid, signal.SIGKILL)
    process.wait()

    wait_for(lambda: not alive(started), 15)


def test_env_prints_lines_a_shell_can_evaluate(data_dir):
    """`env` prints the exports, with a service principal's token if asked."""
    with running_workspace(data_dir, *WITHOUT_MLFLOW) as workspace:
        command = [sys.executable, "-m", "local_workspace", "env", "--data-dir", str(data_dir)]
        plain = subprocess.run(command, capture_output=True, text=True, check=True)
        principal = subprocess.run(
            [*command, "--service-principal", "app"], capture_output=True, text=True, check=True
        )

        assert f"export DATABRICKS_HOST={workspace.host}\n" in plain.stdout
        assert f"export MLFLOW_TRACKING_TOKEN={workspace.token}\n" in plain.stdout
        assert workspace.token not in principal.stdout
        assert "export DATABRICKS_TOKEN=dapi" in principal.stdout


def test_no_token_is_in_any_log(data_dir):
    """What the processes print never holds a token, even when a model prints its own."""
    with running_workspace(data_dir, *WITHOUT_MLFLOW) as workspace:
        wait_for(lambda: state(workspace, "scripted")["ready"] == "READY")
        shown = ask(workspace, "scripted", "env DATABRICKS_TOKEN").json()
        model_token = shown["choices"][0]["message"]["content"]
        ask(workspace, "scripted", f"print my token is {model_token}")
        logs = "/api/2.0/serving-endpoints/scripted/served-models/v1/logs"
        wait_for(lambda: "my token is" in api(workspace, "GET", logs).json()["logs"])
        time.sleep(0.2)

    texts = [path.read_text(errors="replace") for path in data_dir.rglob("*.log")]
    assert model_token.startswith("dapi")
    assert not any(model_token in text or workspace.token in text for text in texts)
