"""What a version answered to its own input example before anybody else asked it; knows no store.

It is kept as tags of the release's run, so that whoever opens the release later sees it, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

PREFIX = "reviewapp.trial."
AT, BY, SECONDS = PREFIX + "at", PREFIX + "by", PREFIX + "seconds"
QUESTION, ANSWER, PROBLEM = PREFIX + "question", PREFIX + "answer", PREFIX + "problem"
# By this the request is recognised wherever requests are counted.
REQUEST_PREFIX = "trial-"
MOST_CHARACTERS = 4000


@dataclass(frozen=True)
class Trial:
    """Who asked what, and what came back; a problem if nothing did."""

    at: datetime
    by: str
    question: str
    answer: str = ""
    problem: str = ""
    seconds: float = 0.0

    @property
    def has_passed(self) -> bool:
        """Tell whether it answered."""
        return not self.problem

    def tags(self) -> dict[str, str]:
        """Return the tags that say this."""
        written = {
            AT: self.at.isoformat(),
            BY: self.by,
            SECONDS: f"{self.seconds:.3f}",
            QUESTION: self.question[:MOST_CHARACTERS],
            ANSWER: self.answer[:MOST_CHARACTERS],
            PROBLEM: self.problem[:MOST_CHARACTERS],
        }
        return {key: value for key, value in written.items() if value}


def trial_from(tags: Mapping[str, str]) -> Trial | None:
    """Read a trial; None where there was none, or somebody has spoilt it in MLflow."""
    try:
        return Trial(
            at=datetime.fromisoformat(tags[AT]),
            by=tags.get(BY, ""),
            question=tags.get(QUESTION, ""),
            answer=tags.get(ANSWER, ""),
            problem=tags.get(PROBLEM, ""),
            seconds=float(tags.get(SECONDS, "0")),
        )
    except (KeyError, ValueError):
        return None
