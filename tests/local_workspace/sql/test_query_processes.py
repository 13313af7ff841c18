"""Query processes know nothing of anybody, and do not outlive the gateway."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from local_workspace.sql.service import SqlService

PROJECT = Path(__file__).parents[3]
GATEWAY = """
import asyncio, sys
from pathlib import Path
from types import SimpleNamespace
from local_workspace.access.principal import Principal
from local_workspace.sql.service import SqlService
from local_workspace.sql.warehouse import WAREHOUSE_ID

async def main():
    folder = Path(sys.argv[1])
    service = SqlService(folder, folder, SimpleNamespace(tables=list))
    service.start()
    program = Principal("p", "p", "p", "service_principal")
    body = {"statement": "SELECT 1", "warehouse_id": WAREHOUSE_ID, "wait_timeout": "50s"}
    answers = [service.submit(body, program) for _ in range(4)]
    for answer in await asyncio.gather(*answers):
        assert answer["status"]["state"] == "SUCCEEDED", answer
    print(*service.pool.pids, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.fixture
def gateway(tmp_path):
    """A process that runs the service, and the ids of its query processes."""
    environment = os.environ | {"PYTHONPATH": str(PROJECT), "DATABRICKS_TOKEN": "secret"}
    with subprocess.Popen(
        [sys.executable, "-c", GATEWAY, str(tmp_path)], stdout=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdout
        pids = [int(each) for each in process.stdout.readline().split()]
        yield process, pids
        process.kill()


def test_query_processes_end_with_a_gateway_that_is_killed(gateway):
    """The kernel ends them, also when nobody could tell them."""
    process, pids = gateway
    assert len(pids) == 2
    process.send_signal(signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 10
    while any(map(psutil.pid_exists, pids)):
        assert time.monotonic() < deadline, "a query process is still there"
        time.sleep(0.05)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_query_processes_are_given_no_secrets(gateway):
    """Their environment holds where Python is, and no token."""
    _, pids = gateway
    for pid in pids:
        assert "DATABRICKS_TOKEN" not in psutil.Process(pid).environ()


def test_service_that_never_started_can_be_closed(tmp_path):
    """A workspace may end before it was up."""
    asyncio.run(SqlService(tmp_path, tmp_path, SimpleNamespace(tables=list)).close())
