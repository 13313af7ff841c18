"""MLflow's registered models and versions in the words of Unity Catalog's registry.

What Unity Catalog tells of a version and MLflow has no place for travels in tags of the version
that only MLflow's own registry shows.
"""

import re

from local_workspace.errors import InvalidParameter
from local_workspace.serving.registry import PENDING, STATUS_TAG
from local_workspace.unity_catalog.mlflow_rest import Json

# What the client named as source and model, while MLflow is told where the uploaded files are.
SOURCE_TAG = "local_workspace.source"
MODEL_ID_TAG = "local_workspace.model_id"

_LOGGED_MODEL = re.compile(r"\bmodels:?/(m-[0-9a-f]{32})\b")
_OWN_TAGS = (STATUS_TAG, SOURCE_TAG, MODEL_ID_TAG)
_MODEL_FIELDS = (
    "name",
    "creation_timestamp",
    "last_updated_timestamp",
    "user_id",
    "description",
    "aliases",
    "tags",
    "deployment_job_id",
)
_VERSION_FIELDS = (
    "name",
    "version",
    "creation_timestamp",
    "last_updated_timestamp",
    "user_id",
    "description",
    "source",
    "run_id",
    "status",
    "status_message",
    "model_id",
)
_LEVELS = 3


def checked_name(name: object) -> str:
    """Return the full name of a model in Unity Catalog."""
    levels = name.split(".") if isinstance(name, str) else []
    # A slash or a % would be another name in the path of the model's files.
    if len(levels) != _LEVELS or not all(levels) or not set("/\\%").isdisjoint(str(name)):
        # MLflow's client looks for "specify all three levels" and adds a hint of its own.
        raise InvalidParameter(
            f"{name!r} is not a name in Unity Catalog: specify all three levels, "
            "catalog.schema.model."
        )
    return str(name)


def translated(answer: Json) -> Json:
    """Return an answer of MLflow's registry as Unity Catalog gives it."""
    result = dict(answer)
    if "registered_model" in answer:
        result["registered_model"] = registered_model(answer["registered_model"])
    if "registered_models" in answer:
        models = answer["registered_models"]
        named = [each for each in models if each["name"].count(".") == _LEVELS - 1]
        result["registered_models"] = [registered_model(each) for each in named]
    if "model_version" in answer:
        result["model_version"] = model_version(answer["model_version"])
    if "model_versions" in answer:
        result["model_versions"] = [model_version(each) for each in answer["model_versions"]]
    return result


def registered_model(model: Json) -> Json:
    """Return a registered model without what Unity Catalog does not have."""
    return {name: model[name] for name in _MODEL_FIELDS if name in model}


def model_version(version: Json) -> Json:
    """Return a version with the source its client named and the state of its upload."""
    shown = {name: version[name] for name in _VERSION_FIELDS if name in version}
    tags = tags_of(version)
    if STATUS_TAG in tags:
        shown["status"] = tags[STATUS_TAG]
    if SOURCE_TAG in tags:
        shown |= {"source": tags[SOURCE_TAG], "storage_location": version.get("source", "")}
    # MLflow's client cannot copy a version that has none.
    if model_id := tags.get(MODEL_ID_TAG) or _logged_model_in(shown.get("source", "")):
        shown["model_id"] = model_id
    number = version["version"]
    shown["aliases"] = [{"alias": each, "version": number} for each in version.get("aliases", [])]
    shown["tags"] = [each for each in version.get("tags", []) if each["key"] not in _OWN_TAGS]
    return shown


def _logged_model_in(source: str) -> str | None:
    """Return the logged model a source names, as it is or by the place of its files."""
    found = _LOGGED_MODEL.search(source)
    return found[1] if found else None


def own_tags(source: str, model_id: str | None) -> list[Json]:
    """Return what MLflow keeps for us with a version whose files are still to come."""
    tags = {STATUS_TAG: PENDING, SOURCE_TAG: source} | (
        {MODEL_ID_TAG: model_id} if model_id else {}
    )
    return [{"key": key, "value": value} for key, value in tags.items()]


def is_pending(version: Json) -> bool:
    """Tell whether the files of a version, as MLflow shows it, are still being uploaded."""
    return tags_of(version).get(STATUS_TAG) == PENDING


def tags_of(version: Json) -> dict[str, str]:
    """Return a version's tags by name."""
    return {each["key"]: each.get("value", "") for each in version.get("tags", [])}
