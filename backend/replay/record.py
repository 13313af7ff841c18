"""A replay: what people once asked, asked again of another version; knows no store.

What was asked and answered then stays in the request log and is read from there. Only what is new
is kept here, by the id of the former request.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from backend.errors import Refused
from backend.feedback.verdicts import Choice, Verdict
from backend.turns.text_likeness import is_same

MOST = 200
# What is said of a new answer names the former one by this and its id.
PAIR_PREFIX = "replay-"
TABLE = "replay"
# What is kept of what was asked for.
WANTED, SHARED, VERSION = "wanted", "is_shared", "version"


class Said(StrEnum):
    """What people must have said of an answer."""

    DOWN = "down"
    UP = "up"
    NOTHING = "nothing"
    ANYTHING = "anything"


@dataclass(frozen=True)
class Wanted:
    """Which recorded requests are meant; the newest come first."""

    said: Said = Said.DOWN
    # Of the registered version that answered; every one if empty.
    version: str = ""
    with_comment: bool = False
    since: datetime | None = None
    until: datetime | None = None
    # In the question or in the answer.
    text: str = ""
    most: int = MOST
    # Just these, if some were picked by hand; the rest holds of them all the same.
    request_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse more than one may be asked to wait for."""
        if not 1 <= self.most <= MOST or len(self.request_ids) > MOST:
            raise Refused(f"Between one and {MOST} requests can be asked again at a time.")

    def as_parameters(self) -> dict[str, Any]:
        """Return what is kept of it."""
        said: dict[str, Any] = asdict(self) | {"said": self.said.value}
        if self.request_ids:
            said["request_ids"] = list(self.request_ids)
        else:
            del said["request_ids"]
        for name in ("since", "until"):
            moment = said[name]
            said[name] = moment.isoformat() if moment else None
        return said


def wanted_from(parameters: Mapping[str, Any]) -> Wanted:
    """Read what was kept."""
    known = {name: parameters[name] for name in Wanted.__dataclass_fields__ if name in parameters}
    for name in ("since", "until"):
        if text := known.get(name):
            known[name] = datetime.fromisoformat(text).astimezone(UTC)
    known["request_ids"] = tuple(known.get("request_ids", ()))
    return Wanted(**(known | {"said": Said(known.get("said", Said.DOWN))}))


@dataclass(frozen=True)
class NewAnswer:
    """What the other version answered to one of the requests, or why it did not."""

    request_id: str
    old_version: str = ""
    # So that what is new goes, too, when this person is erased.
    first_asked_by: str = ""
    answer: str = ""
    new_request_id: str = ""
    latency_ms: int = 0
    error: str = ""
    is_changed: bool = False

    @property
    def pair_id(self) -> str:
        """Return what a judgement of old against new goes by."""
        return PAIR_PREFIX + self.request_id

    @property
    def has_come(self) -> bool:
        """Tell whether there is an answer that can be judged."""
        return bool(self.new_request_id and not self.error)

    def as_row(self) -> dict[str, Any]:
        """Return the row of the table."""
        return asdict(self)


def answer_from(row: Mapping[str, Any]) -> NewAnswer:
    """Read a row of the table; what a later version of the app has added is left out."""
    known = {
        name: row[name] for name in NewAnswer.__dataclass_fields__ if row.get(name) is not None
    }
    return NewAnswer(**known)


@dataclass(frozen=True)
class ReplaySummary:
    """How the new answers compare with the former ones, as far as people have judged."""

    asked: int
    changed: int = 0
    failed: int = 0
    better: int = 0
    same: int = 0
    worse: int = 0
    # The former answers were those that people had called wrong.
    is_flagged: bool = False
    job_id: str = ""
    asked_at: datetime | None = None

    @property
    def judged(self) -> int:
        """Return how many new answers somebody has compared with the former ones."""
        return self.better + self.same + self.worse

    @property
    def sentence(self) -> str:
        """Return all of it in a sentence."""
        answers = "flagged answer" if self.is_flagged else "answer"
        said = f"Of {self.asked} {answers}{'' if self.asked == 1 else 's'} {self.changed} changed, "
        said += f"{self.better} judged better, {self.worse} worse"
        said += f", {self.same} as good as before" if self.same else ""
        said += f"; {self.failed} could not be answered" if self.failed else ""
        return f"{said}."


def summary_of(
    answers: Sequence[NewAnswer], verdicts: Mapping[str, Iterable[Verdict]]
) -> ReplaySummary:
    """Count answers and judgements; where people differ, most of them decide."""
    outcomes = Counter(
        judged
        for each in answers
        if each.has_come and (judged := _judged(each, verdicts.get(each.new_request_id, ())))
    )
    return ReplaySummary(
        asked=len(answers),
        changed=sum(each.is_changed for each in answers),
        failed=sum(not each.has_come for each in answers),
        better=outcomes[Choice.PREFERRED],
        same=outcomes[Choice.TIE],
        worse=outcomes[Choice.REJECTED],
    )


def _judged(answer: NewAnswer, verdicts: Iterable[Verdict]) -> Choice | None:
    said = [
        each.preference.choice
        for each in verdicts
        if each.preference and each.preference.pair_id == answer.pair_id
    ]
    if not said:
        return None
    better, worse = said.count(Choice.PREFERRED), said.count(Choice.REJECTED)
    if better == worse or max(better, worse) <= len(said) - better - worse:
        return Choice.TIE
    return Choice.PREFERRED if better > worse else Choice.REJECTED


def compared(answer: NewAnswer, old_text: str) -> NewAnswer:
    """Say whether the answer differs in more than the space between its words."""
    return replace(answer, is_changed=answer.has_come and not is_same(answer.answer, old_text))
