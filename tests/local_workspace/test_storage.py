"""What a workspace keeps on the disk, and that cleaning takes nothing anybody needs."""

import asyncio
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from local_workspace.errors import InvalidParameter
from local_workspace.serving.endpoint import Endpoint, EndpointConfig, ServedEntity
from local_workspace.serving.environments import Environments
from local_workspace.serving.model_starter import ModelStarter, PreparedModel
from local_workspace.serving.model_store import ModelStore, StoredModel
from local_workspace.settings import Settings
from local_workspace.storage import FRESH_SECONDS, SCRATCH_SECONDS, Storage

UV = {"LOCAL_WORKSPACE_ENV_MANAGER": "uv"}


@dataclass
class Runtime:
    """The running side of an endpoint, of which only the endpoint counts here."""

    endpoint: Endpoint


@dataclass
class Disk:
    """A data directory, what is served from it, and the clock."""

    settings: Settings
    runtimes: list[Runtime] = field(default_factory=list)
    now: float = 1_000_000.0
    revoked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.models = ModelStore(self.settings.models_dir, None, {})
        self.environments = Environments(self.settings.environments_dir, None, "local")
        self.starter = ModelStarter(self.models, self.environments, None, self, "", Path("scratch"))
        self.storage = Storage(
            self.settings, self, self.starter, self.environments, lambda: self.now
        )

    def all(self) -> list[Runtime]:
        return self.runtimes

    def revoke_served_version_token(self, secret: str) -> None:
        self.revoked.append(secret)

    def fetch(self, version: int, requirements: str = "six", **more) -> ServedEntity:
        """Put a version's files, and its environment, where they would be."""
        entity = ServedEntity(f"chain_{version}", "main.rag.chain", str(version), **more)
        path = self.models.path_of(entity)
        put(path / "MLmodel")
        (path / "requirements.txt").write_text(requirements)
        if folder := self.environments.folder_for(StoredModel(path, {}), entity.environment_vars):
            put(folder / "lib")
            put(folder / "complete")
        return entity

    def serve(self, *entities: ServedEntity, pending=(), update="NOT_UPDATING") -> None:
        def config(served):
            return EndpointConfig(1, tuple(served), {}) if served else None

        endpoint = Endpoint("chain", "", 0, 0, config=config(entities))
        endpoint.pending_config, endpoint.config_update = config(pending), update
        self.runtimes.append(Runtime(endpoint))

    def parts(self) -> dict:
        return {part["name"]: part for part in asyncio.run(self.storage.use())["parts"]}

    def unused(self, part: str) -> list[str]:
        return [each["name"] for each in self.parts()[part]["items"] if not each["is_used"]]

    def clean(self, *parts: str) -> dict:
        return asyncio.run(self.storage.clean(parts))


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * 4096)
    return path


@pytest.fixture
def disk(tmp_path) -> Disk:
    return Disk(Settings(data_dir=tmp_path))


def test_every_part_says_what_it_takes(disk, tmp_path):
    """Tables one by one; nothing that was acknowledged may be cleaned."""
    put(disk.settings.tables_dir / "main" / "rag" / "chain_payload" / "part-0")
    put(disk.settings.mlflow_dir / "mlflow.db")
    put(disk.settings.mlflow_dir / "artifacts" / "1" / "file")

    parts = disk.parts()

    assert [each["name"] for each in parts["tables"]["items"]] == ["main.rag.chain_payload"]
    for name in ("tables", "traces", "artifacts"):
        assert parts[name]["bytes"] == 4096
        assert parts[name]["cleanable_bytes"] == 0


def test_version_that_is_not_served_any_more_may_go(disk):
    """With the environment nothing else runs in."""
    disk.serve(disk.fetch(1, "six", environment_vars=UV))
    disk.fetch(2, "six", environment_vars=UV)
    disk.fetch(3, "seven", environment_vars=UV)

    assert disk.unused("models") == ["main.rag.chain 2", "main.rag.chain 3"]
    assert len(disk.unused("environments")) == 1
    freed = disk.clean("models", "environments")

    assert freed["freed"]["environments"] == 2 * 4096
    assert freed["freed_bytes"] == sum(freed["freed"].values())
    assert disk.unused("models") == disk.unused("environments") == []
    assert len(disk.parts()["models"]["items"]) == 1
    assert list((disk.settings.data_dir / "scratch").iterdir()) == []


def test_only_what_was_named_is_cleaned(disk):
    """Environments take long to build again, models do not."""
    disk.fetch(1, environment_vars=UV)

    disk.clean("models")

    assert disk.unused("models") == []
    assert len(disk.unused("environments")) == 1


def test_version_that_is_being_deployed_is_in_use(disk):
    """And is not any more when that has failed."""
    disk.serve(pending=[disk.fetch(1)], update="IN_PROGRESS")
    assert disk.unused("models") == []

    disk.runtimes[0].endpoint.config_update = "UPDATE_FAILED"
    disk.now += FRESH_SECONDS + 1

    assert disk.unused("models") == ["main.rag.chain 1"]


def test_version_that_still_answers_its_last_calls_is_in_use(disk):
    """Its processes read their files as long as they run."""
    entity = disk.fetch(1, environment_vars=UV)
    variables = {"DATABRICKS_TOKEN": "t"}
    model = StoredModel(disk.models.path_of(entity), {})
    running = PreparedModel(entity, "chain", model, None, variables, 1, 1)
    disk.starter._prepared.append(running)
    assert disk.unused("models") == disk.unused("environments") == []

    disk.starter.release(running)
    disk.now += FRESH_SECONDS + 1

    assert disk.unused("models") == ["main.rag.chain 1"]
    assert disk.revoked == ["t"]


def test_what_is_being_fetched_or_built_is_left_alone(disk):
    """It has not its name yet, or is not complete."""
    fetching = put(disk.settings.models_dir / "main.rag.chain" / ".fetching-x" / "file")
    building = put(disk.settings.environments_dir / "0123" / "lib")
    imports = put(disk.settings.environments_dir / "import-path" / "link")

    disk.clean("models", "environments")

    assert all(each.exists() for each in (fetching, building, imports))


def test_scratch_goes_when_it_was_not_touched_for_an_hour(disk, tmp_path):
    """A call may still be using what is younger; SQL cleans up itself."""
    old, young, sql = (put(tmp_path / "scratch" / n / "f") for n in ("old", "young", "sql"))
    for path, age in ((old, 2), (young, 0.5), (sql, 2)):
        at = disk.now - age * SCRATCH_SECONDS
        os.utime(path, (at, at))

    assert disk.unused("scratch") == ["old"]
    disk.clean("scratch")

    assert (old.exists(), young.exists(), sql.exists()) == (False, True, True)


def test_measuring_is_not_repeated_for_a_while(disk):
    """Walking over a large disk takes seconds; cleaning makes what is known worthless."""
    disk.parts()
    disk.fetch(1)
    assert disk.unused("models") == []

    disk.clean("scratch")

    assert disk.unused("models") == ["main.rag.chain 1"]


@pytest.mark.parametrize("part", ["tables", "traces", "..", ""])
def test_nothing_else_can_be_cleaned(disk, part):
    """Certainly nothing that is on record."""
    with pytest.raises(InvalidParameter, match="cannot be cleaned"):
        disk.clean("models", part)
