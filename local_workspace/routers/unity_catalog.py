"""Unity Catalog's model registry as MLflow's client asks it. Include it before MLflow's routes."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request

from local_workspace.errors import NotImplementedHere
from local_workspace.routers.callers import MlflowUser
from local_workspace.unity_catalog.model_registry import ModelRegistry

PREFIX = "/api/2.0/mlflow/unity-catalog"

# Questions and changes for which both registries have the same words.
_READS = (
    "registered-models/get",
    "registered-models/search",
    "registered-models/alias",
    "model-versions/get",
    "model-versions/search",
    "model-versions/get-download-uri",
)
_CHANGES = (
    ("DELETE", "registered-models/delete"),
    ("POST", "registered-models/alias"),
    ("DELETE", "registered-models/alias"),
    ("POST", "registered-models/set-tag"),
    ("DELETE", "registered-models/delete-tag"),
    ("PATCH", "model-versions/update"),
    ("DELETE", "model-versions/delete"),
    ("POST", "model-versions/set-tag"),
    ("DELETE", "model-versions/delete-tag"),
)

router = APIRouter()
Json = dict[str, Any]
JsonBody = Annotated[Json, Body()]


@router.get(f"{PREFIX}/registered-models:is-databricks-sdk-models-artifact-repository-enabled")
async def files_go_through_the_files_api(_: MlflowUser) -> Json:
    """Lead the client to the Files API, which needs no cloud's credentials."""
    return {"is_databricks_sdk_models_artifact_repository_enabled": True}


@router.post(f"{PREFIX}/registered-models/create")
async def create_model(request: Request, _: MlflowUser, body: JsonBody) -> Json:
    """Register a model that has no version yet."""
    return await _registry(request).create_model(body)


@router.patch(f"{PREFIX}/registered-models/update")
async def update_model(request: Request, _: MlflowUser, body: JsonBody) -> Json:
    """Change a model's description or its name."""
    return await _registry(request).update_model(body)


@router.post(f"{PREFIX}/model-versions/create")
async def create_version(request: Request, _: MlflowUser, body: JsonBody) -> Json:
    """Reserve a version, whose files come next."""
    return await _registry(request).create_version(body)


@router.post(f"{PREFIX}/model-versions/finalize")
async def finalize_version(request: Request, _: MlflowUser, body: JsonBody) -> Json:
    """Make a version ready, once its files are there."""
    return await _registry(request).finalize_version(body)


@router.post(f"{PREFIX}/model-versions/emit-lineage")
async def emit_lineage(_: MlflowUser) -> Json:
    """Take notice; clients tell it at every download, and there is no lineage to keep it in."""
    return {}


@router.post(f"{PREFIX}/model-versions/generate-temporary-credentials")
async def generate_temporary_credentials(_: MlflowUser) -> Json:
    """Refuse: there is no cloud storage behind the workspace."""
    raise NotImplementedHere(
        "There is no cloud storage to give credentials for. The files of a version are reached "
        "through the Files API: leave MLFLOW_USE_DATABRICKS_SDK_MODEL_ARTIFACTS_REPO_FOR_UC unset."
    )


def _reading(route: str) -> Callable[[Request, MlflowUser], Awaitable[Json]]:
    async def read(request: Request, _: MlflowUser) -> Json:
        return await _registry(request).read(route, dict(request.query_params))

    return read


def _changing(method: str, route: str) -> Callable[[Request, MlflowUser, Json], Awaitable[Json]]:
    async def change(request: Request, _: MlflowUser, body: JsonBody) -> Json:
        return await _registry(request).change(method, route, body)

    return change


for _route in _READS:
    router.add_api_route(f"{PREFIX}/{_route}", _reading(_route), methods=["GET"])
for _method, _route in _CHANGES:
    router.add_api_route(f"{PREFIX}/{_route}", _changing(_method, _route), methods=[_method])


def _registry(request: Request) -> ModelRegistry:
    registry: ModelRegistry = request.app.state.workspace.model_registry
    return registry
