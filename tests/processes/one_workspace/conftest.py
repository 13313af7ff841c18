"""One running workspace for tests that need nothing of it but endpoints of their own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_workspace import WorkspaceConnection, running_workspace
from tests.processes.conftest import state, wait_for


@pytest.fixture(scope="package")
def running(seeded, tmp_path_factory) -> Iterator[tuple[WorkspaceConnection, Path]]:
    """A copy of the seeded workspace, with its data directory."""
    folder = tmp_path_factory.mktemp("running") / "data"
    shutil.copytree(seeded, folder)
    with running_workspace(folder) as connection:
        wait_for(lambda: state(connection, "scripted")["ready"] == "READY")
        yield connection, folder


@pytest.fixture(scope="package")
def workspace(running) -> WorkspaceConnection:
    """The same, for who asks no more than its address."""
    connection, _folder = running
    return connection
