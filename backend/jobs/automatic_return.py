"""Goes back to the version before when the new one is worse, by more than chance explains.

Only where an admin has turned it on, with the right that admin lent. It is in the ledger as a roll
back by the app, with the numbers that caused it.
"""

import time

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.serving import ServingEndpoint, ServingEndpointDetailed

from backend.deploying.deployments import endpoint_now
from backend.error_translation import translated
from backend.guard_rails import automatic_return as guard_return
from backend.guard_rails.automatic_return import Change
from backend.guard_rails.comparison import Comparison
from backend.guard_rails.settings import ReturnRail, settings_from
from backend.jobs.app_identity import AppIdentity
from backend.releases import asked_changes
from backend.releases.ledger import Releases
from backend.releases.record import Kind, shares
from backend.serving.served_entities import with_traffic

# Each time costs a few statements of SQL.
LOOK_SECONDS = 30.0


class AutomaticReturn:
    """Compares the newest version with the one before it, where somebody asked for that."""

    def __init__(self, releases: Releases, look_seconds: float = LOOK_SECONDS) -> None:
        self._releases = releases
        self._look_seconds = look_seconds
        self._looked_at: dict[str, float] = {}
        self._app = AppIdentity()

    def look(self, workspace: WorkspaceClient, endpoint: ServingEndpoint) -> None:
        """Compare, and go back if there is a reason to."""
        tags = {tag.key: tag.value or "" for tag in endpoint.tags or []}
        rail, name = settings_from(tags).automatic_return, endpoint.name or ""
        now = time.monotonic()
        if rail is None or now - self._looked_at.get(name, float("-inf")) < self._look_seconds:
            return
        self._looked_at[name] = now
        with translated():
            detail = workspace.serving_endpoints.get(name)
        now_served = endpoint_now(detail)
        if now_served.is_updating or now_served.is_stopped or detail.config is None:
            return
        self._releases.settle(detail)
        page = self._releases.page(name, guard_return.LOOKED_BACK)
        change = guard_return.watched(page.releases, shares(detail.config))
        if change is not None:
            self._decide(workspace, detail, change, rail)

    def _decide(
        self,
        workspace: WorkspaceClient,
        detail: ServingEndpointDetailed,
        change: Change,
        rail: ReturnRail,
    ) -> None:
        found = guard_return.compare(workspace, detail, change, rail)
        if found.is_worse:
            self._go_back(workspace, detail, change, found)

    def _go_back(
        self,
        workspace: WorkspaceClient,
        detail: ServingEndpointDetailed,
        change: Change,
        found: Comparison,
    ) -> None:
        allowed = asked_changes.checked(workspace, detail.name or "")
        if allowed.config is None or shares(allowed.config) != shares(detail.config):
            return  # Somebody was faster; the next look is at what they have made of it.
        asked_changes.configured(
            workspace,
            self._releases,
            allowed,
            with_traffic(allowed.config, {change.old.name: 100}),
            Kind.ROLL_BACK,
            self._app.viewer(workspace).user_name,
            f"Gone back automatically. {found.sentence}",
            found.numbers,
        )
