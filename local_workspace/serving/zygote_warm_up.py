"""What the zygote does once so that none of its forks has to: imports and slow look-ups."""

import contextlib
import gc
import importlib
import sys
from collections.abc import Iterable

# What a first load and a first answer would otherwise import, found with the list of modules
# that appear in a fresh fork.
_MODULES = (
    "mlflow.pyfunc",
    "mlflow.pyfunc.loaders.chat_agent",
    "mlflow.pyfunc.loaders.chat_model",
    "mlflow.pyfunc.loaders.code_model",
    "mlflow.pyfunc.loaders.responses_agent",
    "mlflow.pyfunc.model",
    "mlflow.pyfunc.scoring_server",
    "mlflow.artifacts",
    "mlflow.deployments",
    "mlflow.entities.model_registry",
    "mlflow.store.artifact.mlflow_artifacts_repo",
    "mlflow.store.artifact.models_artifact_repo",
    "mlflow.tracking._model_registry.client",
    "mlflow.tracking.fluent",
    "mlflow.types.responses",
    "mlflow.store.tracking.file_store",
    "mlflow.tracing.export.utils",
    "mlflow.tracing.processor.base_mlflow",
    "mlflow.tracing.processor.otel",
    "local_workspace.serving.call",
    "opentelemetry.sdk.metrics.export",
    "pandas.core.methods.to_dict",
    "pyarrow.pandas_compat",
    "requests",
)


def warm_up() -> None:
    """Import everything and let MLflow look up once which package brings which module."""
    preload(_MODULES)
    # MLflow compares a model's requirements with what is installed each time it loads one; the
    # table for it takes a second to make and is kept in the process. Without it a load is slower,
    # nothing else, so a version of MLflow that has no such function is no reason to fail.
    with contextlib.suppress(ImportError, AttributeError):
        requirements = importlib.import_module("mlflow.utils.requirements_utils")
        requirements._init_packages_to_modules_map()
    _share_memory()


def preload(modules: Iterable[str]) -> None:
    """Import the modules that are missing, to be shared by every later fork."""
    missing = [name for name in modules if name not in sys.modules]
    for name in missing:
        # A module that cannot be imported fails where it is needed, with the model's own words.
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    if missing:
        _share_memory()


def _share_memory() -> None:
    """Keep the collector from touching, and so copying, what the forks share."""
    gc.collect()
    gc.freeze()
