"""What reviewers of a deployed model are told, and which answers still wait for a verdict."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import ModuleType

from backend.access import guides as access_guides
from backend.agents.record import deployments, endpoints_of
from backend.connection import workspace_from_environment
from backend.error_translation import translated
from backend.errors import NotFound
from backend.mlflow_import import load_mlflow
from backend.serving.deployment_names import ModelName
from backend.serving.endpoint_changes import EXPERIMENT_TAG


@dataclass(frozen=True)
class Instructions:
    """What reviewers are told, in Markdown."""

    instructions: str


def set_review_instructions(model_name: str, instructions: str) -> None:
    """Tell reviewers this, above every new conversation with the model."""
    workspace = workspace_from_environment()
    for endpoint in endpoints_of(workspace, model_name):
        guide = access_guides.read(workspace, endpoint)
        said = instructions.strip()
        access_guides.save(workspace, endpoint, replace(guide, instructions=said))


def get_review_instructions(model_name: str) -> Instructions:
    """Return what reviewers are told; an empty text if nothing."""
    workspace = workspace_from_environment()
    found = (access_guides.read(workspace, each) for each in endpoints_of(workspace, model_name))
    return Instructions(next((each.instructions for each in found if each.instructions), ""))


def enable_trace_reviews(model_name: str, request_ids: Iterable[str] | None = None) -> str:
    """Put answers without a verdict, or those named, into a review queue of MLflow's.

    The queue is on the experiment the model traces into and is worked off on MLflow's own pages,
    by people who may use MLflow. Calling this again adds what has come since. Return the address
    at which people chat with the model.
    """
    workspace = workspace_from_environment()
    found = deployments(workspace, str(ModelName.parse(model_name)))
    if not found:
        raise NotFound(f"{model_name} is not deployed, or you may not see where.")
    wanted = None if request_ids is None else list(request_ids)
    for endpoint in dict.fromkeys(each.endpoint_name for each in found):
        with translated():
            detail = workspace.serving_endpoints.get(endpoint)
        tags = {tag.key: tag.value or "" for tag in detail.tags or []}
        if not tags.get(EXPERIMENT_TAG):
            raise NotFound(f"Endpoint {endpoint!r} names no MLflow experiment to look in.")
        _queue().fill(tags[EXPERIMENT_TAG], endpoint, wanted)
    return found[0].review_app_url


def _queue() -> ModuleType:
    """Return the module that imports MLflow: that takes seconds, and not at the start."""
    load_mlflow()
    from backend.agents import review_queue as agents_review_queue  # noqa: PLC0415 - see above

    return agents_review_queue
