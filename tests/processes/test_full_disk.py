"""A full disk is a sentence and a code, nothing acknowledged is lost, and space mends it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local_workspace import running_workspace
from tests.processes.recording import recorded_endpoint

_MOUNT = 'mount -t tmpfs -o size=192m tmpfs "$1" && shift && exec "$@"'
_OWN_MOUNTS = ["unshare", "--map-root-user", "--mount", "sh", "-c", _MOUNT, "sh"]


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory) -> Path:
    """A folder that can be mounted upon, where this system lets us."""
    folder = tmp_path_factory.mktemp("disk")
    if shutil.which("unshare") is None:
        pytest.skip("there is no unshare here to mount a small disk with")
    tried = subprocess.run([*_OWN_MOUNTS, str(folder), "true"], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip("this system lets nobody but root mount a small disk")
    return folder


def test_full_disk_refuses_withholds_and_recovers(seeded, small_disk, tmp_path):
    """507 before the model runs, or instead of its answer; with space again all is as before."""
    shutil.copytree(seeded, tmp_path / "seeded")
    with running_workspace(tmp_path / "seeded") as connection:
        recorded_endpoint(connection, "full")
    scenario = [sys.executable, "-m", "tests.processes.full_disk_scenario"]

    ran = subprocess.run(
        [*_OWN_MOUNTS, str(small_disk), *scenario, str(tmp_path / "seeded"), str(small_disk)],
        capture_output=True,
        cwd=Path(__file__).parents[2],
        env=os.environ,
        text=True,
        timeout=180,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout)
    assert said["kept"] == [200, 200, 200]
    assert said["times on record"] == [1, 1, 1]
    for status, body in (said["refused"], said["withheld"]):
        assert (status, body["error_code"]) == (507, "STORAGE_FULL")
        assert "disk is full" in body["message"]
    status, stream = said["broken off"]
    assert status == 200
    assert "STORAGE_FULL" in stream
    assert "[DONE]" not in stream
