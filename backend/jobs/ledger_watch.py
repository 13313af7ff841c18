"""Keeps the ledger of releases true when nobody looks: decides what is pending, notes the rest.

An endpoint in whose entry in the list nothing has changed costs nothing here.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.serving import ServingEndpoint

from backend.error_translation import translated
from backend.releases.ledger import Releases
from backend.releases.proof import first_answer
from backend.releases.record import Kind, Release, Share

# After a change everything is asked for again, each time after twice as long: some of it is
# decided later, and a change that never reached the workspace shows in nothing the list says.
SOON_SECONDS, LATEST_SECONDS = 5.0, 300.0
# The first answer of a new version may come later than the change itself.
PROOF_EVERY_SECONDS, PROOF_WITHIN = 30.0, timedelta(days=1)
# Among so many of the newest releases it is looked for.
LATEST = 5


@dataclass
class _Looked:
    """What the list said of an endpoint, and when."""

    mark: tuple[object, ...]
    last_at: datetime
    due_at: float = float("-inf")
    pause: float = SOON_SECONDS
    # When it was last as it was before.
    seen_before: datetime | None = None
    # A change nobody here has made, until there is a proof of it.
    unproved: Release | None = None
    proof_asked_at: float = float("-inf")


class LedgerWatch:
    """Looks at endpoints, and asks for the whole of one when something is new."""

    def __init__(self, releases: Releases) -> None:
        self._releases = releases
        self._looked: dict[str, _Looked] = {}

    def look(self, workspace: WorkspaceClient, endpoint: ServingEndpoint) -> None:
        """Bring the ledger of one endpoint up to date."""
        name = endpoint.name or ""
        mark = (endpoint.id, endpoint.last_updated_timestamp, _update_of(endpoint))
        now, known = datetime.now(UTC), self._looked.get(name)
        if known is None or known.mark != mark:
            self._looked[name] = _Looked(mark, now)
            self._looked[name].seen_before = known.last_at if known else None
            # Whoever has made the change may be about to write it down: until the next round.
            if known is not None:
                return
        looked = self._looked[name]
        looked.last_at = now
        if time.monotonic() >= looked.due_at:
            looked.due_at = time.monotonic() + looked.pause
            looked.pause = min(2 * looked.pause, LATEST_SECONDS)
            self._catch_up(workspace, name, looked)
        self._prove(workspace, looked)

    def _catch_up(self, workspace: WorkspaceClient, name: str, looked: _Looked) -> None:
        with translated():
            detail = workspace.serving_endpoints.get(name)
        self._releases.settle(detail)
        prove = first_answer(workspace, looked.seen_before)
        self._releases.observe(detail, looked.seen_before, partial(prove, name))
        # Also what somebody found who looked at a page, or this process before it was started anew.
        newest = self._releases.page(name, LATEST).releases
        looked.unproved = next((each for each in newest if _lacks_proof(each)), None)

    def _prove(self, workspace: WorkspaceClient, looked: _Looked) -> None:
        now, release = time.monotonic(), looked.unproved
        if release is None or now - looked.proof_asked_at < PROOF_EVERY_SECONDS:
            return
        looked.proof_asked_at = now
        new = _brought(release)
        since = release.seen_before or release.decided_at
        proof = first_answer(workspace, since)(release.endpoint, new) if new else ""
        if proof:
            self._releases.prove(release, proof)
        if proof or not _lacks_proof(release):
            looked.unproved = None


def _lacks_proof(release: Release) -> bool:
    """Tell whether the first answer of a version somebody else brought may still be found."""
    decided_at = release.decided_at or release.requested_at
    is_recent = datetime.now(UTC) - decided_at < PROOF_WITHIN
    has_none = release.kind is Kind.OBSERVED and not release.proof
    return has_none and is_recent and _brought(release) is not None


def _brought(release: Release) -> Share | None:
    had = {each.name for each in release.live_before}
    return next((each for each in release.live_after if each.name not in had), None)


def _update_of(endpoint: ServingEndpoint) -> str:
    state = endpoint.state
    return state.config_update.value if state and state.config_update else ""
