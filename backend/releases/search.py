"""Finds releases: by what they say, by the request they answered; and the requests of a release."""

from datetime import datetime

from databricks.sdk import WorkspaceClient

from backend.errors import NotFound
from backend.identity import Viewer
from backend.releases import answers as release_answers
from backend.releases.access import check_may_read
from backend.releases.answers import Answers
from backend.releases.ledger import Releases
from backend.releases.query import ReleaseQuery
from backend.releases.record import Page, Release, Share

RELEASES_PER_PAGE = 25


class ReleaseSearch:
    """Reads the ledger for one visitor."""

    def __init__(self, workspace: WorkspaceClient, releases: Releases) -> None:
        self._workspace = workspace
        self._releases = releases

    def search(self, viewer: Viewer, query: ReleaseQuery, token: str | None = None) -> Page:
        """Return the releases that were looked for, the newest first."""
        check_may_read(self._workspace, viewer, query.endpoint)
        return self._releases.search(query, RELEASES_PER_PAGE, token)

    def read(self, viewer: Viewer, release_id: str) -> Release:
        """Return one release, by which a link leads to it."""
        release = self._releases.read(release_id)
        check_may_read(self._workspace, viewer, release.endpoint)
        return release

    def release_of(
        self, viewer: Viewer, endpoint: str, served: str, moment: datetime
    ) -> Release | None:
        """Return the release because of which a version answered a request of that moment.

        `served` is the version's number or its name on the endpoint. A version that is kept at 0 %
        can be asked by its name: then it is the release that was in effect.
        """
        check_may_read(self._workspace, viewer, endpoint)
        for release in _possible(*self._releases.answering(endpoint, moment), moment):
            if _names(release.live_after, served):
                return release
        then = self._releases.live_at(endpoint, moment).release
        return then if then and _names(then.after, served) else None

    def release_of_request(self, viewer: Viewer, endpoint: str, request_id: str) -> Release | None:
        """Return the release that answered a request, by either of the request's ids."""
        check_may_read(self._workspace, viewer, endpoint)
        log = release_answers.log_of(self._workspace, endpoint)
        found = log and release_answers.version_and_time(self._workspace, log, request_id.strip())
        if not found:
            raise NotFound("No request of this id is on record here.")
        return self.release_of(viewer, endpoint, *found)

    def answers(self, viewer: Viewer, release: Release) -> Answers | None:
        """Return what a release answered; None if the endpoint keeps no log."""
        check_may_read(self._workspace, viewer, release.endpoint)
        since = release.decided_at or release.requested_at
        _, following = self._releases.answering(release.endpoint, since)
        when = release_answers.periods(release, following)
        return release_answers.read(self._workspace, release.endpoint, when)


def _possible(last: Release | None, following: Release | None, moment: datetime) -> list[Release]:
    """Return what can have been in effect at a moment, the likeliest first.

    A change is noted a little after it has happened.
    """
    is_due = following is not None and (following.seen_before or following.requested_at) <= moment
    return [each for each in (last, following if is_due else None) if each]


def _names(shares: tuple[Share, ...], served: str) -> bool:
    return any(served in (each.name, each.version) for each in shares)
