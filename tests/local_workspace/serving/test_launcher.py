"""How model processes are started, with a stand-in for the interpreter that forks them."""

import asyncio
import os
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from local_workspace.serving import launcher
from local_workspace.serving.launcher import ModelProcess, ZygoteLauncher, needs_fresh_interpreter
from local_workspace.serving.worker_log import WorkerLog
from local_workspace.serving.worker_process import WorkerSpec

SPEC = WorkerSpec("chain", "v1", "main.rag.chain", "/nowhere", 1)
# Speaks the zygote's side of the control socket, but starts nothing: it answers with made-up
# process ids (none can be so high), in order, each time a line is written to the pipe its
# environment names.
STAND_IN = """#!{python}
import json, os, socket, sys
control = socket.socket(fileno=int(sys.argv[3]))
gate = open(os.environ["STAND_IN_GATE"])
control.sendall(b'{{"ready": true}}\\n')
pid = 5_000_000
while True:
    data, descriptors, _, _ = socket.recv_fds(control, 1 << 20, 2)
    if not data:
        break
    for each in descriptors:
        os.close(each)
    gate.readline()
    pid += 1
    replies = [{{"forked": pid}}]
    if json.loads(data)["spec"]["threads"] == 99:
        replies.append({{"exited": pid, "status": 7}})
    control.sendall("".join(json.dumps(each) + "\\n" for each in replies).encode())
"""


@pytest.mark.parametrize(
    "name",
    [
        "PYTHONPATH",
        "PYTHONHASHSEED",
        "LD_PRELOAD",
        "OMP_NUM_THREADS",
        "MKL_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
    ],
)
def test_settings_read_at_start_need_a_fresh_interpreter(name):
    """A fork would not see what the interpreter or a library reads only once."""
    assert needs_fresh_interpreter({"KEY": "x", name: "1"})


@pytest.mark.parametrize(
    "environment", [{}, {"KEY": "x", "MLFLOW_EXPERIMENT_ID": "1", "MY_LD_PATH": ""}]
)
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


async def asked(starter):
    """Return when the launcher has asked its zygote for a process."""
    while not starter._awaited:  # noqa: ASYNC110 (true a step or two later; there is no event)
        await asyncio.sleep(0)


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

    assert asyncio.run(story()) == (5_000_001, 5_000_002)


def test_launch_given_up_half_way_does_not_shift_the_next(zygote):
    """After a cancelled launch the next one still gets its own process, not the one before."""
    make, answer, log = zygote

    async def story():
        starter = make()
        try:
            async with asyncio.timeout(20):
                await starter.start()
                given_up = asyncio.create_task(starter.launch(SPEC, log, []))
                await asked(starter)
                given_up.cancel()
                await asyncio.wait([given_up])
                answer()
                answer()
                return (await starter.launch(SPEC, log, [])).pid
        finally:
            await starter.close()

    assert asyncio.run(story()) == 5_000_002


def test_process_forked_for_nobody_is_ended(zygote, monkeypatch):
    """What comes of a launch that was given up is not left running."""
    make, answer, log = zygote
    killed = []
    monkeypatch.setattr(ModelProcess, "kill", lambda self: killed.append(self.pid))

    async def story():
        starter = make()
        try:
            async with asyncio.timeout(20):
                await starter.start()
                given_up = asyncio.create_task(starter.launch(SPEC, log, []))
                await asked(starter)
                given_up.cancel()
                await asyncio.wait([given_up])
                answer()
                answer()
                await starter.launch(SPEC, log, [])
        finally:
            await starter.close()

    asyncio.run(story())
    assert killed == [5_000_001]


def test_process_that_ends_as_soon_as_it_is_forked_is_known_to_have_ended(zygote):
    """The news of a process's end is not lost when it comes together with that of its start."""
    make, answer, log = zygote

    async def story():
        starter = make()
        try:
            async with asyncio.timeout(20):
                answer()
                process = await starter.launch(replace(SPEC, threads=99), log, [])
                return await process.exited
        finally:
            await starter.close()

    assert asyncio.run(story()) == 7


def test_launch_fails_when_the_zygote_ends(zygote):
    """Nobody waits for a fork from a process that is gone."""
    make, _, log = zygote

    async def story():
        starter = make()
        try:
            async with asyncio.timeout(20):
                await starter.start()
                launching = asyncio.create_task(starter.launch(SPEC, log, []))
                await asked(starter)
                starter._process.kill()
                with pytest.raises(ConnectionError, match="ended"):
                    await launching
        finally:
            await starter.close()

    asyncio.run(story())


def test_interpreter_that_does_not_start_is_told_with_its_words(tmp_path):
    """A broken environment says what it printed."""
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho no module named mlflow\n")
    python.chmod(0o755)
    log = WorkerLog(tmp_path / "zygote.log")

    async def story():
        starter = ZygoteLauncher(python, tmp_path, log)
        try:
            async with asyncio.timeout(20):
                with pytest.raises(ConnectionError, match="does not start"):
                    await starter.start()
        finally:
            await starter.close()

    asyncio.run(story())
    assert "no module named mlflow" in log.text()
