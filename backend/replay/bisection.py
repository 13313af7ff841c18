"""Which version began to answer like this: every kept version's answer, and what follows from it.

Knows no store. Versions are in the order of their numbers. What a person has said of an answer
counts more than what its text is like.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from backend.feedback.verdicts import Thumb
from backend.turns.text_likeness import is_same, similarity

TABLE = "bisect"
REQUEST = "request_id"


@dataclass(frozen=True)
class Tried:
    """What one version answers to the question today."""

    version: str
    served_name: str = ""
    # So that this goes, too, when the person is erased.
    first_asked_by: str = ""
    answer: str = ""
    request_id: str = ""
    latency_ms: int = 0
    error: str = ""
    # How much it has in common with the answer in question, from 0 to 1.
    likeness: float = 0.0
    # What somebody has said of it: as wrong as the one in question, or not.
    thumb: Thumb | None = None

    @property
    def number(self) -> int:
        """Return its place in the order."""
        return int(self.version) if self.version.isdecimal() else 0

    def as_row(self) -> dict[str, Any]:
        """Return the row of the table; what people say of it is kept as a verdict."""
        row = asdict(self)
        del row["thumb"]
        return row


def tried_from(row: Mapping[str, Any]) -> Tried:
    """Read a row of the table."""
    names = [name for name in Tried.__dataclass_fields__ if name != "thumb"]
    return Tried(**{name: row[name] for name in names if row.get(name) is not None})


def likened(tried: Tried, bad: str) -> Tried:
    """Note how much the answer has in common with the one in question."""
    return replace(tried, likeness=0.0 if tried.error else similarity(tried.answer, bad))


@dataclass(frozen=True)
class Pointed:
    """Which version began it, and what speaks for it or against it."""

    # The first version that answers like this; None if that cannot be told.
    first: Tried | None = None
    # The last one before it that does not.
    before: Tried | None = None
    # By version: whether it counts as answering like this.
    is_bad: Mapping[str, bool] = field(default_factory=dict)
    # Versions that answered like this although a later one, before the first, did not.
    astray: tuple[str, ...] = ()
    # Versions in between that did not answer at all.
    silent: tuple[str, ...] = ()
    # The version that gave the answer answers differently today.
    is_unrepeatable: bool = False


def pointed(
    tries: Sequence[Tried], bad: str, bad_version: str, good: Sequence[str] = ()
) -> Pointed:
    """Point to the first version that answers like `bad`, as all later ones up to its own do.

    `good` are answers that are known to be right. Without any, the oldest version's answer is
    taken for right, unless it has the very words of the bad one.
    """
    ordered = sorted(tries, key=lambda each: each.number)
    last = (
        int(bad_version) if bad_version.isdecimal() else max((t.number for t in ordered), default=0)
    )
    known = [*good, *(t.answer for t in ordered if t.thumb is Thumb.POSITIVE)]
    heard = [each for each in ordered if not each.error]
    is_bad = {each.version: _is_bad(each, bad, known or _oldest(heard, bad)) for each in heard}
    own = next((each for each in heard if each.number == last), None)
    unrepeatable = own is not None and not is_bad[own.version]
    path = [each for each in heard if each.number < last]
    end = own or Tried(bad_version, answer=bad)
    first, before = end, None
    for each in reversed(path):
        if not is_bad[each.version]:
            before = each
            break
        first = each
    earlier = path[: path.index(before)] if before else []
    return Pointed(
        first=first,
        before=before,
        is_bad=is_bad,
        astray=tuple(each.version for each in earlier if is_bad[each.version]),
        silent=_silent(ordered, before, first),
        is_unrepeatable=unrepeatable,
    )


def _is_bad(tried: Tried, bad: str, good: Sequence[str]) -> bool:
    if tried.thumb in (Thumb.POSITIVE, Thumb.NEGATIVE):
        return tried.thumb is Thumb.NEGATIVE
    if is_same(tried.answer, bad):
        return True
    nearest = max((similarity(tried.answer, each) for each in good), default=1.0)
    return similarity(tried.answer, bad) > nearest


def _oldest(heard: Sequence[Tried], bad: str) -> list[str]:
    return [heard[0].answer] if heard and not is_same(heard[0].answer, bad) else []


def _silent(ordered: Sequence[Tried], before: Tried | None, first: Tried) -> tuple[str, ...]:
    """Return the versions of which nobody knows on which side they are."""
    since = before.number if before else 0
    return tuple(t.version for t in ordered if t.error and since < t.number < first.number)
