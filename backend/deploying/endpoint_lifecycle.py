"""Taking a version off an endpoint, stopping, starting and deleting it; each with a reason.

All of it is asked with the admin's own token, and is in the ledger before it is asked for.
"""

from urllib.parse import quote

from databricks.sdk import WorkspaceClient
from databricks.sdk.service import serving

from backend.errors import NotFound, NotOffered
from backend.identity import Viewer
from backend.releases import asked_changes
from backend.releases.ledger import Releases
from backend.releases.record import Kind, Release, shares
from backend.serving.served_entities import without


class EndpointLifecycle:
    """Ends things, and begins them again, for one admin."""

    def __init__(self, workspace: WorkspaceClient, releases: Releases) -> None:
        self._workspace = workspace
        self._api = workspace.serving_endpoints
        self._releases = releases

    def remove(self, viewer: Viewer, endpoint: str, name: str, reason: str) -> Release:
        """Take a version that answers nobody off the endpoint."""
        detail = asked_changes.checked(self._workspace, endpoint)
        if detail.config is None:
            raise NotFound(f"Endpoint {endpoint!r} serves nothing.")
        planned = without(detail.config, name)
        return asked_changes.configured(
            self._workspace,
            self._releases,
            detail,
            planned,
            Kind.REMOVE,
            viewer.user_name,
            reason,
        )

    def stop(self, viewer: Viewer, endpoint: str, reason: str) -> Release:
        """End what runs of it; questions are refused until it is started again."""
        detail = asked_changes.checked(self._workspace, endpoint)
        release = self._begun(viewer, detail, Kind.STOP, reason)
        self._asked(release, "stop")
        return self._releases.done(release)

    def start(self, viewer: Viewer, endpoint: str, reason: str) -> Release:
        """Bring it up again, with what it served."""
        detail = asked_changes.checked(self._workspace, endpoint)
        release = self._begun(viewer, detail, Kind.START, reason)
        return self._releases.asked(release, self._asked(release, "start"))

    def delete(self, viewer: Viewer, endpoint: str, reason: str) -> Release:
        """Remove it for good; what was asked and said stays on record, and so does the ledger."""
        detail = asked_changes.permitted(self._workspace, endpoint)
        release = asked_changes.begun(
            self._releases, detail, Kind.DELETE, viewer.user_name, reason, after=()
        )

        def ask() -> serving.ServingEndpointDetailed:
            self._api.delete(endpoint)
            return detail

        asked_changes.asked(self._releases, release, ask)
        return self._releases.done(release)

    def _begun(
        self, viewer: Viewer, detail: serving.ServingEndpointDetailed, kind: Kind, reason: str
    ) -> Release:
        after = shares(detail.config)
        if not after:
            raise NotFound(f"Endpoint {detail.name!r} serves nothing.")
        return asked_changes.begun(self._releases, detail, kind, viewer.user_name, reason, after)

    def _asked(self, release: Release, verb: str) -> serving.ServingEndpointDetailed:
        """Ask for what the official client has no method for."""
        path = f"/api/2.0/serving-endpoints/{quote(release.endpoint, safe='')}/config:{verb}"

        def ask() -> serving.ServingEndpointDetailed:
            self._workspace.api_client.do("POST", path)
            return self._api.get(release.endpoint)

        try:
            return asked_changes.asked(self._releases, release, ask)
        except NotFound as error:
            # The endpoint was there a moment ago: it is the call that is not.
            raise NotOffered(f"This workspace cannot {verb} endpoints.") from error
