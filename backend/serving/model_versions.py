"""Reading a registered version from MLflow, and trying it before it is deployed.

The registry is the one MLflow is connected to: the server at MLFLOW_TRACKING_URI, or Unity Catalog
when that is `databricks` (MLflow derives `databricks-uc` from it).
"""

import warnings
from dataclasses import dataclass
from types import TracebackType

from mlflow import MlflowClient
from mlflow.models import get_model_info, validate_serving_input
from mlflow.models.model import ModelInfo
from mlflow.models.utils import load_serving_example
from mlflow.tracing.provider import trace_disabled

from backend.error_translation import translated
from backend.errors import ModelRefused, NotFound
from backend.serving.model_signatures import check_usable


@dataclass(frozen=True)
class ModelVersion:
    """One version as it lies in the registry, with the experiment it was logged in."""

    name: str
    version: str
    info: ModelInfo
    experiment_id: str | None

    @property
    def uri(self) -> str:
        """Return where MLflow finds it."""
        return f"models:/{self.name}/{self.version}"

    def __str__(self) -> str:
        """Name it in a sentence."""
        return f"{self.name} version {self.version}"


def read(name: str, version: str) -> ModelVersion:
    """Return what the registry knows of a version, without fetching the model itself."""
    client = MlflowClient()
    try:
        with translated():
            registered = client.get_model_version(name, version)
            info = get_model_info(f"models:/{name}/{version}")
            experiment_id = _experiment_of(client, info.model_id, registered.run_id)
    except NotFound as error:
        raise NotFound(
            f"There is no version {version} of model {name!r} in the registry MLflow is connected "
            "to (mlflow.get_registry_uri() tells which). Register it first."
        ) from error
    return ModelVersion(name, version, info, experiment_id)


def check(model: ModelVersion) -> None:
    """Refuse a model nobody could chat with, or that cannot answer its own input example."""
    check_usable(model.info.signature, model.info.metadata)
    if not (model.info.saved_input_example_info or {}).get("serving_input_path"):
        warnings.warn(
            f"{model} was logged without an input_example, so it could not be tried before it is "
            "deployed.",
            stacklevel=4,
        )
        return
    with _RefusingWhatFails(model):
        _answer_own_example(model.uri)


@trace_disabled  # A trial is not a request anybody made.
def _answer_own_example(uri: str) -> None:
    """Load the model into this process and ask it what it was logged with."""
    example = load_serving_example(uri)
    with warnings.catch_warnings():
        # mlflow.models.predict, its successor, builds an environment and takes minutes.
        warnings.filterwarnings("ignore", ".*validate_serving_input", FutureWarning)
        validate_serving_input(uri, example)


class _RefusingWhatFails:
    """Turns whatever the model raises into a refusal that keeps it as its cause.

    The model is somebody else's code, so there is no list of exceptions to catch.
    """

    def __init__(self, model: ModelVersion) -> None:
        self._model = model

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, Exception):
            raise ModelRefused(
                f"{self._model} could not answer the input example it was logged with: "
                f"{type(error).__name__}: {error}"
            ) from error


def _experiment_of(client: MlflowClient, model_id: str | None, run_id: str | None) -> str | None:
    if model_id:
        return str(client.get_logged_model(model_id).experiment_id)
    return str(client.get_run(run_id).info.experiment_id) if run_id else None
