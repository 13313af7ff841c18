"""Which version has an alias, asked of the registry MLflow is connected to."""

from mlflow import MlflowClient

from backend.error_translation import translated
from backend.errors import NotFound, Refused


def version_of(model: str, alias: str) -> str:
    """Return the version the alias points to."""
    try:
        with translated():
            return str(MlflowClient().get_model_version_by_alias(model, alias).version)
    except Refused as problem:
        # An alias there is not is a wrong parameter to MLflow's own registry.
        raise NotFound(problem.sentence) from problem
