"""A real MLflow process, a real spool and a real exporter, each of which tests may kill."""

import asyncio
import os
import signal
import sqlite3
import threading
import time
import warnings
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from local_workspace.inference_tables.spool import create_spool
from local_workspace.mlflow_server import MlflowServer, mlflow_server
from local_workspace.settings import Settings
from local_workspace.trace_export.trace_exporter import TraceExporter


class Loop:
    """An event loop of its own, for what the gateway runs in its one."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Any], seconds: float = 60) -> Any:
        """Run a coroutine to its end."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)

    def call(self, work: Callable[[], Any]) -> Any:
        """Call a function in the loop."""

        async def called() -> Any:
            return work()

        return self.run(called())

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Waiting:
    """What the spool says is still to be handed over."""

    def __init__(self, spool: Path) -> None:
        self.spool = spool

    def count(self, table: str) -> int:
        with closing(sqlite3.connect(self.spool)) as connection:
            return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    @property
    def is_over(self) -> bool:
        return not self.count("pending_traces") and not self.count("pending_assessments")

    def parked(self) -> list[tuple[str, str, str]]:
        with closing(sqlite3.connect(self.spool)) as connection:
            query = "SELECT kind, trace_id, reason FROM parked_exports ORDER BY kind, id"
            return connection.execute(query).fetchall()


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    running = Loop()
    yield running
    running.close()


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Settings:
    return Settings(data_dir=tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def mlflow(settings, loop) -> Iterator[MlflowServer]:
    """The workspace's own MLflow server, answering."""

    async def make() -> MlflowServer:
        return mlflow_server(settings)

    server = loop.run(make())
    loop.run(server.start())
    loop.run(server.wait_ready(), 120)
    yield server
    loop.run(server.stop())


@pytest.fixture(scope="module")
def client(mlflow) -> Iterator[MlflowClient]:
    """MLflow's own client, at its address."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_TOKEN", mlflow.client_environment["MLFLOW_TRACKING_TOKEN"])
        patch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
        yield MlflowClient(mlflow.base_url)


@pytest.fixture
def spool(tmp_path) -> Path:
    path = tmp_path / "spool.db"
    create_spool(path)
    return path


@pytest.fixture
def waiting(spool) -> Waiting:
    return Waiting(spool)


@pytest.fixture
def exporter(spool, mlflow, loop, tmp_path) -> Iterator[TraceExporter]:
    """An exporter that has not been started."""
    made = TraceExporter(spool, mlflow, tmp_path / "logs")
    yield made
    loop.run(made.close())


@pytest.fixture
def exporting(exporter, loop) -> TraceExporter:
    """An exporter at work."""
    loop.call(exporter.start)
    return exporter


@pytest.fixture
def wait_for() -> Callable[..., None]:
    """Wait for a condition, up to the seconds given."""

    def wait(condition: Callable[[], object], seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.05)

    return wait


@pytest.fixture
def kill() -> Callable[[int | None], None]:
    """End a process as a machine that loses its power would."""

    def end(pid: int | None) -> None:
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    return end


@pytest.fixture(autouse=True)
def _client_warns() -> Iterator[None]:
    """MLflow's client leaves sockets to the garbage collector."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
