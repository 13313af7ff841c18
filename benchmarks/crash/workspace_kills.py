"""Kills a running workspace's gateway and its flusher, while clients ask."""

import random
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import psutil
import requests

from benchmarks.crash.tally import TABLES, Acknowledged, Tally
from benchmarks.registration import register, registered_name
from local_workspace import WorkspaceConnection, running_workspace

_CLIENTS = 4
_ENDPOINT = "crashed"
_READY_SECONDS = 60.0
# Served versions need no MLflow to come back; without it a workspace starts sooner.
_WITHOUT_MLFLOW = ("--mlflow-tracking-uri", "http://127.0.0.1:9")
_FLUSHER = "local_workspace.inference_tables.flusher"


def kill_workspaces(folder: Path, gateway_kills: int, flusher_kills: int) -> Tally:
    """Kill the processes again and again under load; judge what is on record after it."""
    data_dir = folder / "workspace"
    _prepare(folder, data_dir)
    acknowledged = Acknowledged()
    per_gateway = -(-flusher_kills // max(gateway_kills, 1))
    kills = 0
    for _ in range(gateway_kills):
        of_flushers = min(per_gateway, flusher_kills - (kills - kills // (per_gateway + 1)))
        kills += _one_life(data_dir, acknowledged, max(of_flushers, 0))
    with running_workspace(data_dir, *_WITHOUT_MLFLOW):
        # Whatever the last life left behind is flushed by the next.
        time.sleep(2)
    spool = data_dir / "inference_tables" / "spool.db"
    return acknowledged.judge(kills, spool, data_dir / "tables")


def _prepare(folder: Path, data_dir: Path) -> None:
    with running_workspace(data_dir) as connection:
        register("trivial", 1, folder, connection.environment)
        table = {
            "enabled": True,
            "catalog_name": TABLES.catalog,
            "schema_name": TABLES.schema,
            "table_name_prefix": TABLES.prefix,
        }
        entity = {"entity_name": registered_name("trivial"), "entity_version": "1"}
        body = {
            "name": _ENDPOINT,
            "config": {"served_entities": [entity]},
            "ai_gateway": {"inference_table_config": table},
        }
        url = f"{connection.host}/api/2.0/serving-endpoints"
        headers = {"Authorization": f"Bearer {connection.token}"}
        requests.post(url, json=body, headers=headers, timeout=30).raise_for_status()
        _wait_until_ready(connection)


def _one_life(data_dir: Path, acknowledged: Acknowledged, flusher_kills: int) -> int:
    """Start a workspace, kill its flusher some times and then itself; return how many kills."""
    with ExitStack() as stack:
        connection = stack.enter_context(running_workspace(data_dir, *_WITHOUT_MLFLOW))
        _wait_until_ready(connection)
        gateway = next(
            each for each in psutil.Process().children() if str(data_dir) in each.cmdline()
        )
        stop = threading.Event()
        arguments = (connection, acknowledged, stop)
        clients = [threading.Thread(target=_ask, args=arguments) for _ in range(_CLIENTS)]
        for client in clients:
            client.start()
        try:
            for _ in range(flusher_kills):
                time.sleep(random.uniform(0.3, 1.5))
                _flusher(gateway).kill()
            time.sleep(random.uniform(0.1, 1.0))
            gateway.kill()
        finally:
            stop.set()
            for client in clients:
                client.join()
    return flusher_kills + 1


def _flusher(gateway: psutil.Process) -> psutil.Process:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        for child in gateway.children():
            if _FLUSHER in child.cmdline():
                return child
        time.sleep(0.02)
    raise TimeoutError("There is no flusher.")


def _ask(
    connection: WorkspaceConnection, acknowledged: Acknowledged, stop: threading.Event
) -> None:
    url = f"{connection.host}/serving-endpoints/{_ENDPOINT}/invocations"
    body = {"messages": [{"role": "user", "content": "hello " + "x" * 2000}]}
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {connection.token}"
        while not stop.is_set():
            try:
                answer = session.post(url, json=body, timeout=30)
            except requests.RequestException:
                continue
            if answer.ok:
                acknowledged.add(answer.json()["databricks_output"]["databricks_request_id"])


def _wait_until_ready(connection: WorkspaceConnection) -> None:
    url = f"{connection.host}/api/2.0/serving-endpoints/{_ENDPOINT}"
    headers = {"Authorization": f"Bearer {connection.token}"}
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        state = requests.get(url, headers=headers, timeout=30).json()["state"]
        if state["ready"] == "READY":
            return
        time.sleep(0.05)
    raise TimeoutError(f"{_ENDPOINT} is not ready.")
