"""One served version at run time: loaded or not, how busy, and why it failed if it did."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Literal

from local_workspace.errors import InvalidState, TemporarilyUnavailable, WorkspaceError
from local_workspace.serving.admission import Admission
from local_workspace.serving.endpoint import ServedEntity
from local_workspace.serving.launcher import ModelProcess
from local_workspace.serving.metrics import EndpointMetrics
from local_workspace.serving.model_starter import ModelStarter, PreparedModel, concurrency_of
from local_workspace.serving.model_store import StoredModel
from local_workspace.serving.worker_connection import LoadFailed, PendingCall
from local_workspace.serving.worker_log import WorkerLog
from local_workspace.serving.worker_pool import WorkerPool

DeploymentState = Literal[
    "DEPLOYMENT_CREATING",
    "DEPLOYMENT_READY",
    "DEPLOYMENT_RECOVERING",
    "DEPLOYMENT_FAILED",
    "DEPLOYMENT_ABORTED",
]
RECOVERY_SECONDS = 5.0
IDLE_SECONDS = 300.0
_DRAIN_SECONDS = 300.0


class ServedVersion:
    """Loads its model when told to or when first asked, and hands calls to its processes."""

    def __init__(
        self,
        endpoint_name: str,
        entity: ServedEntity,
        starter: ModelStarter,
        metrics: EndpointMetrics,
        logs: Callable[[str], WorkerLog],
    ) -> None:
        self.entity = entity
        self.log = logs(entity.name)
        self.build_log = logs(f"{entity.name}.build")
        self.model: StoredModel | None = None
        self.warm_up_error: str | None = None
        self.load_error: str | None = None
        processes, threads = concurrency_of(entity)
        self._threads = threads
        self._admission = Admission(processes * threads, 4 * processes * threads)
        self._endpoint_name = endpoint_name
        self._starter = starter
        self._metrics = metrics
        self._pool: WorkerPool | None = None
        self._prepared: PreparedModel | None = None
        self._loading: asyncio.Task[None] | None = None
        self._last_used = time.monotonic()
        self._abandoned: dict[int, int] = {}

    @property
    def is_loaded(self) -> bool:
        """Tell whether its processes have been started."""
        return self._pool is not None

    @property
    def state(self) -> tuple[DeploymentState, str]:
        """Return the state and a sentence about it, as the serving API shows them."""
        if self.load_error:
            return "DEPLOYMENT_FAILED", self.load_error
        if self._pool is None:
            return self._state_without_processes()
        if self._pool.failure:
            return "DEPLOYMENT_FAILED", self._pool.failure
        if not self._pool.is_up:
            return "DEPLOYMENT_RECOVERING", "The process crashed and is being restarted."
        if self.warm_up_error:
            return "DEPLOYMENT_READY", f"Its own input example failed: {self.warm_up_error}"
        return "DEPLOYMENT_READY", ""

    async def load(self) -> None:
        """Load the model unless it is loaded; callers at the same time share one attempt."""
        if self._pool is not None:
            return
        if self._loading is None or self._loading.done():
            self.load_error = None
            self._loading = asyncio.create_task(self._load())
        await asyncio.shield(self._loading)

    async def begin(self, meta: dict[str, Any], body: bytes) -> tuple[PendingCall, ModelProcess]:
        """Start a call as soon as there is a place for it."""
        await self._admission.enter()
        try:
            process = await self._process()
        except BaseException:
            self._left()
            raise
        call = process.connection.call(meta, body)
        call.outcome.add_done_callback(lambda _: self._left())
        self._report_load()
        return call, process

    def abandon(self, call: PendingCall, process: ModelProcess) -> None:
        """Stop waiting for a call; a process whose every thread hangs is replaced."""
        process.connection.cancel(call)
        self._abandoned[process.pid] = self._abandoned.get(process.pid, 0) + 1
        call.outcome.add_done_callback(lambda _: self._came_back(process.pid))
        if self._abandoned[process.pid] >= self._threads:
            self.log.write("Every thread of this process hangs; it is being replaced.")
            process.kill()

    def is_idle(self) -> bool:
        """Tell whether nobody has asked it for a while."""
        unused = time.monotonic() - self._last_used
        return self.is_loaded and not self._admission.in_flight and unused > IDLE_SECONDS

    async def stop(self, *, drain: bool = False) -> None:
        """End its processes, if asked to only after the calls under way."""
        if self._loading and not self._loading.done():
            self._loading.cancel()
            # Its process is gone when this is over.
            await asyncio.gather(self._loading, return_exceptions=True)
        if drain:
            await self._admission.until_empty(_DRAIN_SECONDS)
        pool, self._pool = self._pool, None
        if pool:
            await pool.stop()
        self._release()

    async def _load(self) -> None:
        try:
            prepared = await self._starter.prepare(
                self._endpoint_name, self.entity, self.build_log, self.log
            )
            self.model, self._prepared = prepared.model, prepared
            pool = WorkerPool(
                lambda: self._starter.launch(prepared, self.log),
                prepared.processes,
                last_words=lambda: self.log.last(8),
                on_restart=self._note_restart,
            )
            await pool.start()
            if process := pool.pick():
                said = (await process.connection.ready)["warm_up_error"]
                self.warm_up_error = said and self.log.blanked(said)
            self._pool = pool
        except (LoadFailed, WorkspaceError, OSError) as error:
            self.load_error = self.log.blanked(_why(error))
            self.build_log.write(self.load_error)
            self._release()
            raise
        self._last_used = time.monotonic()
        self.build_log.write("The model is loaded and warm.")

    async def _process(self) -> ModelProcess:
        self._last_used = time.monotonic()
        try:
            await self.load()
        except (LoadFailed, OSError) as error:
            why = self.log.blanked(_why(error)).splitlines()[0]
            raise InvalidState(
                f"{self.entity.name} cannot be loaded: {why}. Its build logs have the details."
            ) from error
        assert self._pool is not None
        if (process := self._pool.pick()) is None:
            await self._pool.wait_until_up(RECOVERY_SECONDS)
            process = self._pool.pick()
        if process is None:
            raise self._not_available(self._pool.failure)
        return process

    def _note_restart(self) -> None:
        self.log.write("The process has ended; another one is started.")
        self._metrics.restarted(self.entity.name)

    def _release(self) -> None:
        if self._prepared:
            self._starter.release(self._prepared)
            self._prepared = None

    def _not_available(self, failure: str | None) -> WorkspaceError:
        if failure:
            why = failure.splitlines()[0]
            return InvalidState(f"{self.entity.name} does not run any more. {why}")
        return TemporarilyUnavailable(
            f"The process of {self.entity.name} crashed and is being restarted.", retry_after=1
        )

    def _state_without_processes(self) -> tuple[DeploymentState, str]:
        if self._loading and not self._loading.done():
            return "DEPLOYMENT_CREATING", "The model is being fetched and loaded."
        return "DEPLOYMENT_READY", "Not in memory; it is loaded at its first request."

    def _left(self) -> None:
        self._admission.leave()
        self._last_used = time.monotonic()
        self._report_load()

    def _came_back(self, pid: int) -> None:
        self._abandoned[pid] -= 1
        if not self._abandoned[pid]:
            del self._abandoned[pid]

    def _report_load(self) -> None:
        self._metrics.load(self.entity.name, self._admission.in_flight, self._admission.queued)


def _why(error: Exception) -> str:
    if isinstance(error, LoadFailed):
        words = f"\n{error.traceback}" if error.traceback else ""
        return f"{error.exception}{words}"
    return str(error)
