"""Logs a model, registers it as often as asked and keeps its files for the peer.

A process of its own (`python -m benchmarks.registration MODEL VERSIONS FOLDER`), because MLflow's
client keeps the address it was first used with.
"""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.child_process import REPOSITORY, clean_environment

EXAMPLE = {"messages": [{"role": "user", "content": "What is a gamma-ray burst?"}]}


def registered_name(model: str) -> str:
    """Return the name in the registry of a model in `benchmarks/models/`."""
    return f"main.benchmarks.{model}"


def register(model: str, versions: int, folder: Path, environment: Mapping[str, str]) -> Path:
    """Register versions 1 to `versions` of a model; returns the folder with its files."""
    command = [sys.executable, "-m", "benchmarks.registration", model, str(versions), str(folder)]
    done = subprocess.run(
        command,
        cwd=REPOSITORY,
        env=clean_environment() | dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{model} could not be registered:\n{done.stderr[-2000:]}")
    return folder / model


def main(model: str, versions: int, folder: Path) -> None:
    """Log once and register the same files under every version."""
    import mlflow  # noqa: PLC0415 (seconds to import; the benchmarks themselves do without)

    mlflow.set_experiment("/benchmarks")
    logged = mlflow.pyfunc.log_model(
        name="model",
        python_model=str(REPOSITORY / "benchmarks" / "models" / f"{model}.py"),
        input_example=EXAMPLE,
        pip_requirements=[f"mlflow=={mlflow.__version__}"],
    )
    for _ in range(versions):
        mlflow.register_model(logged.model_uri, registered_name(model))
    mlflow.artifacts.download_artifacts(artifact_uri=logged.model_uri, dst_path=str(folder / model))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
