"""What an admin does with an endpoint: divide its traffic, and roll back; each with a reason.

The workspace is asked with the admin's own token and decides whether that person may. Every change
is in the ledger before it is asked for, and gets its outcome there from what the workspace says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from databricks.sdk import WorkspaceClient
from databricks.sdk.service import serving

from backend.endpoint_changes import NOT_YOURS, UPDATING, explained
from backend.error_translation import translated
from backend.errors import BeingChanged, NotAllowed, NotFound, Refused, ReviewAppError
from backend.identity import SEES_ALL, Viewer
from backend.release_record import Kind, Page, Release, Share, requested, shares
from backend.releases import LiveThen, Releases
from backend.served_entities import Plan, with_traffic
from backend.version_figures import VersionFigures, figures

MAY_CHANGE = serving.ServingEndpointDetailedPermissionLevel.CAN_MANAGE
LONGEST_REASON = 1000
RELEASES_PER_PAGE = 25


@dataclass(frozen=True)
class EndpointNow:
    """What an endpoint serves now, what it is about to serve, and whether one may change it."""

    name: str
    served: tuple[Share, ...]
    coming: tuple[Share, ...]
    is_updating: bool
    may_change: bool


class Deployments:
    """Changes endpoints for one admin."""

    def __init__(self, workspace: WorkspaceClient, releases: Releases) -> None:
        self._workspace = workspace
        self._api = workspace.serving_endpoints
        self._releases = releases

    def look(self, endpoint: str) -> EndpointNow:
        """Return what is served, after deciding in the ledger what can be decided by now."""
        with translated():
            detail = self._api.get(endpoint)
        if detail.permission_level == MAY_CHANGE:
            self._releases.catch_up(detail)
        return _now(detail)

    def figures(self, endpoint: str) -> dict[str, VersionFigures]:
        """Return what is known of each version that was asked lately."""
        return figures(self._workspace, endpoint)

    def timeline(self, viewer: Viewer, endpoint: str, token: str | None = None) -> Page:
        """Return the endpoint's releases, the newest first."""
        self._check_may_read(viewer, endpoint)
        return self._releases.page(endpoint, RELEASES_PER_PAGE, token)

    def live_at(self, viewer: Viewer, endpoint: str, moment: datetime) -> LiveThen:
        """Return what was live at a moment."""
        self._check_may_read(viewer, endpoint)
        return self._releases.live_at(endpoint, moment)

    def set_traffic(
        self, viewer: Viewer, endpoint: str, percentages: Mapping[str, int], reason: str
    ) -> Release:
        """Give the served versions these shares of the questions."""
        return self._change(viewer, endpoint, Kind.TRAFFIC, percentages, reason)

    def roll_back(
        self, viewer: Viewer, endpoint: str, reason: str, to: str | None = None
    ) -> Release:
        """Give all questions to a version that is kept; without a name, to the one before."""
        target = to or self._version_before(endpoint)
        return self._change(viewer, endpoint, Kind.ROLL_BACK, {target: 100}, reason)

    def version_before(self, endpoint: str) -> Share | None:
        """Return where a roll back leads to, if the endpoint still serves that version."""
        with translated():
            served = shares(self._api.get(endpoint).config)
        before = self._releases.version_before(endpoint)
        if before and before.name in [each.name for each in served]:
            return before
        # Nothing in the ledger: what is kept first was live last.
        return next((each for each in served if each.percentage == 0), None)

    def _check_may_read(self, viewer: Viewer, endpoint: str) -> None:
        """Make sure that the viewer may know the ledger, which is read with the app's rights."""
        if not viewer.has_any(SEES_ALL):
            raise NotAllowed("Releases are for analysts and admins.")
        with translated():
            self._api.get(endpoint)

    def _version_before(self, endpoint: str) -> str:
        before = self.version_before(endpoint)
        if before is None:
            raise NotFound(f"Endpoint {endpoint!r} keeps no other version to go back to.")
        return before.name

    def _change(
        self,
        viewer: Viewer,
        endpoint: str,
        kind: Kind,
        percentages: Mapping[str, int],
        reason: str,
    ) -> Release:
        with translated():
            detail = self._api.get(endpoint)
        _check_may_change(detail)
        if detail.config is None:
            raise NotFound(f"Endpoint {endpoint!r} serves nothing yet.")
        planned = with_traffic(detail.config, percentages)
        # A change by another client must not get lost between two of ours.
        self._releases.catch_up(detail)
        release = self._releases.begin(
            requested(
                kind, endpoint, viewer.user_name, _said(reason), shares(detail.config), planned
            )
        )
        return self._ask(endpoint, planned, release)

    def _ask(self, endpoint: str, planned: Plan, release: Release) -> Release:
        try:
            with explained(endpoint):
                changed = self._api.update_config(
                    endpoint,
                    served_entities=list(planned.entities),
                    traffic_config=planned.traffic,
                ).response
        except ReviewAppError as error:
            self._releases.refused(release, error.sentence)
            raise
        return self._releases.asked(release, changed)


def _check_may_change(detail: serving.ServingEndpointDetailed) -> None:
    if detail.permission_level != MAY_CHANGE:
        raise NotAllowed(NOT_YOURS.format(detail.name))
    updating = serving.EndpointStateConfigUpdate.IN_PROGRESS
    if detail.state and detail.state.config_update == updating:
        raise BeingChanged(UPDATING.format(detail.name))


def _said(reason: str) -> str:
    said = reason.strip()
    if not said or len(said) > LONGEST_REASON:
        raise Refused("Say why, in one sentence or a few: it is what others will read later.")
    return said


def _now(detail: serving.ServingEndpointDetailed) -> EndpointNow:
    updating = serving.EndpointStateConfigUpdate.IN_PROGRESS
    return EndpointNow(
        name=detail.name or "",
        served=shares(detail.config),
        coming=shares(detail.pending_config),
        is_updating=bool(detail.state and detail.state.config_update == updating),
        may_change=detail.permission_level == MAY_CHANGE,
    )
