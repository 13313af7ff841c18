"""Forks model processes, and starts a fresh interpreter where forking does not work out.

A library that keeps threads or handles from before the fork may hang or crash in one; a fresh
interpreter is slower and always works.
"""

import asyncio

from local_workspace.serving.launcher import Launcher, ModelProcess
from local_workspace.serving.worker_connection import EndedWhileLoading, LoadFailed
from local_workspace.serving.worker_log import WorkerLog
from local_workspace.serving.worker_process import WorkerSpec

LOAD_SECONDS = 300.0


class FallbackLauncher:
    """Returns processes that have loaded their model or said why they cannot."""

    def __init__(
        self, forking: Launcher, fresh: Launcher, load_seconds: float = LOAD_SECONDS
    ) -> None:
        self._forking = forking
        self._fresh = fresh
        self._load_seconds = load_seconds

    async def launch(self, spec: WorkerSpec, log: WorkerLog, preload: list[str]) -> ModelProcess:
        """Fork; if the fork is lost before it says anything, start a fresh interpreter."""
        try:
            return await self._loaded(await self._forking.launch(spec, log, preload))
        except (EndedWhileLoading, ConnectionError) as error:
            log.write(f"A forked process did not come up ({error}); starting a fresh interpreter.")
        return await self._loaded(await self._fresh.launch(spec, log, preload))

    async def close(self) -> None:
        """End what both have started."""
        await self._forking.close()
        await self._fresh.close()

    async def _loaded(self, process: ModelProcess) -> ModelProcess:
        try:
            async with asyncio.timeout(self._load_seconds):
                await asyncio.shield(process.connection.ready)
        except TimeoutError:
            process.kill()
            seconds = f"{self._load_seconds:.0f}"
            raise EndedWhileLoading(f"It did not load within {seconds} seconds.") from None
        except asyncio.CancelledError:
            process.kill()
            raise
        except EndedWhileLoading:
            process.kill()
            raise
        except LoadFailed:
            # The model has said what is wrong; another interpreter would hear the same.
            return process
        return process
