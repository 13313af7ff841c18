"""What is said of an erasure afterwards: what was found where, what is left, and since when.

It is kept for good and so names no content, and the person only as a hash: who knows the name can
prove that it was this person, and nobody can read it out.
"""

import csv
import hashlib
import io
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Self

FORM = 1


class Kind(StrEnum):
    """What was erased in one place."""

    ROWS = "rows"
    TRACES = "traces"
    VERDICTS = "verdicts"


class Outcome(StrEnum):
    """How an erasure ended, or that it has not."""

    RUNNING = "running"
    STOPPED = "stopped"
    # Something could not be reached, or is there again.
    INCOMPLETE = "incomplete"
    COMPLETE = "complete"


@dataclass(frozen=True)
class Part:
    """One table, or one kind of thing in one experiment."""

    kind: Kind
    place: str
    found: int = 0
    # Counted again at the end; none if that was not possible or not reached.
    left: int | None = None
    # Until when files of former versions may still hold what was deleted; empty if none do.
    files_until: str = ""
    problem: str = ""

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing is left here, as far as anybody can see."""
        return self.left == 0 and not self.problem


@dataclass(frozen=True)
class Erasure:
    """The protocol of one erasure."""

    salt: str
    person_hash: str
    erased_by: str
    # What the admin was asked by: a number or a letter, never a name.
    reference: str
    started_at: str
    finished_at: str = ""
    outcome: Outcome = Outcome.RUNNING
    parts: tuple[Part, ...] = ()
    id: str = ""

    @classmethod
    def of(cls, person: str, erased_by: str, reference: str, started_at: str) -> Self:
        """Begin the protocol of a person's erasure."""
        salt = secrets.token_hex(16)
        return cls(salt, hash_of(salt, person), erased_by, reference, started_at)

    def is_of(self, person: str) -> bool:
        """Tell whether this is the person who was erased."""
        return secrets.compare_digest(self.person_hash, hash_of(self.salt, person))

    def ended(self, parts: tuple[Part, ...], finished_at: str, *, stopped: bool = False) -> Self:
        """Return the protocol with what came of it."""
        if stopped:
            outcome = Outcome.STOPPED
        else:
            clean = all(part.is_clean for part in parts)
            outcome = Outcome.COMPLETE if clean else Outcome.INCOMPLETE
        return replace(self, parts=parts, finished_at=finished_at, outcome=outcome)

    def as_json(self) -> str:
        """Return it as text to be kept."""
        return json.dumps({"form": FORM, **asdict(self)}, indent=2)

    def as_csv(self) -> str:
        """Return what was done where as a table."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(["kind", "place", "found", "left", "files_until", "problem"])
        for part in self.parts:
            cells = (part.kind.value, part.place, part.found, part.left, part.files_until)
            writer.writerow([_harmless(each) for each in (*cells, part.problem)])
        return text.getvalue()


def from_json(text: str) -> Erasure:
    """Read a protocol that was kept."""
    known: dict[str, Any] = json.loads(text)
    known.pop("form", None)
    parts = tuple(_part(each) for each in known.pop("parts", []))
    return Erasure(**known | {"outcome": Outcome(known["outcome"]), "parts": parts})


def hash_of(salt: str, person: str) -> str:
    """Return what stands for a person; upper and lower case are the same person."""
    return hashlib.sha256(f"{salt}:{person.strip().lower()}".encode()).hexdigest()


def _part(known: Mapping[str, Any]) -> Part:
    return Part(**{**known, "kind": Kind(known["kind"])})


def _harmless(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula."""
    text = isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{cell}" if text else cell
