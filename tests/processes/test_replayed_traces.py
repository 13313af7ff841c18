"""An MLflow database that is gone: what was asked and judged is on record, and comes back."""

import os
import shutil
import signal

import psutil
import pytest

from local_workspace import running_workspace
from tests.processes.conftest import (
    api,
    ask,
    client_environment,
    descendants,
    start_command,
    wait_for,
)
from tests.processes.recording import recorded_endpoint


@pytest.fixture
def folder(seeded, tmp_path):
    """The data directory of a workspace of the test's own."""
    data = tmp_path / "data"
    shutil.copytree(seeded, data)
    return data


def _request_ids(connection, name: str, number: int) -> set[str]:
    answers = [ask(connection, name, f"question {each}").json() for each in range(number)]
    return {answer["databricks_output"]["databricks_request_id"] for answer in answers}


def _in_mlflow(connection, request_ids: set[str]) -> list[dict]:
    """Return the traces MLflow finds by these ids, through the workspace."""
    found = api(connection, "POST", "/api/2.0/mlflow/experiments/search", json={"max_results": 99})
    locations = [
        {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": each["experiment_id"]}}
        for each in found.json()["experiments"]
    ]
    listed = ", ".join(f"'{each}'" for each in request_ids)
    body = {"locations": locations, "filter": f"client_request_id IN ({listed})"}
    answer = api(connection, "POST", "/api/3.0/mlflow/traces/search", json=body)
    return answer.json().get("traces", [])


def _replay(folder) -> str:
    process = start_command("replay-traces", "--data-dir", str(folder), stderr=-1, text=True)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    return said


def test_deleted_database_gets_every_trace_back(folder):
    """Stop, delete, replay, start: the traces are those from before; a replay changes nothing."""
    with running_workspace(folder) as connection, client_environment(connection):
        recorded_endpoint(connection, "replayed")
        asked = _request_ids(connection, "replayed", 8)
        before = {each["trace_id"] for each in _in_mlflow(connection, asked)}
        beside = _replay(folder)
    for file in (folder / "mlflow").glob("mlflow.db*"):
        file.unlink()
    said = _replay(folder)
    with running_workspace(folder) as connection:
        after = {each["trace_id"] for each in _in_mlflow(connection, asked)}

    assert len(before) == 8
    assert after == before
    assert "8 traces, 0 verdicts: done" in beside
    assert "8 traces, 0 verdicts: done" in said


def test_exporter_ends_with_a_workspace_that_is_killed(folder):
    """kill -9 leaves nobody behind who goes on handing over."""
    with running_workspace(folder) as connection:
        recorded_endpoint(connection, "orphan")
        gateway = _gateway(folder)
        wait_for(lambda: _exporters(gateway))
        (exporter,) = _exporters(gateway)
        os.kill(gateway, signal.SIGKILL)

        wait_for(lambda: not psutil.pid_exists(exporter.pid))


def test_mlflow_that_is_down_changes_nothing_for_who_asks(folder):
    """Requests are answered as ever; their traces arrive when MLflow is back."""
    with running_workspace(folder) as connection:
        recorded_endpoint(connection, "unbothered")
        mlflow = next(
            each
            for each in descendants(_gateway(folder))
            if "local_workspace.mlflow_process" in each.cmdline()
        )
        mlflow.kill()
        answers = [ask(connection, "unbothered", f"question {each}") for each in range(5)]
        ids = {each.json()["databricks_output"]["databricks_request_id"] for each in answers}

        assert [each.status_code for each in answers] == [200] * 5
        wait_for(lambda: api(connection, "GET", "/version").status_code == 200, 60)
        wait_for(lambda: len(_in_mlflow(connection, ids)) == 5)


def _gateway(folder) -> int:
    return next(each.pid for each in psutil.Process().children() if str(folder) in each.cmdline())


def _exporters(gateway: int) -> list[psutil.Process]:
    return [
        each for each in descendants(gateway) if "local_workspace.trace_export" in each.cmdline()
    ]
