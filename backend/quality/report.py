"""A report on an endpoint's quality as data; `report_html` and `report_markdown` write it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from backend.quality.record import (
    Disputes,
    Documents,
    Overview,
    Sum,
    Topics,
    Unjudged,
    Versions,
)
from backend.quality.shares import Difference, Share, percent

# A report is read from beginning to end: the first few of each list are in it.
LISTED = 10
TOO_FEW = "too few to tell"


@dataclass(frozen=True)
class Report:
    """Everything the report tells of one span of time."""

    endpoint: str
    since: datetime
    until: datetime
    overview: Overview
    # What was said in the same length of time before it.
    before: Sum
    topics: Topics
    documents: Documents
    disputes: Disputes
    unjudged: Unjudged
    versions: Versions | None = None

    @property
    def title(self) -> str:
        """Return what it is called."""
        return f"Quality of {self.endpoint}"

    @property
    def time(self) -> str:
        """Return the time it tells of."""
        return f"{_day(self.since)} to {_day(self.until)} (UTC)"

    @property
    def file_name(self) -> str:
        """Return a name for its file, without an ending."""
        kept = "".join(each if each.isalnum() or each in "-_" else "-" for each in self.endpoint)
        return f"quality-{kept[:80]}-{self.until.astimezone(UTC):%Y-%m-%d}"

    def summary(self) -> Iterator[str]:
        """Yield the sentences it begins with."""
        total = self.overview.total
        if not total.wrong.total:
            yield "Nobody has called an answer right or wrong in this time."
            return
        yield f"{in_words(total.wrong).capitalize()}."
        before = self.before.wrong
        if before.total:
            yield f"Before, in the same length of time: {in_words(before)}."
            yield f"That is {Difference(total.wrong, before)}."
        yield str(self.disputes.agreement)


def in_words(share: Share) -> str:
    """Return the share called wrong with its interval and how much is behind it.

    As in "62 % called wrong (48 to 74 %), 45 verdicts": never a bare percentage.
    """
    if share.value is None:
        return "nobody said right or wrong"
    verdicts = f"{share.total:,} verdict{'' if share.total == 1 else 's'}"
    few = "" if share.is_telling else f", {TOO_FEW}"
    return f"{percent(share.value)} % called wrong ({share.span}), {verdicts}{few}"


def cell(share: Share) -> str:
    """Return a share as it stands in a table."""
    if not share.total:
        return "none"
    return str(share) if share.is_telling else f"{share}, {TOO_FEW}"


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%-d %B %Y, %H:%M}"
