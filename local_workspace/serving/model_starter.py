"""Turns a served entity into running processes: files, environment, secrets, its own token."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from local_workspace.errors import InvalidParameter
from local_workspace.serving.endpoint import WORKLOAD_CONCURRENCY, ServedEntity
from local_workspace.serving.environments import Environments
from local_workspace.serving.launcher import Launcher, ModelProcess
from local_workspace.serving.model_store import ModelStore, StoredModel
from local_workspace.serving.secrets import Secrets
from local_workspace.serving.worker_log import WorkerLog
from local_workspace.serving.worker_process import WorkerSpec

PROCESSES_VARIABLE = "LOCAL_WORKSPACE_PROCESSES"
_LANGCHAIN_MODULES = (
    "mlflow.langchain.api_request_parallel_processor",
    "mlflow.langchain.autolog",
    "mlflow.langchain.langchain_tracer",
    "mlflow.langchain.model",
    "mlflow.langchain.utils.chat",
    "langchain.agents",
    "langchain_core.output_parsers",
    "langchain_core.prompts",
    "langchain_core.retrievers",
    "langchain_core.runnables",
)
CONCURRENCY_VARIABLE = "LOCAL_WORKSPACE_CONCURRENCY"


class TokenIssuer(Protocol):
    """Gives a served version a token that may query some endpoints and do nothing else."""

    def issue_served_version_token(self, name: str, queryable: Iterable[str]) -> str: ...

    def revoke_served_version_token(self, secret: str) -> None: ...


@dataclass(frozen=True)
class PreparedModel:
    """Everything needed to start processes of one served entity."""

    entity: ServedEntity
    endpoint_name: str
    model: StoredModel
    launcher: Launcher
    environment: dict[str, str]
    processes: int
    threads: int


class ModelStarter:
    """Prepares a version once and starts as many processes of it as are wanted."""

    def __init__(
        self,
        models: ModelStore,
        environments: Environments,
        secrets: Secrets,
        tokens: TokenIssuer,
        workspace_url: str,
        working_directory: Path,
    ) -> None:
        self._models = models
        self._environments = environments
        self._secrets = secrets
        self._tokens = tokens
        self._workspace_url = workspace_url
        self._working_directory = working_directory
        self._prepared: list[PreparedModel] = []

    async def prepare(
        self, endpoint_name: str, entity: ServedEntity, build_log: WorkerLog, log: WorkerLog
    ) -> PreparedModel:
        """Fetch the files and build the environment; tells the logs what must stay hidden."""
        model = await self._models.fetch(entity, build_log)
        launcher = await self._environments.launcher_for(model, entity.environment_vars, build_log)
        environment = self._environment(endpoint_name, entity, model)
        hidden = [environment["DATABRICKS_TOKEN"]]
        hidden += self._secrets.values_in(entity.environment_vars)
        log.hide(hidden)
        # It tells why a load failed, in the model's own words.
        build_log.hide(hidden)
        processes, threads = concurrency_of(entity)
        prepared = PreparedModel(
            entity, endpoint_name, model, launcher, environment, processes, threads
        )
        self._prepared.append(prepared)
        return prepared

    def release(self, prepared: PreparedModel) -> None:
        """Make the token of a version that has been stopped useless."""
        self._tokens.revoke_served_version_token(prepared.environment["DATABRICKS_TOKEN"])
        self._prepared = [each for each in self._prepared if each is not prepared]

    def folders_in_use(self, served: Iterable[ServedEntity]) -> set[Path]:
        """Return the folders these versions need, and those of every version that still runs."""
        running = [each.entity for each in self._prepared]
        found = set()
        for entity in (*served, *running):
            files = self._models.path_of(entity)
            # What the MLmodel file says has no part in this.
            model = StoredModel(files, mlmodel={})
            found |= {files, self._environments.folder_for(model, entity.environment_vars)}
        return {path.resolve() for path in found if path}

    async def launch(self, prepared: PreparedModel, log: WorkerLog) -> ModelProcess:
        """Start one process; it is not ready yet when this returns."""
        self._working_directory.mkdir(parents=True, exist_ok=True)
        spec = WorkerSpec(
            endpoint=prepared.endpoint_name,
            served_version=prepared.entity.name,
            model_name=prepared.entity.entity_name,
            model_path=str(prepared.model.path),
            threads=prepared.threads,
            environment=prepared.environment,
            working_directory=str(self._working_directory.resolve()),
        )
        return await prepared.launcher.launch(spec, log, _imports_of(prepared.model))

    def _environment(
        self, endpoint_name: str, entity: ServedEntity, model: StoredModel
    ) -> dict[str, str]:
        own = self._secrets.resolve(entity.environment_vars)
        token = self._tokens.issue_served_version_token(
            f"{endpoint_name}/{entity.name}", model.queried_endpoints
        )
        variables = {
            "DATABRICKS_HOST": self._workspace_url,
            "DATABRICKS_TOKEN": token,
            **own,
        }
        if model.model_id:
            variables["MLFLOW_ACTIVE_MODEL_ID"] = model.model_id
        return variables


def _imports_of(model: StoredModel) -> list[str]:
    """Return what the zygote imports before it forks for this model, and then has for the next."""
    modules: list[str] = []
    if model.is_langchain:
        modules += _LANGCHAIN_MODULES
    if model.queried_endpoints:
        # The client through which a model asks other endpoints; half of a version's memory.
        modules += ["databricks.sdk", "mlflow.deployments.databricks"]
    return modules


def concurrency_of(entity: ServedEntity) -> tuple[int, int]:
    """Return how many processes the version gets and how many calls each takes at once."""
    places = WORKLOAD_CONCURRENCY[entity.workload_size]
    processes = _positive(entity, PROCESSES_VARIABLE, 1)
    threads = _positive(entity, CONCURRENCY_VARIABLE, max(1, places // processes))
    return processes, threads


def _positive(entity: ServedEntity, variable: str, default: int) -> int:
    text = entity.environment_vars.get(variable, str(default))
    if not text.isdigit() or not 1 <= int(text) <= 256:
        raise InvalidParameter(f"{variable} must be a number from 1 to 256, not {text!r}.")
    return int(text)
