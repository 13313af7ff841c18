"""How model processes are started, with a stand-in for the interpreter that forks them."""

import asyncio
import os
import stat
import sys
from pathlib import Path

import pytest

from local_workspace.serving import launcher
from local_workspace.serving.launcher import ModelProcess, ZygoteLauncher, needs_fresh_interpreter
from local_workspace.serving.worker_log import WorkerLog
from local_workspace.serving.worker_process import WorkerSpec

SPEC = WorkerSpec("chain", "v1", "main.rag.chain", "/nowhere", 1)
# Speaks the zygote's side of the control socket, but starts nothing: it answers with made-up
# process ids, in order, each time a line is written to the pipe named by its environment.
STAND_IN = """#!{python}
import json, os, socket, sys
control = socket.socket(fileno=int(sys.argv[3]))
gate = open(os.environ["STAND_IN_GATE"])
control.sendall(b'{{"ready": true}}\\n')
pid = 4_000_000
while True:
    data, descriptors, _, _ = socket.recv_fds(control, 1 << 20, 2)
    if not data:
        break
    for each in descriptors:
        os.close(each)
    gate.readline()
    pid += 1
    control.sendall(json.dumps({{"forked": pid, "for": json.loads(data)["role"]}}).encode() + b"\\n")
"""


@pytest.mark.parametrize(
    "name",
    ["PYTHONPATH", "PYTHONHASHSEED", "LD_PRELOAD", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"],
)
def test_settings_read_at_start_need_a_fresh_interpreter(name):
    """A fork would not see what the interpreter or a library reads only once."""
    assert needs_fresh_interpreter({"KEY": "x", name: "1"})


@pytest.mark.parametrize("environment", [{}, {"KEY": "x", "MLFLOW_EXPERIMENT_ID": "1", "MY_LD_PATH": ""}])
def test_other_settings_do_not_need_a_fresh_interpreter(environment):
    """Everything else works in a fork."""
    assert not needs_fresh_interpreter(environment)


def test_models_do_not_inherit_what_the_shell_has_for_clients(monkeypatch):
    """A model never sees the owner's token, whatever shell the workspace was started from."""
    monkeypatch.setenv("DATABRICKS_TOKEN", "the-owners")
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "the-owners")
    monkeypatch.setenv("EXAMPLES_SETTING", "kept")

    environment = launcher._environment(Path("/import-path"))

    assert "the-owners" not in environment.values()
    assert environment["EXAMPLES_SETTING"] == "kept"
    assert environment["PYTHONPATH"] == "/import-path"


def test_exit_status_is_told_once():
    """The first news of the end counts."""

    async def story():
        process = ModelProcess(os.getpid(), connection=None)
        process.ended(3)
        process.ended(4)
        return await process.exited

    assert asyncio.run(story()) == 3


@pytest.fixture
def zygote(tmp_path, monkeypatch):
    """A launcher whose zygote is the stand-in, and the gate that lets it answer once."""
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    monkeypatch.setenv("STAND_IN_GATE", str(gate))
    python = tmp_path / "python"
    python.write_text(STAND_IN.format(python=sys.executable))
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    log = WorkerLog(tmp_path / "zygote.log")
    opened = os.open(gate, os.O_RDWR)

    def answer():
        os.write(opened, b"\n")

    yield lambda: ZygoteLauncher(python, tmp_path, log), answer, log
    os.close(opened)


def test_each_launch_gets_the_process_forked_for_it(zygote):
    """Ids come back in the order of the requests."""
    make, answer, log = zygote

    async def story():
        starter = make()
        try:
            async with asyncio.timeout(20):
                answer()
                first = await starter.launch(SPEC, log, [])
                answer()
                second = await starter.launch(SPEC, log, [])
                return first.pid, second.pid
        finally:
            await starter.close()

    assert asyncio.run(story()) == (4_000_001, 4_000_002)


def test_launch_given_up_half_way_does_not_shift_the_next(zygote):
    """After a cancelled launch the next one still gets its own process, not the one before."""
    make, answer, log = zygote

    async def story():
        starter = make()
        try:
            async with asyncio.timeout(20):
                await starter.start()
                given_up = asyncio.create_task(starter.launch(SPEC, log, []))
                await asyncio.sleep(0.1)
                given_up.cancel()
                await asyncio.wait([given_up])
                answer()
                answer()
                return (await starter.launch(SPEC, log, [])).pid
        finally:
            await starter.close()

    assert asyncio.run(story()) == 4_000_002
