"""Logs and registers the test chains as a user would, with MLflow's own client."""

import warnings
from pathlib import Path
from typing import Any

import mlflow

CHAINS = Path(__file__).parent / "chains"
_REQUIREMENTS = [f"mlflow=={mlflow.__version__}"]


def question(text: str, **more: Any) -> dict[str, Any]:
    """Return a chat request with one message."""
    return {"messages": [{"role": "user", "content": text}], **more}


def register(name: str, chain: str, **log_options: Any) -> int:
    """Log the chain and register it under the name; returns the version."""
    # MLflow warns about deprecated interfaces and about its own dependencies while it logs.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mlflow.set_experiment(f"/{name}")
        options = {"pip_requirements": _REQUIREMENTS, **log_options}
        info = mlflow.pyfunc.log_model(
            name="chain",
            python_model=str(CHAINS / f"{chain}.py"),
            registered_model_name=name,
            **options,
        )
    return int(info.registered_model_version)


def register_again(name: str) -> int:
    """Register the newest version's files as one more version, without logging them anew."""
    newest = mlflow.MlflowClient().search_model_versions(f"name='{name}'", max_results=1)[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return int(mlflow.register_model(newest.source, name).version)
