"""Whose traces the visitor may see: the chains they can, if the workspace lets them read MLflow."""

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.serving import ServingEndpoint

from backend.error_translation import translated
from backend.errors import NotAllowed, NotFound
from backend.identity import SEES_ALL, Viewer
from backend.serving.deployment_names import FEEDBACK
from backend.serving.endpoint_changes import EXPERIMENT_TAG
from backend.trace_search.record import TracedChains

NOT_FOR_THEM = "Traces are for analysts and admins."
_SAME_TIME = 8


def traced_chains(workspace: WorkspaceClient, viewer: Viewer) -> list[TracedChains]:
    """Return the experiments of the chains this person can see and whose traces they may read.

    Each experiment is asked for with the visitor's own token; the app reads only what that opens.
    """
    if not viewer.has_any(SEES_ALL):
        raise NotAllowed(NOT_FOR_THEM)
    with translated():
        listed = list(workspace.serving_endpoints.list())
    endpoints: dict[str, list[ServingEndpoint]] = defaultdict(list)
    for each in listed:
        experiment = next((tag.value for tag in each.tags or [] if tag.key == EXPERIMENT_TAG), None)
        if each.name and experiment:
            endpoints[experiment].append(each)
    with ThreadPoolExecutor(max_workers=_SAME_TIME) as pool:
        may = list(pool.map(lambda each: _may(workspace, each), endpoints))
    found = [
        _chains(experiment, together)
        for (experiment, together), is_open in zip(endpoints.items(), may, strict=True)
        if is_open
    ]
    return sorted(found, key=lambda each: each.endpoints)


def _chains(experiment: str, endpoints: Sequence[ServingEndpoint]) -> TracedChains:
    entities = [each.config.served_entities or [] for each in endpoints if each.config]
    served = (each for found in entities for each in found if each.name != FEEDBACK)
    models = dict.fromkeys(each.entity_name for each in served if each.entity_name)
    return TracedChains(
        experiment, tuple(sorted(each.name or "" for each in endpoints)), tuple(models)
    )


def _may(workspace: WorkspaceClient, experiment: str) -> bool:
    try:
        with translated():
            workspace.experiments.get_experiment(experiment)
    except (NotAllowed, NotFound):
        return False
    return True
