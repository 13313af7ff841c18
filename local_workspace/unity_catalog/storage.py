"""Where the files of versions lie that clients upload: in the MLflow server's artifact store.

MLflow accepts a location of its own only as that of a run or a logged model. So every such version
gets a logged model, whose files plain MLflow reads like those of any other.
"""

from urllib.parse import urlsplit

from local_workspace.errors import MlflowRefused, NotImplementedHere
from local_workspace.unity_catalog.mlflow_rest import Json, MlflowRest

EXPERIMENT = "/local-workspace/registered-models"
_NOTE = "Files of the model versions that were registered through databricks-uc."
_ARTIFACTS_ROUTE = "/api/2.0/mlflow-artifacts/artifacts/"
_ALREADY_EXISTS = "RESOURCE_ALREADY_EXISTS"


class Storage:
    """The logged models that hold uploaded files."""

    def __init__(self, mlflow: MlflowRest) -> None:
        self._mlflow = mlflow

    async def create(self, model: str, run_id: str | None) -> str:
        """Make room for the files of one version; return the id of the logged model."""
        body: Json = {
            "experiment_id": await self._experiment_id(),
            # Dots are not allowed in such a name.
            "name": model.replace(".", "-"),
        }
        if run_id:
            body["source_run_id"] = run_id
        answer = await self._mlflow.send("POST", "mlflow/logged-models", body)
        info = answer["model"]["info"]
        # Refused before there is a version, not at its first file.
        proxied_path(info["artifact_uri"])
        return str(info["model_id"])

    async def complete(self, model_id: str) -> None:
        """Tell that all files are there."""
        body = {"model_id": model_id, "status": "LOGGED_MODEL_READY"}
        await self._mlflow.send("PATCH", f"mlflow/logged-models/{model_id}", body)

    async def _experiment_id(self) -> str:
        try:
            return await self._existing_experiment_id()
        except MlflowRefused as refusal:
            if refusal.status != 404:
                raise
        tags = [{"key": "mlflow.note.content", "value": _NOTE}]
        try:
            answer = await self._mlflow.send(
                "POST", "mlflow/experiments/create", {"name": EXPERIMENT, "tags": tags}
            )
        except MlflowRefused as refusal:
            if refusal.error_code != _ALREADY_EXISTS:
                raise
            return await self._existing_experiment_id()
        return str(answer["experiment_id"])

    async def _existing_experiment_id(self) -> str:
        answer = await self._mlflow.get(
            "mlflow/experiments/get-by-name", {"experiment_name": EXPERIMENT}
        )
        experiment = answer["experiment"]
        if experiment.get("lifecycle_stage") == "deleted":
            body = {"experiment_id": experiment["experiment_id"]}
            await self._mlflow.send("POST", "mlflow/experiments/restore", body)
        return str(experiment["experiment_id"])


def proxied_path(artifact_uri: str) -> str:
    """Return the path of a location below the MLflow server's artifact store."""
    parts = urlsplit(artifact_uri)
    if parts.scheme == "mlflow-artifacts":
        return parts.path.strip("/")
    if parts.scheme in ("http", "https") and _ARTIFACTS_ROUTE in parts.path:
        return parts.path.partition(_ARTIFACTS_ROUTE)[2].strip("/")
    raise NotImplementedHere(
        f"The MLflow server keeps these files at {parts.scheme or 'file'}:, where only MLflow's "
        "own clients reach them: leave out databricks-uc, or start it with --serve-artifacts."
    )
