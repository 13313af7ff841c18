"""Keeps the files of model versions on disk, so that a restart needs no registry."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from local_workspace.serving.endpoint import ServedEntity
from local_workspace.serving.launcher import ZygoteLauncher
from local_workspace.serving.model_fetch import FetchSpec
from local_workspace.serving.worker_log import WorkerLog


@dataclass(frozen=True)
class StoredModel:
    """A model version on disk and what its MLmodel file says."""

    path: Path
    mlmodel: dict[str, Any]

    @property
    def task(self) -> str | None:
        """Return MLflow's name of the model's interface."""
        return (self.mlmodel.get("metadata") or {}).get("task")

    @property
    def model_id(self) -> str | None:
        """Return the id of the logged model, for its traces."""
        return self.mlmodel.get("model_id")

    @property
    def is_langchain(self) -> bool:
        """Tell whether the model needs MLflow's LangChain flavour."""
        return "langchain" in self.mlmodel.get("flavors", {})

    @property
    def queried_endpoints(self) -> list[str]:
        """Return the endpoints the model declared as resources when it was logged."""
        databricks = (self.mlmodel.get("resources") or {}).get("databricks") or {}
        return [each["name"] for each in databricks.get("serving_endpoint", [])]

    @property
    def requirements(self) -> str:
        """Return the pip requirements logged with the model."""
        file = self.path / "requirements.txt"
        return file.read_text() if file.exists() else ""


class ModelStore:
    """Folders named by model, version and source; complete once they have their name."""

    def __init__(self, folder: Path, launcher: ZygoteLauncher, environment: dict[str, str]) -> None:
        self._folder = folder
        self._launcher = launcher
        self._environment = environment

    async def fetch(self, entity: ServedEntity, log: WorkerLog) -> StoredModel:
        """Return the version's files, downloading them if they are not here yet."""
        path = self.path_of(entity)
        if not path.exists():
            log.write(f"Fetching {entity.entity_name} version {entity.entity_version}.")
            uri = f"models:/{entity.entity_name}/{entity.entity_version}"
            process = await self._launcher.launch(
                FetchSpec(uri, str(path), self._environment), log, preload=[]
            )
            try:
                await process.connection.ready
            except BaseException:
                process.kill()
                raise
        return read_model(path)

    def path_of(self, entity: ServedEntity) -> Path:
        """Return the folder of a version's files, which may not be there."""
        digest = hashlib.sha256(entity.source.encode()).hexdigest()[:12]
        return self._folder / entity.entity_name / f"{entity.entity_version}-{digest}"


def read_model(path: Path) -> StoredModel:
    """Read the MLmodel file of a model on disk."""
    mlmodel = yaml.load((path / "MLmodel").read_text(), Loader=yaml.CSafeLoader)
    return StoredModel(path.resolve(), mlmodel)
