"""Asking the workspace for a change of an endpoint, so that the ledger knows of it in any case.

Written down first, asked for then, and what the workspace says of it noted behind it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from databricks.sdk import WorkspaceClient
from databricks.sdk.service import serving

from backend.error_translation import translated
from backend.errors import BeingChanged, NotAllowed, Refused, ReviewAppError
from backend.releases.ledger import Releases
from backend.releases.record import Kind, Release, Share, live, requested, shares
from backend.serving.endpoint_changes import NOT_YOURS, UPDATING, explained
from backend.serving.served_entities import Plan

MAY_CHANGE = serving.ServingEndpointDetailedPermissionLevel.CAN_MANAGE
LONGEST_REASON = 1000


def checked(workspace: WorkspaceClient, endpoint: str) -> serving.ServingEndpointDetailed:
    """Return the endpoint if its visitor may change it, and nobody else is changing it."""
    detail = permitted(workspace, endpoint)
    if is_updating(detail):
        raise BeingChanged(UPDATING.format(detail.name))
    return detail


def permitted(workspace: WorkspaceClient, endpoint: str) -> serving.ServingEndpointDetailed:
    """Return the endpoint if its visitor may change it."""
    with translated():
        detail = workspace.serving_endpoints.get(endpoint)
    if detail.permission_level != MAY_CHANGE:
        raise NotAllowed(NOT_YOURS.format(detail.name))
    return detail


def is_updating(detail: serving.ServingEndpointDetailed) -> bool:
    """Tell whether a change is under way."""
    updating = serving.EndpointStateConfigUpdate.IN_PROGRESS
    return bool(detail.state and detail.state.config_update == updating)


def said(reason: str) -> str:
    """Return a reason that says something."""
    text = reason.strip()
    if not text or len(text) > LONGEST_REASON:
        raise Refused("Say why, in one sentence or a few: it is what others will read later.")
    return text


def configured(
    workspace: WorkspaceClient,
    releases: Releases,
    detail: serving.ServingEndpointDetailed,
    planned: Plan,
    kind: Kind,
    by: str,
    reason: str,
    facts: Mapping[str, float] | None = None,
) -> Release:
    """Ask for another configuration of the endpoint; `facts` are what an automatic act goes by."""
    # A change by another client must not get lost between two of ours.
    releases.catch_up(detail)
    name = detail.name or ""
    wanted = requested(kind, name, by, said(reason), shares(detail.config), planned)
    release = releases.begin(replace(wanted, facts=facts))

    def ask() -> serving.ServingEndpointDetailed:
        return workspace.serving_endpoints.update_config(
            name, served_entities=list(planned.entities), traffic_config=planned.traffic
        ).response

    return releases.asked(release, asked(releases, release, ask))


def asked(
    releases: Releases, release: Release, ask: Callable[[], serving.ServingEndpointDetailed]
) -> serving.ServingEndpointDetailed:
    """Ask for what is written down; if it is refused, write that down, too."""
    try:
        with explained(release.endpoint):
            return ask()
    except ReviewAppError as error:
        releases.refused(release, error.sentence)
        raise


def begun(
    releases: Releases,
    detail: serving.ServingEndpointDetailed,
    kind: Kind,
    by: str,
    reason: str,
    after: tuple[Share, ...],
) -> Release:
    """Write down a change that is no other configuration: stopping, starting, deleting."""
    releases.catch_up(detail)
    before = shares(detail.config)
    model = next((each.model for each in live(before) or before), "") or _coming_model(detail)
    return releases.begin(
        Release(
            endpoint=detail.name or "",
            model=model,
            kind=kind,
            by=by,
            reason=said(reason),
            before=before,
            after=after,
            requested_at=datetime.now(UTC),
        )
    )


def _coming_model(detail: serving.ServingEndpointDetailed) -> str:
    return next((each.model for each in shares(detail.pending_config)), "nothing")
