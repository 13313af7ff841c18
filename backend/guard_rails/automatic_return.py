"""What the automatic return goes by: which change it watches, and what both versions did since.

A version somebody went back to is not watched, nor any of two versions between which the app has
gone back by itself before: it never goes to and fro.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from databricks.sdk import WorkspaceClient
from databricks.sdk.service import serving

from backend.feedback.assessment_tables import assessment_log
from backend.guard_rails import figures as guard_figures
from backend.guard_rails.comparison import Comparison, compared
from backend.guard_rails.figures import Figures
from backend.guard_rails.rules import Facts
from backend.guard_rails.settings import ReturnRail
from backend.releases.record import Kind, Outcome, Release, Share

LOOKED_BACK = 200
# A version that has been live for so long has proved itself; what goes wrong then has other causes.
WATCHED_FOR = timedelta(days=7)
# Of the version before, when it was not asked enough at the same time.
BASELINE = timedelta(days=30)
NO_TABLES = "Nothing can be compared: this endpoint has no inference tables."


@dataclass(frozen=True)
class Change:
    """A version that answers since a moment, and the one that answered before it."""

    new: Share
    old: Share
    since: datetime


def watched(
    releases: Iterable[Release], served: Iterable[Share], now: datetime | None = None
) -> Change | None:
    """Return the change to watch, given releases with the newest first, and what is served now."""
    kept = {each.name: each for each in served}
    listed = [each for each in releases if each.outcome is Outcome.LIVE]
    left = {share.name for each in listed if _is_automatic(each) for share in each.live_before}
    change = next((found for each in listed if (found := _change(each))), None)
    if change is None or (now or datetime.now(UTC)) - change.since > WATCHED_FOR:
        return None
    answers = kept.get(change.new.name)
    if answers is None or not answers.percentage or change.old.name not in kept:
        return None
    return None if left & {change.new.name, change.old.name} else _unless_gone_back(listed, change)


def compare(
    workspace: WorkspaceClient,
    detail: serving.ServingEndpointDetailed,
    change: Change,
    rail: ReturnRail,
    now: datetime | None = None,
) -> Comparison:
    """Return whether the new version is worse than the one before."""
    log = assessment_log(detail)
    if log is None:
        return Comparison(False, NO_TABLES)
    moment = now or datetime.now(UTC)
    since = max(moment - timedelta(minutes=rail.window_minutes), change.since)
    lately = guard_figures.counted(workspace, log, since)
    new, old = _of(lately, change.new), _of(lately, change.old)
    if old.requests < rail.requests or old.verdicts < rail.verdicts:
        # It is not asked any more: by what it did before.
        old = _fuller(
            old, _of(guard_figures.counted(workspace, log, moment - BASELINE), change.old), rail
        )
    return compared(new, old, rail)


def _fuller(lately: Facts, before: Facts, rail: ReturnRail) -> Facts:
    """Return of the former version what there is enough of, from the same time if possible."""
    asked = lately if lately.requests >= rail.requests else before
    judged = lately if lately.verdicts >= rail.verdicts else before
    return Facts(lately.version, judged.up, judged.down, asked.requests, asked.errors)


def _of(figures: Figures, share: Share) -> Facts:
    return figures.get((share.model, share.version), Facts(share.version))


def _change(release: Release) -> Change | None:
    """Return the change a release made, if it gave a version its first questions."""
    had = {each.name for each in release.live_before}
    new = next((each for each in release.live_after if each.name not in had), None)
    old = next((each for each in release.live_before if new and each.name != new.name), None)
    if new is None or old is None or release.decided_at is None:
        return None
    return Change(new, old, release.decided_at)


def _unless_gone_back(newest_first: Iterable[Release], change: Change) -> Change | None:
    made = next(each for each in newest_first if _change(each) == change)
    return None if made.kind is Kind.ROLL_BACK else change


def _is_automatic(release: Release) -> bool:
    return release.kind is Kind.ROLL_BACK and bool(release.facts)
