"""What somebody looks for in the ledger, as a filter of MLflow's search; knows no store.

A text of a person's own never gets into a filter as it is: whatever is no plain letter or digit is
written as "any character", and what comes back is compared with the text itself.
"""

from dataclasses import dataclass
from datetime import datetime

from backend.releases.record import (
    AFTER,
    BY,
    ENDPOINT,
    KIND,
    OUTCOME,
    REASON,
    Kind,
    Outcome,
    Release,
)


@dataclass(frozen=True)
class ReleaseQuery:
    """Everything that is named must be true of a release; what is empty is not asked for."""

    endpoint: str = ""
    # A part of the name of whoever did it, and a part of the reason; capitals do not count.
    by: str = ""
    text: str = ""
    kind: Kind | None = None
    outcome: Outcome | None = None
    # A version that answered afterwards.
    version: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def clauses(self) -> list[str]:
        """Return the conditions MLflow is asked for, all of which must hold."""
        wanted = [
            _is(ENDPOINT, self.endpoint),
            _like(BY, self.by, "%{}%"),
            _like(REASON, self.text, "%{}%"),
            _like(AFTER, self.version, '%","{}",%'),
            f"tags.`{KIND}` = '{self.kind}'" if self.kind else "",
            f"tags.`{OUTCOME}` = '{self.outcome}'" if self.outcome else "",
            _moment(">=", self.since),
            _moment("<", self.until),
        ]
        return [each for each in wanted if each]

    def matches(self, release: Release) -> bool:
        """Tell whether a release is really meant, which MLflow's answer leaves open."""
        answering = [each.version for each in release.live_after]
        return (
            (not self.endpoint or release.endpoint == self.endpoint)
            and self.by.lower() in release.by.lower()
            and self.text.lower() in release.reason.lower()
            and (not self.version or self.version in answering)
        )


def _is(tag: str, text: str) -> str:
    """Return an exact comparison, which MLflow does fastest, where the text allows it."""
    is_plain = all(each.isascii() and (each.isalnum() or each in "-_.") for each in text)
    return f"tags.`{tag}` = '{text}'" if text and is_plain else _like(tag, text, "{}")


def _like(tag: str, text: str, pattern: str) -> str:
    if not text:
        return ""
    plain = "".join(each if each.isascii() and each.isalnum() else "_" for each in text)
    return f"tags.`{tag}` ILIKE '{pattern.format(plain)}'"


def _moment(comparison: str, moment: datetime | None) -> str:
    if moment is None:
        return ""
    return f"attributes.start_time {comparison} {round(moment.timestamp() * 1000)}"
