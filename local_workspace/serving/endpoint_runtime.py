"""The running side of one endpoint: its served versions, its traffic, its updates."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

from local_workspace.errors import Conflict, InvalidState
from local_workspace.serving.endpoint import Endpoint, EndpointConfig, ServedEntity
from local_workspace.serving.metrics import EndpointMetrics
from local_workspace.serving.served_version import ServedVersion
from local_workspace.serving.traffic_split import TrafficSplit

WARM_IDLE_VERSIONS = 2
_HOUSEKEEPING_SECONDS = 15.0


class EndpointRuntime:
    """Brings a configuration up beside the old one and switches to it in one step."""

    def __init__(
        self,
        endpoint: Endpoint,
        new_version: Callable[[Endpoint, ServedEntity, EndpointMetrics], ServedVersion],
        changed: Callable[[Endpoint], None],
    ) -> None:
        self.endpoint = endpoint
        self.metrics = EndpointMetrics(endpoint.name)
        self.split = TrafficSplit()
        self.versions: dict[str, ServedVersion] = {}
        self.pending: dict[str, ServedVersion] = {}
        self._new_version = new_version
        self._changed = changed
        self._update: asyncio.Task[None] | None = None
        self._background: set[asyncio.Task[None]] = set()

    def resume(self) -> None:
        """Come back after a restart: serve what was served, go on with what was under way."""
        self._run(self._restore())

    def keep_house(self) -> None:
        """Begin to take versions out of memory that are neither warm by rule nor in use."""
        self._run(self._housekeeping())

    def start_update(self) -> None:
        """Begin to bring up `endpoint.pending_config`."""
        self._update = asyncio.create_task(self._apply())

    async def cancel_update(self) -> None:
        """End what is being brought up; what was served before goes on."""
        if self._update is None or self.endpoint.config_update != "IN_PROGRESS":
            raise InvalidState(f"Nothing about endpoint {self.endpoint.name!r} is being changed.")
        self._update.cancel()
        await asyncio.gather(self._update, return_exceptions=True)
        if self.endpoint.config_update != "IN_PROGRESS":
            raise Conflict(f"The update of endpoint {self.endpoint.name!r} has just ended.")
        new = self._new()
        self.endpoint.config_update = "UPDATE_CANCELED"
        self._changed(self.endpoint)
        await asyncio.gather(*(version.stop() for version in new))

    def suspend(self) -> None:
        """Take no more calls, and end every process when the calls under way are answered."""
        # What is started again is started anew: these are on their way out.
        versions, self.versions = self.versions, {}
        self.endpoint.suspended = True
        self._changed(self.endpoint)
        for version in versions.values():
            self._run(version.stop(drain=True))

    async def stop(self) -> None:
        """End every task and every process of this endpoint."""
        tasks = [*self._background, *([self._update] if self._update else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        versions = {*self.versions.values(), *self.pending.values()}
        await asyncio.gather(*(version.stop() for version in versions))

    @property
    def is_ready(self) -> bool:
        """Tell whether every version with traffic can answer."""
        if self.endpoint.config is None:
            return False
        live = [name for name, share in self.endpoint.config.traffic.items() if share]
        return all(
            name in self.versions
            and self.versions[name].is_loaded
            and self.versions[name].state[0] == "DEPLOYMENT_READY"
            for name in live
        )

    async def _restore(self) -> None:
        if self.endpoint.config and not self.endpoint.suspended:
            self.versions = self._versions_for(self.endpoint.config)
            warm = warm_names(self.endpoint.config)
            await self._load([self.versions[name] for name in warm if name in self.versions])
            self._note_task()
        if self.endpoint.pending_config and self.endpoint.config_update == "IN_PROGRESS":
            self.start_update()

    async def _apply(self) -> None:
        config = self.endpoint.pending_config
        assert config is not None
        self.pending = self._versions_for(config)
        added = [name for name, each in self.pending.items() if each not in self._running()]
        wanted = dict.fromkeys([*warm_names(config), *added])
        failures = await self._load([self.pending[name] for name in wanted if name in self.pending])
        if failures:
            await self._give_up(failures)
        else:
            self._switch(config)

    def _switch(self, config: EndpointConfig) -> None:
        """Serve the new configuration from this moment on; the old versions finish their calls."""
        old = self._running() - set(self.pending.values())
        self.versions, self.pending = self.pending, {}
        self.endpoint.config, self.endpoint.pending_config = config, None
        self.endpoint.config_update = "NOT_UPDATING"
        self.endpoint.failures = {}
        self.endpoint.suspended = False
        self._note_task()
        self._changed(self.endpoint)
        for version in old:
            self._run(version.stop(drain=True))

    async def _give_up(self, failures: dict[str, str]) -> None:
        """Keep the old configuration and what was said about the new one."""
        new = self._new()
        self.endpoint.config_update = "UPDATE_FAILED"
        self.endpoint.failures = failures
        self._changed(self.endpoint)
        await asyncio.gather(*(version.stop() for version in new))

    async def _load(self, versions: list[ServedVersion]) -> dict[str, str]:
        results = await asyncio.gather(
            *(version.load() for version in versions), return_exceptions=True
        )
        failed = {}
        for version, result in zip(versions, results, strict=True):
            if isinstance(result, BaseException):
                failed[version.entity.name] = version.load_error or str(result)
        return failed

    def _versions_for(self, config: EndpointConfig) -> dict[str, ServedVersion]:
        """Reuse what runs already; make the rest."""
        versions = {}
        for entity in config.served_entities:
            if entity.is_feedback:
                continue
            running = self.versions.get(entity.name)
            usable = running and running.entity.runs_like(entity) and not _has_failed(running)
            versions[entity.name] = (
                running
                if running and usable
                else self._new_version(self.endpoint, entity, self.metrics)
            )
        return versions

    def _running(self) -> set[ServedVersion]:
        return set(self.versions.values())

    def _new(self) -> set[ServedVersion]:
        """Return what is not served yet."""
        return set(self.pending.values()) - self._running()

    def _note_task(self) -> None:
        models = [version.model for version in self.versions.values() if version.model]
        self.endpoint.task = next((model.task for model in models if model.task), None)

    async def _housekeeping(self) -> None:
        while True:
            await asyncio.sleep(_HOUSEKEEPING_SECONDS)
            if self.endpoint.config is None:
                continue
            warm = warm_names(self.endpoint.config)
            for name, version in self.versions.items():
                if name not in warm and version.is_idle():
                    await version.stop()

    def _run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def settled(self) -> None:
        """Wait until no update is under way."""
        if self._update:
            with contextlib.suppress(asyncio.CancelledError):
                await self._update


def warm_names(config: EndpointConfig) -> list[str]:
    """Return the versions kept in memory: all with traffic, and the first idle ones listed."""
    entities = [entity.name for entity in config.served_entities if not entity.is_feedback]
    live = [name for name in entities if config.traffic.get(name, 0)]
    idle = [name for name in entities if not config.traffic.get(name, 0)]
    return live + idle[:WARM_IDLE_VERSIONS]


def _has_failed(version: ServedVersion) -> bool:
    return version.state[0] == "DEPLOYMENT_FAILED"
