"""The command as people type it, as far as it goes without a running workspace."""

import io
import socket
import subprocess
import sys

import pytest

from local_workspace.__main__ import main
from local_workspace.data_directory import DataDirectory
from local_workspace.settings import Settings


@pytest.fixture
def stopped(tmp_path):
    """The data of a workspace that does not run."""
    folder = tmp_path / "data"
    (folder / "mlflow").mkdir(parents=True)
    (folder / "workspace.db").touch()
    (folder / "lock").touch()
    return folder


@pytest.fixture
def answering(monkeypatch):
    """Type this when asked."""

    def answer(text):
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))

    return answer


@pytest.mark.parametrize("command", ["env", "demo"])
def test_command_that_needs_a_workspace_says_that_none_runs(tmp_path, capsys, command):
    """The sentence names the folder and how to start one; nothing is printed to be evaluated."""
    assert main([command, "--data-dir", str(tmp_path)]) == 1

    said = capsys.readouterr()
    assert said.out == ""
    assert f"No workspace is running on {tmp_path}." in said.err
    assert "python -m local_workspace serve" in said.err


def test_env_of_a_running_workspace_is_what_a_shell_evaluates(stopped, capsys):
    """Host, token and tracking address for both families of clients, quoted for the shell."""
    directory = DataDirectory(Settings(data_dir=stopped))
    directory.publish({"host": "http://h:1", "token": "a'b", "mlflow_tracking_uri": "http://h:1"})
    try:
        assert main(["env", "--data-dir", str(stopped)]) == 0
    finally:
        directory.release()

    script = (
        capsys.readouterr().out
        + 'echo "$DATABRICKS_HOST $DATABRICKS_TOKEN $MLFLOW_TRACKING_URI $MLFLOW_TRACKING_TOKEN"'
    )
    printed = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert printed.stdout.split() == ["http://h:1", "a'b", "http://h:1", "a'b"]


@pytest.mark.parametrize("answer", ["y\n", "YES\n", " y \n"])
def test_reset_deletes_a_stopped_workspace_after_asking(stopped, answering, capsys, answer):
    """What is deleted is named before."""
    answering(answer)

    assert main(["reset", "--data-dir", str(stopped)]) == 0
    assert not stopped.exists()
    assert f"Delete every endpoint, model, trace and token in {stopped}?" in capsys.readouterr().out


@pytest.mark.parametrize("answer", ["n\n", "\n", "", "yep\n"])
def test_reset_deletes_nothing_unless_told_yes(stopped, answering, capsys, answer):
    """Silence, too, is a no."""
    answering(answer)

    assert main(["reset", "--data-dir", str(stopped)]) == 1
    assert (stopped / "workspace.db").exists()
    assert "Nothing was deleted." in capsys.readouterr().out


def test_reset_does_not_ask_when_told_yes_before(stopped, answering):
    """Scripts say --yes."""
    answering("n\n")

    assert main(["reset", "--yes", "--data-dir", str(stopped)]) == 0
    assert not stopped.exists()


def test_reset_refuses_a_folder_that_is_no_workspace(tmp_path, capsys):
    """Nobody loses a home directory to a wrong --data-dir, not even with --yes."""
    (tmp_path / "thesis.tex").touch()

    assert main(["reset", "--yes", "--data-dir", str(tmp_path)]) == 1
    assert (tmp_path / "thesis.tex").exists()
    assert "does not look like a workspace's data; nothing was deleted." in capsys.readouterr().err


def test_reset_refuses_a_running_workspace(stopped, capsys):
    """Data is not deleted from under a server, not even with --yes."""
    directory = DataDirectory(Settings(data_dir=stopped))
    try:
        assert main(["reset", "--yes", "--data-dir", str(stopped)]) == 1
    finally:
        directory.release()

    assert (stopped / "workspace.db").exists()
    assert "is running. Stop it first." in capsys.readouterr().err


def test_reset_of_nothing_is_done(tmp_path, capsys):
    """A folder that is not there needs no deleting."""
    assert main(["reset", "--yes", "--data-dir", str(tmp_path / "nothing")]) == 0
    assert "There is nothing at" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["run"], ["run", "--"]])
def test_run_without_a_command_says_so_before_anything_starts(arguments, tmp_path, capsys):
    """There is nothing to run beside the workspace."""
    assert main([*arguments[:1], "--data-dir", str(tmp_path / "data"), *arguments[1:]]) == 2
    assert "Give a command after --." in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_second_server_on_a_directory_is_refused_with_a_sentence(stopped, capsys):
    """No traceback, no second server."""
    directory = DataDirectory(Settings(data_dir=stopped))
    try:
        assert main(["serve", "--port", "0", "--data-dir", str(stopped)]) == 1
    finally:
        directory.release()

    assert "A workspace is already running" in capsys.readouterr().err


def test_port_that_is_taken_is_told_with_a_sentence(tmp_path, capsys):
    """The sentence names the address and the way out, and the directory is free again."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["serve", "--port", port, "--data-dir", str(tmp_path / "data")]) == 1

    said = capsys.readouterr().err
    assert f"Cannot listen on 127.0.0.1:{port}" in said
    assert "--port" in said
    DataDirectory(Settings(data_dir=tmp_path / "data")).release()


def test_host_that_does_not_exist_is_told_as_such(tmp_path, capsys):
    """The sentence blames the host, not the port."""
    data = str(tmp_path / "data")
    assert main(["serve", "--host", "nowhere.invalid", "--port", "0", "--data-dir", data]) == 1

    said = capsys.readouterr().err
    assert "Cannot listen on nowhere.invalid: no such host." in said
    assert "--port" not in said


def test_data_directory_that_cannot_be_made_is_told_with_a_sentence(capsys):
    """The sentence names the folder and the option."""
    assert main(["serve", "--port", "0", "--data-dir", "/dev/null/x"]) == 1

    said = capsys.readouterr().err
    assert "Cannot keep data in /dev/null/x: Not a directory." in said
    assert "--data-dir" in said


def test_unknown_command_is_refused_with_the_usage(capsys):
    """What can be asked for is listed."""
    with pytest.raises(SystemExit) as ending:
        main(["start"])

    assert ending.value.code == 2
    assert "serve" in capsys.readouterr().err
