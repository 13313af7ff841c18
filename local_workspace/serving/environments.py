"""Chooses the Python a version runs in: ours, or one built for its requirements with uv."""

import asyncio
import hashlib
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from local_workspace.errors import InvalidParameter
from local_workspace.serving.fallback_launcher import FallbackLauncher
from local_workspace.serving.launcher import (
    Launcher,
    SpawnLauncher,
    ZygoteLauncher,
    needs_fresh_interpreter,
)
from local_workspace.serving.model_store import StoredModel
from local_workspace.serving.worker_connection import LoadFailed
from local_workspace.serving.worker_log import WorkerLog

# Set on a served entity to choose for one version; `--env-manager` chooses for the workspace.
ENV_MANAGER_VARIABLE = "LOCAL_WORKSPACE_ENV_MANAGER"
_PACKAGE = Path(__file__).parents[1]


class Environments:
    """One zygote per environment; environments are built once per set of requirements."""

    def __init__(self, folder: Path, base: ZygoteLauncher, default_manager: str) -> None:
        self._folder = folder
        self._base = base
        self._default_manager = default_manager
        self._zygotes: dict[Path, ZygoteLauncher] = {}
        self._building: dict[Path, asyncio.Lock] = {}

    async def launcher_for(
        self, model: StoredModel, variables: dict[str, str], log: WorkerLog
    ) -> Launcher:
        """Return what starts processes of this version, building its environment if needed."""
        manager = self._manager(variables)
        if manager not in ("local", "uv"):
            raise InvalidParameter(f"{ENV_MANAGER_VARIABLE} must be local or uv, not {manager}.")
        python = Path(sys.executable)
        if manager == "uv":
            python = await self._build(model, log)
        fresh = SpawnLauncher(python, self._package_root())
        if needs_fresh_interpreter(variables):
            return fresh
        zygote = self._base if manager == "local" else self._zygote(python, log)
        return FallbackLauncher(zygote, fresh)

    def folder_for(self, model: StoredModel, variables: dict[str, str]) -> Path | None:
        """Return the folder of the environment a version runs in, unless that is ours."""
        return self._folder_of(model) if self._manager(variables) == "uv" else None

    async def forget(self, folders: Iterable[Path]) -> None:
        """End the zygotes of environments that are gone."""
        # All at once: while one is being closed, another may be wanted again.
        gone = [self._zygotes.pop(folder / "bin" / "python", None) for folder in folders]
        for zygote in gone:
            if zygote:
                await zygote.close()

    async def close(self) -> None:
        """End every zygote of a built environment."""
        for zygote in self._zygotes.values():
            await zygote.close()

    def _manager(self, variables: dict[str, str]) -> str:
        return variables.get(ENV_MANAGER_VARIABLE, self._default_manager)

    def _zygote(self, python: Path, log: WorkerLog) -> ZygoteLauncher:
        if python not in self._zygotes:
            self._zygotes[python] = ZygoteLauncher(python, self._package_root(), log)
        return self._zygotes[python]

    async def _build(self, model: StoredModel, log: WorkerLog) -> Path:
        folder = self._folder_of(model)
        async with self._building.setdefault(folder, asyncio.Lock()):
            if not (folder / "complete").exists():
                log.write("Building a Python environment for this version's requirements.")
                shutil.rmtree(folder, ignore_errors=True)
                await _uv(log, "venv", "--python", sys.executable, str(folder))
                await self._install(model, folder, log)
                (folder / "complete").touch()
        return folder / "bin" / "python"

    def _folder_of(self, model: StoredModel) -> Path:
        key = f"{sys.version_info[:2]}\n{model.requirements}"
        return self._folder / hashlib.sha256(key.encode()).hexdigest()[:16]

    async def _install(self, model: StoredModel, folder: Path, log: WorkerLog) -> None:
        python = str(folder / "bin" / "python")
        requirements = str(model.path / "requirements.txt")
        await _uv(log, "pip", "install", "--python", python, "-r", requirements)

    def _package_root(self) -> Path:
        """Return a folder from which only this package can be imported, not the app beside it."""
        root = self._folder.resolve() / "import-path"
        root.mkdir(parents=True, exist_ok=True)
        link = root / _PACKAGE.name
        if link.is_symlink() and link.readlink() != _PACKAGE:
            link.unlink()
        if not link.exists():
            link.symlink_to(_PACKAGE)
        return root


async def _uv(log: WorkerLog, *arguments: str) -> None:
    output = await log.open_pipe()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "uv", *arguments, stdout=output, stderr=output
    )
    try:
        status = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
    if status:
        await asyncio.sleep(0)  # lets the last lines of the pipe arrive
        raise LoadFailed(f"The environment could not be built: {log.last(6)}")
