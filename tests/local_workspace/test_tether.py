"""A command's end is passed on, and it does not outlive whoever asked for it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

SHELL = ("sh", "-c")
# Starts the tether as `run` does, says the ids of the processes below, and waits to be killed.
ASKING = """
import os, subprocess, sys
read_end, write_end = os.pipe()
arguments = [sys.executable, "-m", "local_workspace.tether", str(read_end), *sys.argv[1:]]
process = subprocess.Popen(arguments, pass_fds=[read_end], stdin=subprocess.DEVNULL)
os.close(read_end)
process.wait()
"""
# A command with a child; both write their ids, and the child ignores being asked to end.
FAMILY = """
sh -c 'trap "" TERM; echo $$ >> "$0"; while :; do sleep 0.2; done' "$0" &
echo $$ >> "$0"
wait
"""


@pytest.fixture
def tethered():
    """Run a command under a tether whose asking end stays open, and return how it ended."""

    def run(*command):
        read_end, write_end = os.pipe()
        try:
            return subprocess.run(
                [sys.executable, "-m", "local_workspace.tether", str(read_end), *command],
                pass_fds=[read_end],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=30,
                check=False,
            )
        finally:
            os.close(read_end)
            os.close(write_end)

    return run


def wait_until(condition, seconds=15.0):
    """Return when the condition holds; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def is_alive(pid):
    """Tell whether a process runs; one that waits to be reaped does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("status", [0, 1, 42])
def test_exit_status_of_the_command_is_passed_on(tethered, status):
    """Scripts see what they would have seen without the tether."""
    assert tethered(*SHELL, f"exit {status}").returncode == status


def test_signal_that_ended_the_command_is_passed_on_as_shells_do(tethered):
    """128 and the signal's number."""
    assert tethered(*SHELL, "kill -TERM $$").returncode == 128 + signal.SIGTERM


def test_output_of_the_command_is_its_own(tethered):
    """The tether adds nothing to what the command prints."""
    done = tethered(*SHELL, "echo out; echo err >&2")

    assert (done.stdout, done.stderr) == ("out\n", "err\n")


def test_command_can_be_interrupted_as_any_other(tethered):
    """The tether's own deafness to Ctrl-C is not handed down."""
    program = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"

    assert tethered(sys.executable, "-c", program).stdout == "True\n"


@pytest.mark.parametrize(
    "end",
    [
        subprocess.Popen.kill,
        lambda asking: os.killpg(asking.pid, signal.SIGTERM),
        lambda asking: os.killpg(asking.pid, signal.SIGHUP),
    ],
    ids=["the asker is killed", "all are told to end", "the terminal is closed"],
)
def test_command_and_its_children_end_with_whoever_asked(end, tmp_path):
    """Within seconds nothing of the command is left, also when the tether is told to end, too."""
    pids = tmp_path / "pids"
    command = [sys.executable, "-c", ASKING, *SHELL, FAMILY, str(pids)]
    asking = subprocess.Popen(command, process_group=0)
    family = []
    try:
        wait_until(lambda: pids.exists() and len(pids.read_text().split()) == 2)
        family = [int(pid) for pid in pids.read_text().split()]
        assert all(is_alive(pid) for pid in family)

        end(asking)
        asking.wait()

        wait_until(lambda: not any(is_alive(pid) for pid in family))
    finally:
        asking.kill()
        asking.wait()
        for pid in filter(is_alive, family):
            os.kill(pid, signal.SIGKILL)


def test_command_that_ignores_being_asked_is_ended_all_the_same(tmp_path):
    """After a while of patience there is no choice."""
    ready = tmp_path / "ready"
    stubborn = f"trap '' TERM; echo $$ > {ready}; while :; do sleep 0.2; done"
    asking = subprocess.Popen([sys.executable, "-c", ASKING, *SHELL, stubborn])
    try:
        wait_until(lambda: ready.exists() and Path(ready).read_text().strip())
        pid = int(ready.read_text())

        asking.kill()
        asking.wait()

        wait_until(lambda: not is_alive(pid))
    finally:
        asking.kill()
        asking.wait()
