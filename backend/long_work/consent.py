"""That somebody who may manage the endpoint has asked for a piece of work: a tag on the endpoint.

The record of work is in MLflow, where others may write, too. What is done with the app's rights is
therefore done only if the endpoint itself says so, whose tags nobody else can change.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from databricks.sdk import WorkspaceClient
from databricks.sdk.service import serving

from backend.error_translation import translated
from backend.long_work.record import PREFIX, Job

# Of each kind so many of the last ones fit into a tag; more at the same time are not agreed to.
KEPT = 7
SEAL_CHARACTERS = 32


def give(
    workspace: WorkspaceClient,
    detail: serving.ServingEndpointDetailed,
    job: Job,
    parameters: Mapping[str, Any],
) -> None:
    """Say on the endpoint that this is to be done; takes the right to manage it."""
    given = [_seal(job, parameters), *_given(detail, job)][:KEPT]
    tag = serving.EndpointTag(key=_key(job), value=" ".join(given))
    with translated():
        workspace.serving_endpoints.patch(job.endpoint, add_tags=[tag])


def is_given(workspace: WorkspaceClient, job: Job, parameters: Mapping[str, Any]) -> bool:
    """Tell whether exactly this was agreed to."""
    with translated():
        detail = workspace.serving_endpoints.get(job.endpoint)
    return _seal(job, parameters) in _given(detail, job)


def _given(detail: serving.ServingEndpointDetailed, job: Job) -> list[str]:
    found = (tag.value or "" for tag in detail.tags or [] if tag.key == _key(job))
    return next(found, "").split()


def _key(job: Job) -> str:
    return f"{PREFIX}{job.kind.value}"


def _seal(job: Job, parameters: Mapping[str, Any]) -> str:
    said = [job.id, job.kind.value, job.endpoint, job.subject, job.by, dict(parameters)]
    written = json.dumps(said, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()[:SEAL_CHARACTERS]
