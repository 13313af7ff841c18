"""Unity Catalog's model registry, kept in the registry of the MLflow server.

There is one registry: what is registered through Unity Catalog's protocol is seen by plain MLflow,
and the other way round. MLflow decides what is valid; its refusals are passed on.
"""

from local_workspace.errors import InvalidParameter, InvalidState
from local_workspace.serving.registry import STATUS_TAG
from local_workspace.unity_catalog import shapes
from local_workspace.unity_catalog.mlflow_rest import Json, MlflowRest
from local_workspace.unity_catalog.storage import Storage
from local_workspace.unity_catalog.version_files import VersionFiles

_LOGGED_MODEL = "models:/m-"


class ModelRegistry:
    """What `mlflow.set_registry_uri("databricks-uc")` talks to."""

    def __init__(self, mlflow: MlflowRest) -> None:
        self._mlflow = mlflow
        self._storage = Storage(mlflow)
        self.files = VersionFiles(mlflow)

    async def read(self, route: str, fields: Json) -> Json:
        """Answer a question that MLflow's registry is asked in the same words."""
        return shapes.translated(await self._mlflow.get(f"mlflow/{route}", fields))

    async def change(self, method: str, route: str, body: Json) -> Json:
        """Make a change that MLflow's registry is told in the same words."""
        return shapes.translated(await self._mlflow.send(method, f"mlflow/{route}", body))

    async def create_model(self, body: Json) -> Json:
        """Register a model that has no version yet."""
        shapes.checked_name(body.get("name"))
        return await self.change("POST", "registered-models/create", body)

    async def update_model(self, body: Json) -> Json:
        """Change a model's description or its name, which MLflow calls renaming."""
        if not body.get("new_name"):
            return await self.change("PATCH", "registered-models/update", body)
        name = {"name": body.get("name"), "new_name": shapes.checked_name(body["new_name"])}
        return await self.change("POST", "registered-models/rename", name)

    async def create_version(self, body: Json) -> Json:
        """Reserve a version; it is pending until its files are uploaded and it is finalized."""
        name, source, run_id, tags = shapes.checked_name(body.get("name")), *_origin(body)
        # A model nobody registered must not leave an empty logged model behind.
        await self._mlflow.get("mlflow/registered-models/get", {"name": name})
        stored_as = await self._storage.create(name, run_id)
        version = {field: body[field] for field in ("run_id", "description") if body.get(field)}
        version |= {"name": name, "source": f"models:/{stored_as}", "model_id": stored_as}
        version["tags"] = [*tags, *shapes.own_tags(source, body.get("model_id"))]
        return await self.change("POST", "model-versions/create", version)

    async def finalize_version(self, body: Json) -> Json:
        """Make a version whose files have been uploaded ready to be used; twice is as good."""
        name, number = str(body.get("name")), str(body.get("version"))
        version = await self.files.version(name, number)
        if not shapes.is_pending(version):
            return {"model_version": shapes.model_version(version)}
        if "MLmodel" not in [each["name"] for each in await self.files.listed(name, number)]:
            raise InvalidState(
                f"Version {number} of {name} has no MLmodel file: its files were not all uploaded."
            )
        if version["source"].startswith(_LOGGED_MODEL):
            await self._storage.complete(version["source"].removeprefix("models:/"))
        key = {"name": name, "version": number, "key": STATUS_TAG}
        await self._mlflow.send("DELETE", "mlflow/model-versions/delete-tag", key)
        return {"model_version": shapes.model_version(await self.files.version(name, number))}


def _origin(body: Json) -> tuple[str, str | None, list[Json]]:
    source, run_id, tags = body.get("source"), body.get("run_id"), body.get("tags") or []
    if not isinstance(source, str) or not source:
        raise InvalidParameter("`source` must say where the model comes from.")
    if run_id is not None and not isinstance(run_id, str):
        raise InvalidParameter("`run_id` must be the id of a run.")
    if not isinstance(tags, list) or not all(isinstance(each, dict) for each in tags):
        raise InvalidParameter("`tags` must be a list of objects.")
    return source, run_id or None, tags
