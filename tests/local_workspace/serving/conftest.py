"""Real MLflow models, saved once for the tests that ask one."""

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from tests.made_once import made_once

with warnings.catch_warnings():
    # MLflow warns of its own type hints while it is imported.
    warnings.filterwarnings("ignore", message=".*AnyType", category=UserWarning)
    import mlflow.pyfunc  # noqa: F401

PROJECT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def saved_models(tmp_path_factory):
    """A folder with every test chain saved as an MLflow model."""

    def save(folder):
        saving = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("save_models.py")), str(folder)],
            cwd=folder,
            env=os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONPATH": str(PROJECT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert saving.returncode == 0, saving.stderr

    return made_once(tmp_path_factory, "models", save)
