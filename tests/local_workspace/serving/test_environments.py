"""Which Python a version runs in; nothing is built here."""

import asyncio
import sys
from pathlib import Path

import pytest

from local_workspace.errors import InvalidParameter
from local_workspace.serving.environments import Environments
from local_workspace.serving.fallback_launcher import FallbackLauncher
from local_workspace.serving.launcher import SpawnLauncher
from local_workspace.serving.model_store import StoredModel
from local_workspace.serving.worker_log import WorkerLog


class Zygote:
    """A zygote nobody asks anything here."""

    async def close(self):
        """Nothing runs."""


@pytest.fixture
def launcher_for(tmp_path):
    """Ask what would start a version with these variables."""
    zygote = Zygote()

    def ask(variables, default="local"):
        environments = Environments(tmp_path / "environments", zygote, default)
        model = StoredModel(tmp_path, {})
        log = WorkerLog(tmp_path / "build.log")
        return asyncio.run(environments.launcher_for(model, variables, log))

    ask.zygote = zygote
    return ask


@pytest.mark.parametrize("variables", [{}, {"KEY": "x"}, {"LOCAL_WORKSPACE_ENV_MANAGER": "local"}])
def test_ordinary_version_is_forked_from_the_warm_interpreter(launcher_for, variables):
    """No environment of its own, no settings of the interpreter: the fast way."""
    launcher = launcher_for(variables)

    assert isinstance(launcher, FallbackLauncher)
    assert launcher._forking is launcher_for.zygote


def test_settings_of_the_interpreter_need_a_fresh_one(launcher_for):
    """A fork would come too late for them."""
    assert isinstance(launcher_for({"OMP_NUM_THREADS": "2"}), SpawnLauncher)


@pytest.mark.parametrize("manager", ["conda", "virtualenv", "", "UV"])
def test_unknown_manager_is_refused_with_a_sentence(launcher_for, manager):
    """The sentence says what may be chosen."""
    with pytest.raises(InvalidParameter, match="LOCAL_WORKSPACE_ENV_MANAGER must be local or uv"):
        launcher_for({"LOCAL_WORKSPACE_ENV_MANAGER": manager})


def test_models_can_import_the_package_and_not_the_app_beside_it(tmp_path):
    """The folder on a model's import path holds this package and nothing else."""
    environments = Environments(tmp_path / "environments", Zygote(), "local")

    root = environments._package_root()

    assert [each.name for each in root.iterdir()] == ["local_workspace"]
    assert (root / "local_workspace" / "serving" / "worker_process.py").exists()


def test_import_path_follows_the_package_when_it_moves(tmp_path):
    """A data directory that outlives an installation leads to the package that runs now."""
    environments = Environments(tmp_path / "environments", Zygote(), "local")
    link = environments._package_root() / "local_workspace"
    link.unlink()
    link.symlink_to(Path(sys.prefix) / "gone")

    environments._package_root()

    assert (link / "serving").is_dir()
