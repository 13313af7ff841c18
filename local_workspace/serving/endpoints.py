"""All serving endpoints of the workspace: created, changed, found, removed, and kept on disk."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from local_workspace.errors import AlreadyExists, Conflict, InvalidState, NotFound
from local_workspace.serving import endpoint_requests as requests
from local_workspace.serving.endpoint import (
    Endpoint,
    EndpointConfig,
    InferenceTable,
    ServedEntity,
)
from local_workspace.serving.endpoint_runtime import EndpointRuntime
from local_workspace.serving.endpoint_store import EndpointStore
from local_workspace.serving.metrics import EndpointMetrics
from local_workspace.serving.model_starter import ModelStarter, concurrency_of
from local_workspace.serving.registry import Registry
from local_workspace.serving.served_version import ServedVersion
from local_workspace.serving.worker_log import WorkerLog

Json = dict[str, Any]


class Endpoints:
    """The endpoints by name; every change is durable before it is acknowledged."""

    def __init__(
        self,
        store: EndpointStore,
        starter: ModelStarter,
        registry: Registry,
        logs_dir: Path,
        claim_tables: Callable[[InferenceTable], None] = lambda _: None,
    ) -> None:
        # Refuses tables that exist in another shape; afterwards they can be queried.
        self._claim_tables = claim_tables
        self._store = store
        self._starter = starter
        self._registry = registry
        self._logs_dir = logs_dir
        self._runtimes: dict[str, EndpointRuntime] = {}

    def resume(self) -> None:
        """Bring back every stored endpoint."""
        for endpoint in self._store.load():
            # The tables may be unknown again: the spool that knew them can be deleted.
            self._claim(endpoint)
            self._add(endpoint).resume()

    async def close(self) -> None:
        """Stop every endpoint's processes; their configuration stays."""
        await asyncio.gather(*(runtime.stop() for runtime in self._runtimes.values()))

    def all(self) -> list[EndpointRuntime]:
        """Return the endpoints, newest first."""
        return list(reversed(self._runtimes.values()))

    def get(self, name: str) -> EndpointRuntime:
        """Return the endpoint of this name or refuse with 404."""
        if (runtime := self._runtimes.get(name)) is None:
            raise NotFound(
                f"The given endpoint {name!r} does not exist, please retry after checking the "
                "specified model and version deployment exists."
            )
        return runtime

    def find(self, name: str) -> Endpoint | None:
        """Return the endpoint of this name if there is one."""
        runtime = self._runtimes.get(name)
        return runtime.endpoint if runtime else None

    def find_by_id(self, endpoint_id: str) -> Endpoint | None:
        """Return the endpoint of this id if there is one."""
        endpoints = (runtime.endpoint for runtime in self._runtimes.values())
        return next((each for each in endpoints if each.id == endpoint_id), None)

    async def create(self, body: Json, creator: str) -> EndpointRuntime:
        """Register the endpoint and begin to bring up its first configuration."""
        name = requests.endpoint_name(body)
        self._check_free(name)
        config = requests.endpoint_config(body.get("config") or {}, 1, creator)
        now = requests.now_milliseconds()
        endpoint = Endpoint(
            name=name,
            creator=creator,
            creation_timestamp=now,
            last_updated_timestamp=now,
            tags=requests.tags(body.get("tags") or []),
            description=str(body.get("description") or ""),
            ai_gateway=requests.ai_gateway(body.get("ai_gateway") or {}),
            rate_limits=requests.rate_limits(body.get("rate_limits") or []),
            budget_policy_id=body.get("budget_policy_id"),
            route_optimized=bool(body.get("route_optimized")),
        )
        config = await self._checked(config, None)
        self._check_free(name)
        self._claim(replace(endpoint, config=config))
        runtime = self._add(endpoint)
        self._begin(runtime, config)
        return runtime

    async def update_config(self, name: str, body: Json, caller: str) -> EndpointRuntime:
        """Begin to bring up a new configuration, which replaces exactly what is served."""
        runtime = self.get(name)
        self._check_not_updating(runtime)
        version = runtime.endpoint.latest_config_version + 1
        asked = requests.endpoint_config(body, version, caller)
        config = await self._checked(asked, runtime.endpoint.config)
        self._check_not_updating(runtime)
        self._claim(replace(runtime.endpoint, config=config))
        self._begin(runtime, config)
        return runtime

    def stop(self, name: str) -> EndpointRuntime:
        """End what runs of an endpoint; its configuration stays, and questions are refused."""
        runtime = self.get(name)
        self._check_not_updating(runtime)
        if runtime.endpoint.config is None:
            raise InvalidState(f"Endpoint {name!r} serves nothing that could be stopped.")
        if not runtime.endpoint.suspended:
            runtime.suspend()
        return runtime

    def start(self, name: str) -> EndpointRuntime:
        """Begin to bring a stopped endpoint up again, as a new version of its configuration."""
        runtime = self.get(name)
        self._check_not_updating(runtime)
        stopped = runtime.endpoint.config
        if stopped is None or not runtime.endpoint.suspended:
            raise InvalidState(f"Endpoint {name!r} is not stopped.")
        number = runtime.endpoint.latest_config_version + 1
        self._begin(
            runtime, replace(stopped, version=number, start_time=requests.now_milliseconds())
        )
        return runtime

    def set_ai_gateway(self, name: str, body: Json) -> Endpoint:
        """Replace the endpoint's AI gateway configuration."""
        endpoint = self.get(name).endpoint
        ai_gateway = requests.ai_gateway(body)
        self._claim(replace(endpoint, ai_gateway=ai_gateway))
        endpoint.ai_gateway = ai_gateway
        self.changed(endpoint)
        return endpoint

    async def delete(self, name: str) -> Endpoint:
        """Remove the endpoint and end its processes."""
        runtime = self.get(name)
        del self._runtimes[name]
        self._store.delete(runtime.endpoint)
        await runtime.stop()
        return runtime.endpoint

    def changed(self, endpoint: Endpoint) -> None:
        """Store a changed endpoint."""
        endpoint.last_updated_timestamp = requests.now_milliseconds()
        if self.find(endpoint.name) is endpoint:
            self._store.save(endpoint)

    def _claim(self, endpoint: Endpoint) -> None:
        if table := endpoint.inference_table:
            self._claim_tables(table)

    def _begin(self, runtime: EndpointRuntime, config: EndpointConfig) -> None:
        runtime.endpoint.pending_config = config
        runtime.endpoint.config_update = "IN_PROGRESS"
        runtime.endpoint.failures = {}
        self.changed(runtime.endpoint)
        runtime.start_update()

    def _add(self, endpoint: Endpoint) -> EndpointRuntime:
        runtime = EndpointRuntime(endpoint, self._new_version, self.changed)
        runtime.keep_house()
        self._runtimes[endpoint.name] = runtime
        return runtime

    def _new_version(
        self, endpoint: Endpoint, entity: ServedEntity, metrics: EndpointMetrics
    ) -> ServedVersion:
        def log(name: str) -> WorkerLog:
            return WorkerLog(self._logs_dir / endpoint.name / f"{name}.log")

        return ServedVersion(endpoint.name, entity, self._starter, metrics, log)

    async def _checked(
        self, config: EndpointConfig, current: EndpointConfig | None
    ) -> EndpointConfig:
        """Look every version up in the registry, so that a wrong name fails at once."""
        entities = [await self._checked_entity(each, current) for each in config.served_entities]
        return replace(config, served_entities=tuple(entities))

    async def _checked_entity(
        self, entity: ServedEntity, current: EndpointConfig | None
    ) -> ServedEntity:
        if entity.is_feedback:
            return entity
        concurrency_of(entity)
        known = current.entity(entity.name) if current else None
        if known and known.runs_like(replace(entity, source=known.source)):
            return known
        source = await self._registry.source_of(entity.entity_name, entity.entity_version)
        return replace(entity, source=source)

    def _check_free(self, name: str) -> None:
        if name in self._runtimes:
            raise AlreadyExists(f"An endpoint named {name!r} exists already.")

    def _check_not_updating(self, runtime: EndpointRuntime) -> None:
        if runtime.endpoint.config_update == "IN_PROGRESS":
            raise Conflict(
                f"Endpoint {runtime.endpoint.name!r} is currently updating. Wait until the "
                "update is done, then try again."
            )
