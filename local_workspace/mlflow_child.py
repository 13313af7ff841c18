"""The workspace's own MLflow server: a child process that is kept alive and looked after.

It knows how to start, watch and stop it; it must not know what is asked of it, nor who asks.
"""

import asyncio
import contextlib
import logging
import os
import secrets
import socket
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from local_workspace import mlflow_database
from local_workspace.errors import UpstreamUnavailable
from local_workspace.mlflow_process import TOKEN_VARIABLE
from local_workspace.settings import Settings

_logger = logging.getLogger(__name__)

_READY_SECONDS = 120.0
_STOP_SECONDS = 5.0
_CARE_SECONDS = 60.0
_LONGEST_BACK_OFF = 30.0
_STABLE_SECONDS = 60.0
_MOST_LOG_BYTES = 10_000_000


class MlflowChild:
    """The child process; its loopback port stays the same across its restarts."""

    def __init__(self, settings: Settings) -> None:
        self._directory = settings.mlflow_dir.resolve()
        self._log_path = settings.logs_dir.resolve() / "mlflow.log"
        self.token = secrets.token_hex(16)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._process: asyncio.subprocess.Process | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def pid(self) -> int | None:
        """The child's process id, while there is one."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Start the child and watch over it."""
        await asyncio.to_thread(mlflow_database.prepare, self._database)
        self._log_path.parent.mkdir(parents=True, exist_ok=True)
        await self._spawn()
        self._tasks = [
            asyncio.create_task(self._keep_alive()),
            asyncio.create_task(self._take_care()),
        ]

    async def wait_ready(self) -> None:
        """Return as soon as MLflow answers, or say where to read why it does not."""
        deadline = time.monotonic() + _READY_SECONDS
        headers = {"Authorization": f"Bearer {self.token}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            while not await _answers(session, f"{self.base_url}/health"):
                if time.monotonic() > deadline:
                    raise UpstreamUnavailable(f"MLflow does not start; see {self._log_path}.")
                await asyncio.sleep(0.1)

    async def stop(self) -> None:
        """Ask the child to end, insist after some seconds, and let go of the port."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.close_port()
        if self._process and self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), _STOP_SECONDS)
            except TimeoutError:
                # A search that runs away keeps it from hearing SIGTERM for minutes (seen).
                self._process.kill()
                await self._process.wait()

    def close_port(self) -> None:
        """Let go of the port."""
        self._listener.close()

    @property
    def _database(self) -> Path:
        return self._directory / "mlflow.db"

    async def _spawn(self) -> None:
        descriptor = self._listener.fileno()
        with self._log_path.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "local_workspace.mlflow_process",
                str(descriptor),
                str(os.getpid()),
                pass_fds=[descriptor],
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self._directory,
                env=self.environment(),
                # Ctrl-C reaches the whole terminal; who stops the child, and when, is for us.
                start_new_session=True,
            )

    async def _keep_alive(self) -> None:
        back_off = 0.5
        while self._process:
            started = time.monotonic()
            status = await self._process.wait()
            stable = time.monotonic() - started > _STABLE_SECONDS
            back_off = 0.5 if stable else min(back_off * 2, _LONGEST_BACK_OFF)
            _logger.warning("MLflow ended with %s; starting it again in %.0f s", status, back_off)
            await asyncio.sleep(back_off)
            # A machine out of memory cannot start it now; the next round tries again.
            with contextlib.suppress(OSError):
                await self._spawn()

    async def _take_care(self) -> None:
        while True:
            with contextlib.suppress(OSError):
                if self._log_path.stat().st_size > _MOST_LOG_BYTES:
                    # Opened for appending, so the child goes on at the new end.
                    os.truncate(self._log_path, 0)
            await asyncio.to_thread(mlflow_database.analyze, self._database)
            await asyncio.sleep(_CARE_SECONDS)

    def environment(self) -> dict[str, str]:
        """Return what `mlflow server` sets for its own child, and what keeps ours quiet."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("MLFLOW_", "_MLFLOW_", "DATABRICKS_"))
        }
        store = f"sqlite:///{self._database}"
        return kept | {
            "PYTHONPATH": str(Path(__file__).parents[1]),
            TOKEN_VARIABLE: self.token,
            "_MLFLOW_SERVER_FILE_STORE": store,
            "_MLFLOW_SERVER_REGISTRY_STORE": store,
            "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
            "_MLFLOW_SERVER_ARTIFACT_DESTINATION": str(self._directory / "artifacts"),
            "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
            "_MLFLOW_SGI_NAME": "uvicorn",
            "_MLFLOW_IN_JOB_EXECUTOR": "false",
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            "MLFLOW_SERVER_ALLOWED_HOSTS": urlsplit(self.base_url).netloc,
            "MLFLOW_DISABLE_TELEMETRY": "true",
            # The prices MLflow comes with; it would fetch newer ones from the internet in the
            # middle of a write, and without a way there hold the database for seconds (seen).
            "MLFLOW_MODEL_CATALOG_URI": "",
            "DO_NOT_TRACK": "true",
        }


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url, timeout=aiohttp.ClientTimeout(total=2)) as response:
            return response.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False
