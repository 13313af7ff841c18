"""The whole story of one release: who, when, why, how far it is, what its versions say, its end.

Anybody who may read the ledger can open it by its address, then or later. Calling a release off is
here, too: how far that goes depends on the workspace.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from databricks.sdk import WorkspaceClient
from databricks.sdk.service import serving

from backend.error_translation import translated
from backend.errors import NotAllowed, NotFound, NotOffered, ReviewAppError
from backend.identity import SEES_ALL, Role, Viewer
from backend.releases import asked_changes
from backend.releases.asked_changes import MAY_CHANGE
from backend.releases.ledger import Releases
from backend.releases.record import CANCELED_BY, Kind, Outcome, Release, shares
from backend.serving.served_entities import without
from backend.serving.version_states import VersionState, states_of

LAST_LINES = 60
WAS_CANCELED = "Its preparation was called off."


@dataclass(frozen=True)
class Story:
    """A release, and what there is to know of it now."""

    release: Release
    versions: tuple[VersionState, ...] = ()
    # May this viewer call it off, or decide what comes next?
    may_change: bool = False
    is_served: bool = False
    exists: bool = True

    @property
    def is_under_way(self) -> bool:
        """Tell whether there is more to come by itself."""
        return self.release.outcome is Outcome.PENDING


@dataclass(frozen=True)
class Logs:
    """The last lines of what a version printed while it came up, and since."""

    build: str = ""
    server: str = ""


class ReleaseStories:
    """Tells and ends releases for one viewer."""

    def __init__(self, workspace: WorkspaceClient, releases: Releases) -> None:
        self._workspace = workspace
        self._api = workspace.serving_endpoints
        self._releases = releases

    def tell(self, viewer: Viewer, release_id: str) -> Story:
        """Return the story as it is now, after deciding what can be decided."""
        if not viewer.has_any(SEES_ALL):
            raise NotAllowed("Releases are for analysts and admins.")
        release = self._releases.read(release_id)
        try:
            with translated():
                detail = self._api.get(release.endpoint)
        except NotFound:
            # What an endpoint was that is gone may be known by who may know every endpoint.
            if not viewer.has_any([Role.ADMIN]):
                raise
            self._releases.gone(release.endpoint)
            return Story(self._releases.read(release_id), exists=False)
        may_change = detail.permission_level == MAY_CHANGE
        if may_change and release.outcome is Outcome.PENDING:
            self._releases.catch_up(detail)
            release = self._releases.read(release_id)
        if may_change and _is_unwanted(release, detail):
            detail = self._taken_off(release, detail)
        served = {each.name for each in shares(detail.config)}
        return Story(
            release,
            _states(release, detail),
            may_change,
            is_served=release.added is not None and release.added.name in served,
        )

    def logs(self, endpoint: str, served_name: str) -> Logs:
        """Return the last lines, as far as there are any."""
        return Logs(
            _tail(lambda: self._api.build_logs(endpoint, served_name).logs),
            _tail(lambda: self._api.logs(endpoint, served_name).logs),
        )

    def call_off(self, viewer: Viewer, release: Release) -> bool:
        """Stop what is under way; False where that version is only taken off when it is up."""
        detail = asked_changes.permitted(self._workspace, release.endpoint)
        path = f"/__local__/serving-endpoints/{quote(release.endpoint, safe='')}/cancel-update"
        try:
            with translated():
                self._workspace.api_client.do("POST", path)
        except (NotFound, NotOffered) as error:
            if release.kind is not Kind.PREPARE or not shares(detail.config):
                raise NotOffered(
                    "This workspace has no call that stops a change under way. Wait until it has "
                    "ended, then roll back."
                ) from error
            self._releases.note(release, {CANCELED_BY: viewer.user_name})
            return False
        self._releases.note(release, {CANCELED_BY: viewer.user_name})
        with translated():
            self._releases.catch_up(self._api.get(release.endpoint))
        return True

    def _taken_off(
        self, release: Release, detail: serving.ServingEndpointDetailed
    ) -> serving.ServingEndpointDetailed:
        """Take off what came up although nobody wanted it any more."""
        assert detail.config is not None
        assert release.added is not None
        planned = without(detail.config, release.added.name)
        asked_changes.configured(
            self._workspace,
            self._releases,
            detail,
            planned,
            Kind.REMOVE,
            release.canceled_by,
            WAS_CANCELED,
        )
        with translated():
            return self._api.get(release.endpoint)


def _is_unwanted(release: Release, detail: serving.ServingEndpointDetailed) -> bool:
    """Tell whether it was called off, came up all the same, and still answers nobody."""
    if not release.canceled_by or release.outcome is not Outcome.LIVE or not release.added:
        return False
    share = next((s for s in shares(detail.config) if s.name == release.added.name), None)
    return share is not None and not share.percentage and not asked_changes.is_updating(detail)


def _states(release: Release, detail: serving.ServingEndpointDetailed) -> tuple[VersionState, ...]:
    """Return the states of the release's own versions, as far as the workspace tells of them."""
    names = {each.name for each in release.after}
    of_it = states_of(_config_of(release, detail))
    return tuple(state for state in of_it if state.name in names)


def _config_of(
    release: Release, detail: serving.ServingEndpointDetailed
) -> serving.EndpointPendingConfig | serving.EndpointCoreConfigOutput | None:
    pending = detail.pending_config
    if pending and pending.config_version == release.config_version:
        return pending
    return detail.config if release.outcome is Outcome.LIVE else None


def _tail(read: Callable[[], str]) -> str:
    try:
        with translated():
            text = read()
    except ReviewAppError:
        # There are none any more, or none yet: the story is told without them.
        return ""
    return "\n".join((text or "").splitlines()[-LAST_LINES:])
