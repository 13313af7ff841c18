"""Registered versions that can be deployed, and what they were logged with.

Importing this imports MLflow, which takes seconds.
"""

import json
from dataclasses import dataclass
from typing import Any

from mlflow import MlflowClient
from mlflow.models.utils import load_serving_example

from backend.error_translation import translated
from backend.serving import model_versions
from backend.serving.model_signatures import check_usable

MOST = 1000
READY = "READY"


@dataclass(frozen=True)
class Deployable:
    """A version people could chat with: where it was logged, and whether it can be tried."""

    experiment_id: str | None
    has_example: bool


def models() -> list[str]:
    """Return the names of all registered models that can be served, by name."""
    with translated():
        found = MlflowClient().search_registered_models(max_results=MOST)
    # Without a catalog and a schema there is no place for the inference tables.
    return sorted(each.name for each in found if each.name.count(".") == 2)


def versions(model: str) -> list[str]:
    """Return the model's versions whose files are all there, the newest first."""
    escaped = model.replace("'", "''")
    with translated():
        found = MlflowClient().search_model_versions(f"name='{escaped}'", max_results=MOST)
    ready = (int(each.version) for each in found if each.status == READY)
    return [str(number) for number in sorted(ready, reverse=True)]


def check(model: str, version: str) -> Deployable:
    """Refuse a version nobody could chat with; the model itself is not loaded here."""
    found = model_versions.read(model, version)
    check_usable(found.info.signature, found.info.metadata)
    example = (found.info.saved_input_example_info or {}).get("serving_input_path")
    return Deployable(found.experiment_id, bool(example))


def example(model: str, version: str) -> dict[str, Any] | None:
    """Return the request a version was logged with; None if there was none."""
    found = model_versions.read(model, version)
    if not (found.info.saved_input_example_info or {}).get("serving_input_path"):
        return None
    with translated():
        body = json.loads(load_serving_example(found.uri))
    return body if isinstance(body, dict) else None
