"""One workspace per directory, and a connection file only while it runs and for its owner only."""

import json
import signal
import stat
import subprocess
import sys

import pytest

from local_workspace.data_directory import (
    DataDirectory,
    DataDirectoryInUse,
    is_in_use,
    read_connection,
)
from local_workspace.settings import Settings

CONNECTION = {"host": "http://127.0.0.1:1", "token": "secret", "mlflow_tracking_uri": "x"}
HOLD = """
import sys, pathlib
from local_workspace.data_directory import DataDirectory
from local_workspace.settings import Settings
directory = DataDirectory(Settings(data_dir=pathlib.Path(sys.argv[1])))
directory.publish({"host": "http://127.0.0.1:1", "token": "t", "mlflow_tracking_uri": "x"})
print("holding", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def settings(tmp_path):
    """A workspace's settings on a folder that does not exist yet."""
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def killed_server(settings):
    """A directory whose server was killed outright."""
    arguments = [sys.executable, "-c", HOLD, str(settings.data_dir)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"holding\n"
        assert is_in_use(settings.data_dir)
        process.send_signal(signal.SIGKILL)
    return settings


def test_second_server_is_refused_with_a_sentence(settings):
    """The sentence says which folder it is and what to do; the first goes on undisturbed."""
    first = DataDirectory(settings)
    first.publish(CONNECTION)
    with pytest.raises(DataDirectoryInUse) as refusal:
        DataDirectory(settings)

    assert str(settings.data_dir) in str(refusal.value)
    assert "Stop it first, or give another --data-dir." in str(refusal.value)
    assert read_connection(settings.data_dir) == CONNECTION
    first.release()


def test_directory_is_free_after_its_server_was_killed(killed_server):
    """No lock outlives its process, however it ended."""
    assert not is_in_use(killed_server.data_dir)
    DataDirectory(killed_server).release()


def test_connection_file_of_a_killed_server_leads_nowhere(killed_server):
    """What a killed server left behind is not taken for a running one."""
    assert killed_server.connection_path.exists()
    assert read_connection(killed_server.data_dir) is None


def test_connection_file_of_a_killed_server_is_removed_by_the_next(killed_server):
    """It would point at nothing, or at a stranger who has the port now."""
    directory = DataDirectory(killed_server)

    assert not killed_server.connection_path.exists()
    directory.release()


def test_connection_file_is_for_its_owner_only(settings):
    """It holds a token."""
    directory = DataDirectory(settings)
    directory.publish(CONNECTION)

    assert stat.S_IMODE(settings.connection_path.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.data_dir.stat().st_mode) == 0o700
    directory.release()


def test_published_connection_is_read_whole_while_the_server_runs(settings):
    """A second one replaces the first in one step."""
    directory = DataDirectory(settings)
    directory.publish(CONNECTION)
    directory.publish(CONNECTION | {"token": "newer"})

    assert read_connection(settings.data_dir) == CONNECTION | {"token": "newer"}
    assert json.loads(settings.connection_path.read_text())["token"] == "newer"
    directory.release()


def test_released_directory_has_no_connection_and_another_may_have_it(settings):
    """After a clean end nothing leads to the old server."""
    DataDirectory(settings).release()

    assert read_connection(settings.data_dir) is None
    assert not is_in_use(settings.data_dir)
    DataDirectory(settings).release()


def test_releasing_again_leaves_the_next_server_alone(settings):
    """A server releases early and again at its very end, when another may run already."""
    first = DataDirectory(settings)
    first.release()
    second = DataDirectory(settings)
    second.publish(CONNECTION)
    first.release()
    found = read_connection(settings.data_dir)
    second.release()

    assert found == CONNECTION


def test_folder_that_does_not_exist_is_not_in_use(tmp_path):
    """Looking creates nothing."""
    assert not is_in_use(tmp_path / "nothing")
    assert read_connection(tmp_path / "nothing") is None
    assert list(tmp_path.iterdir()) == []
