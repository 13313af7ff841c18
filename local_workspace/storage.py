"""What the workspace keeps on the disk, and deleting what can be fetched or built again.

Nothing that was acknowledged is ever deleted here: no table, no trace, no record.
"""

import asyncio
import shutil
import time
import uuid
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local_workspace.disk_use import disk_use, last_touched
from local_workspace.errors import InvalidParameter
from local_workspace.serving.endpoint import Endpoint, ServedEntity
from local_workspace.serving.endpoints import Endpoints
from local_workspace.serving.environments import Environments
from local_workspace.serving.model_starter import ModelStarter
from local_workspace.settings import Settings

Json = dict[str, Any]
FRESH_SECONDS = 30.0
# What models write beside them is left alone for as long as a call may use it.
SCRATCH_SECONDS = 3600.0
CLEANABLE = ("models", "environments", "scratch")


@dataclass(frozen=True)
class _Item:
    """One folder or file of a part."""

    name: str
    path: Path
    is_used: bool = True


@dataclass(frozen=True)
class _Part:
    """One kind of data: everything below some folders, with its items if they have names."""

    name: str
    roots: tuple[Path, ...]
    items: list[_Item] = field(default_factory=list)

    def measured(self) -> Json:
        items = [(each, disk_use(each.path)) for each in self.items]
        unused = [each.path for each in self.items if not each.is_used]
        return {
            "name": self.name,
            "bytes": disk_use(*self.roots).size,
            "cleanable_bytes": disk_use(*unused).freed,
            "items": [
                {"name": item.name, "bytes": use.size, "is_used": item.is_used}
                for item, use in items
            ],
        }


class Storage:
    """Measures in a thread and remembers that for a while; cleans between two steps of the loop."""

    def __init__(
        self,
        settings: Settings,
        endpoints: Endpoints,
        starter: ModelStarter,
        environments: Environments,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._endpoints = endpoints
        self._starter = starter
        self._environments = environments
        self._clock = clock
        self._turn = asyncio.Lock()
        self._known: Json | None = None
        self._known_at = 0.0

    async def use(self) -> Json:
        """Return what takes how much, as it was at most half a minute ago."""
        async with self._turn:
            if self._known is None or self._clock() - self._known_at > FRESH_SECONDS:
                fetched = self._fetched()
                self._known_at = self._clock()
                self._known = await asyncio.to_thread(self._measured, fetched)
            return self._known | {"measured_at": round(self._known_at * 1000)}

    async def clean(self, names: Collection[str]) -> Json:
        """Delete what nothing uses of these parts, and return what that has freed."""
        if unknown := sorted(set(names) - set(CLEANABLE)):
            raise InvalidParameter(
                f"{unknown[0]!r} cannot be cleaned. What can: {', '.join(CLEANABLE)}."
            )
        async with self._turn:
            scratch = await asyncio.to_thread(self._scratch)
            # Nothing else runs between looking at what is used and taking the rest away: what
            # is deployed from the next step on finds nothing, and fetches it again.
            unused = {
                part.name: [each.path for each in part.items if not each.is_used]
                for part in (*self._fetched(), scratch)
                if part.name in names
            }
            taken = {name: self._taken_away(paths) for name, paths in unused.items()}
            await self._environments.forget(unused.get("environments", []))
            freed = {
                name: await asyncio.to_thread(_deleted, paths) for name, paths in taken.items()
            }
            self._known = None
        return {"freed_bytes": sum(freed.values()), "freed": freed}

    def _measured(self, fetched: list[_Part]) -> Json:
        parts = (*self._kept(), *fetched, self._scratch())
        return {
            "parts": [part.measured() for part in parts],
            "free_bytes": shutil.disk_usage(self._settings.data_dir).free,
        }

    def _kept(self) -> list[_Part]:
        """Return what is never cleaned here."""
        settings = self._settings
        data, mlflow = settings.data_dir, settings.mlflow_dir
        databases = tuple(mlflow.glob("*.db*"))
        user_tables = data / "user_tables"
        return [
            _Part("tables", (settings.tables_dir,), _tables(settings.tables_dir)),
            _Part("user_tables", (user_tables,), _tables(user_tables)),
            _Part("waiting", (settings.spool_path.parent,)),
            _Part("traces", databases),
            _Part("artifacts", tuple(set(_inside(mlflow)) - set(databases))),
            _Part("logs", (settings.logs_dir,)),
        ]

    def _fetched(self) -> list[_Part]:
        """Return what can be had again."""
        served = [each for runtime in self._endpoints.all() for each in _needed(runtime.endpoint)]
        used = self._starter.folders_in_use(served)
        settings = self._settings
        models = [
            _Item(f"{version.parent.name} {version.name.partition('-')[0]}", version)
            for model in _inside(settings.models_dir)
            for version in _inside(model)
        ]
        environments = [_Item(each.name, each) for each in _built(settings.environments_dir)]
        return [
            _Part("models", (settings.models_dir,), _marked(models, used)),
            _Part("environments", (settings.environments_dir,), _marked(environments, used)),
        ]

    def _scratch(self) -> _Part:
        """Return what models have written beside them; SQL cleans up behind itself."""
        scratch = self._settings.data_dir / "scratch"
        long_ago = self._clock() - SCRATCH_SECONDS
        items = [
            _Item(each.name, each, is_used=each.name == "sql" or last_touched(each) > long_ago)
            for each in _inside(scratch)
        ]
        return _Part("scratch", (scratch,), items)

    def _taken_away(self, paths: Iterable[Path]) -> list[Path]:
        """Move folders out of the way in one step each, and return where they are now."""
        scratch = self._settings.data_dir / "scratch"
        scratch.mkdir(parents=True, exist_ok=True)
        return [path.rename(scratch / f"removed-{uuid.uuid4().hex}") for path in paths]


def _needed(endpoint: Endpoint) -> list[ServedEntity]:
    """Return what an endpoint serves, and what it is about to."""
    is_coming = endpoint.config_update == "IN_PROGRESS"
    configs = (endpoint.config, endpoint.pending_config if is_coming else None)
    served = [each for config in configs if config for each in config.served_entities]
    return [each for each in served if not each.is_feedback]


def _deleted(paths: list[Path]) -> int:
    """Delete folders and files, and return how many bytes that has freed."""
    freed = disk_use(*paths).freed
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return freed


def _marked(items: list[_Item], used: Collection[Path]) -> list[_Item]:
    return [_Item(each.name, each.path, each.path.resolve() in used) for each in items]


def _tables(root: Path) -> list[_Item]:
    tables = [
        table
        for catalog in _inside(root)
        for schema in _inside(catalog)
        for table in _inside(schema)
    ]
    return [_Item(".".join(each.relative_to(root).parts), each) for each in tables]


def _built(folder: Path) -> list[Path]:
    """Return the environments; what is still being built is not among them."""
    return [each for each in _inside(folder) if (each / "complete").exists()]


def _inside(folder: Path) -> list[Path]:
    """Return what is in a folder, without what is hidden: that is still being written."""
    if not folder.is_dir():
        return []
    return sorted(each for each in folder.iterdir() if not each.name.startswith("."))
