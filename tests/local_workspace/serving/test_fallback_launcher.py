"""A fork that is lost while it loads is replaced by a fresh interpreter, and only then."""

import asyncio

import pytest

from local_workspace.serving.fallback_launcher import FallbackLauncher
from local_workspace.serving.worker_connection import EndedWhileLoading, LoadFailed
from local_workspace.serving.worker_log import WorkerLog
from local_workspace.serving.worker_process import WorkerSpec

SPEC = WorkerSpec("chain", "v1", "main.rag.chain", "/nowhere", 1)


class Process:
    """A process whose news about its loading is made up."""

    def __init__(self, news) -> None:
        self.connection = self
        self.ready = asyncio.get_running_loop().create_future()
        self.killed = False
        if isinstance(news, Exception):
            self.ready.set_exception(news)
        elif news:
            self.ready.set_result(news)

    def kill(self):
        self.killed = True


class Starter:
    """Starts such processes, or cannot."""

    def __init__(self, news) -> None:
        self.news = news
        self.started = []

    async def launch(self, spec, log, preload):
        if isinstance(self.news, ConnectionError):
            raise self.news
        self.started.append(Process(self.news))
        return self.started[-1]

    async def close(self):
        """Nothing to end."""


def launched(tmp_path, forking, fresh):
    """Launch and return the process, or what was raised."""

    async def story():
        launcher = FallbackLauncher(forking, fresh, load_seconds=0.05)
        return await launcher.launch(SPEC, WorkerLog(tmp_path / "log"), [])

    return asyncio.run(story())


def test_fork_that_loads_is_used(tmp_path):
    """The usual case starts one process."""
    forking, fresh = Starter({"task": None}), Starter({"task": None})

    assert launched(tmp_path, forking, fresh) is forking.started[0]
    assert not fresh.started


@pytest.mark.parametrize(
    "news", [EndedWhileLoading("gone"), None, ConnectionError("no zygote")], ids=repr
)
def test_fork_that_dies_hangs_or_cannot_be_made_is_replaced(tmp_path, news):
    """A fresh interpreter takes over, and the lost fork is ended."""
    forking, fresh = Starter(news), Starter({"task": None})

    assert launched(tmp_path, forking, fresh) is fresh.started[0]
    assert all(process.killed for process in forking.started)
    assert "fresh interpreter" in (tmp_path / "log").read_text()


def test_model_that_says_what_is_wrong_is_not_asked_twice(tmp_path):
    """What the model raised is the answer; it would raise it again."""
    forking, fresh = Starter(LoadFailed("the index is missing")), Starter({"task": None})

    assert launched(tmp_path, forking, fresh) is forking.started[0]
    assert not fresh.started


def test_model_that_never_loads_fails_in_the_end(tmp_path):
    """Where the fresh interpreter hangs too, the deployment fails with a sentence."""
    with pytest.raises(EndedWhileLoading, match="did not load within"):
        launched(tmp_path, Starter(None), Starter(None))
