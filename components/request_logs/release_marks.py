"""The releases of a chain as marks on an axis of time."""

from dataclasses import dataclass
from datetime import UTC, datetime

from backend.errors import ReviewAppError
from backend.releases.record import QUIET, Outcome, Release
from backend.request_logs.query import LogQuery
from components.deployments import served_versions
from components.session import Session


@dataclass(frozen=True)
class Mark:
    """A change of what answered."""

    at: datetime
    title: str


@dataclass(frozen=True)
class Marks:
    """What is marked, and why nothing is if the ledger could not be read."""

    releases: tuple[Mark, ...] = ()
    problem: str = ""


def of(session: Session, query: LogQuery) -> Marks:
    """Return the latest releases within the time that is looked at."""
    try:
        page = session.services.deployments.timeline(session.viewer, query.endpoint, None)
    except ReviewAppError as problem:
        return Marks(problem=problem.sentence)
    since, until = query.moments()
    end = until or datetime.now(UTC)
    marks = (_mark(each) for each in page.releases if _is_shown(each))
    return Marks(tuple(each for each in marks if since <= each.at <= end))


def _is_shown(release: Release) -> bool:
    return release.outcome is Outcome.LIVE and release.kind not in QUIET


def _mark(release: Release) -> Mark:
    words = served_versions.in_words(release.live_after) if release.live_after else "nothing"
    # Written for Markdown, of which a plot knows nothing.
    return Mark(release.decided_at or release.requested_at, f"From here: {words}".replace("\\", ""))
