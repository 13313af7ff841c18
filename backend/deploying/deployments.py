"""What an admin does with an endpoint: divide its traffic, and roll back; each with a reason.

The workspace is asked with the admin's own token and decides whether that person may. Every change
is in the ledger before it is asked for, and gets its outcome there from what the workspace says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from databricks.sdk import WorkspaceClient
from databricks.sdk.service import serving

from backend.error_translation import translated
from backend.errors import GuardRefused, NotFound
from backend.guard_rails import gate as guard_gate
from backend.identity import Viewer
from backend.releases import asked_changes
from backend.releases.access import check_may_read
from backend.releases.asked_changes import MAY_CHANGE
from backend.releases.ledger import LiveThen, Releases
from backend.releases.record import Kind, Page, Release, Share, shares
from backend.releases.version_figures import Figures, figures
from backend.serving.endpoints import Readiness, endpoint_from
from backend.serving.served_entities import with_traffic
from backend.serving.version_states import VersionState, states_of

RELEASES_PER_PAGE = 25
# So many versions that are not kept any more are offered to go back to.
FORMER_VERSIONS = 20


@dataclass(frozen=True)
class EndpointNow:
    """What an endpoint serves now, what it is about to serve, and whether one may change it."""

    name: str
    served: tuple[Share, ...]
    coming: tuple[Share, ...]
    is_updating: bool
    may_change: bool
    is_stopped: bool = False
    states: Mapping[str, VersionState] = field(default_factory=dict)


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
        return endpoint_now(detail)

    def figures(self, endpoint: str) -> Figures:
        """Return what is known of each version that was asked lately."""
        return figures(self._workspace, endpoint)

    def timeline(self, viewer: Viewer, endpoint: str, token: str | None = None) -> Page:
        """Return the endpoint's releases, the newest first."""
        check_may_read(self._workspace, viewer, endpoint)
        return self._releases.page(endpoint, RELEASES_PER_PAGE, token)

    def live_at(self, viewer: Viewer, endpoint: str, moment: datetime) -> LiveThen:
        """Return what was live at a moment."""
        check_may_read(self._workspace, viewer, endpoint)
        return self._releases.live_at(endpoint, moment)

    def former(self, viewer: Viewer, endpoint: str) -> list[Share]:
        """Return versions that were live once and are not kept any more, the latest first."""
        check_may_read(self._workspace, viewer, endpoint)
        with translated():
            kept = {each.name for each in shares(self._api.get(endpoint).config)}
        page = self._releases.page(endpoint, RELEASES_PER_PAGE)
        known = {
            share.name: share
            for release in page.releases
            for share in (*release.live_after, *release.live_before)
            if share.name not in kept
        }
        return list(known.values())[:FORMER_VERSIONS]

    def obstacle(self, endpoint: str, percentages: Mapping[str, int]) -> str:
        """Return what the endpoint's own rule has against these shares; empty if nothing."""
        with translated():
            detail = self._api.get(endpoint)
        try:
            self._check_promotions(detail, percentages)
        except GuardRefused as refusal:
            return refusal.sentence
        return ""

    def deploy(
        self, viewer: Viewer, endpoint: str, percentages: Mapping[str, int], reason: str
    ) -> Release:
        """Give a version that has been prepared its share of the questions."""
        return self._change(viewer, endpoint, Kind.DEPLOY, percentages, reason)

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

    def _version_before(self, endpoint: str) -> str:
        before = self.version_before(endpoint)
        if before is None:
            raise NotFound(f"Endpoint {endpoint!r} keeps no other version to go back to.")
        return before.name

    def _check_promotions(
        self, detail: serving.ServingEndpointDetailed, percentages: Mapping[str, int]
    ) -> None:
        for each in shares(detail.config):
            if percentages.get(each.name, 0) > each.percentage:
                guard_gate.check_promotion(
                    self._workspace, detail.name or "", each.version, percentages[each.name]
                )

    def _change(
        self,
        viewer: Viewer,
        endpoint: str,
        kind: Kind,
        percentages: Mapping[str, int],
        reason: str,
    ) -> Release:
        detail = asked_changes.checked(self._workspace, endpoint)
        if detail.config is None:
            raise NotFound(f"Endpoint {endpoint!r} serves nothing yet.")
        planned = with_traffic(detail.config, percentages)
        # Going back is never held up.
        if kind is not Kind.ROLL_BACK:
            self._check_promotions(detail, percentages)
        return asked_changes.configured(
            self._workspace, self._releases, detail, planned, kind, viewer.user_name, reason
        )


def endpoint_now(detail: serving.ServingEndpointDetailed) -> EndpointNow:
    """Return what an admin is told of the endpoint."""
    return EndpointNow(
        name=detail.name or "",
        served=shares(detail.config),
        coming=shares(detail.pending_config),
        is_updating=asked_changes.is_updating(detail),
        may_change=detail.permission_level == MAY_CHANGE,
        is_stopped=endpoint_from(detail).readiness is Readiness.STOPPED,
        states={state.name: state for state in states_of(detail.config)},
    )
