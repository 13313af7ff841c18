"""The proof of a change by another client: the first request its new version answered."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from databricks.sdk import WorkspaceClient

from backend.errors import ReviewAppError
from backend.releases import answers as release_answers
from backend.releases.record import Share

# A version that was live before may have answered long before the change in question.
LOOKED_BACK = timedelta(days=1)


def first_answer(
    workspace: WorkspaceClient, since: datetime | None = None
) -> Callable[[str, Share], str]:
    """Return what finds the id of the first request a version of an endpoint has answered.

    `since` is when the version was not live yet, as far as is known. Where nothing is on record, or
    may be read, there is no proof, and the change is written down without one.
    """

    def prove(endpoint: str, new: Share) -> str:
        begin = since or datetime.now(UTC) - LOOKED_BACK
        try:
            log = release_answers.log_of(workspace, endpoint)
            return release_answers.first_request(workspace, log, new, begin) if log else ""
        except ReviewAppError:
            return ""

    return prove
