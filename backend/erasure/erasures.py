"""Erases what a person asked and judged, everywhere, and keeps a protocol of it.

Tables are changed with the visitor's own token, so the workspace decides who may. MLflow is
cleaned, and the protocol kept, with the app's own rights, for an administrator only. Every step can
be done again: an erasure that was stopped is finished by another one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import ModuleType
from typing import Any, Protocol

from databricks.sdk import WorkspaceClient

from backend.erasure import erasable_tables
from backend.erasure.protocol import Erasure, Kind, Part
from backend.error_translation import translated
from backend.errors import NotAllowed, Refused, ReviewAppError
from backend.identity import Identity, Role, Viewer

REFERENCE_CHARACTERS = 200
NAME_CHARACTERS = 250


@dataclass(frozen=True)
class Person:
    """Somebody who may be erased."""

    user_name: str
    display_name: str


@dataclass(frozen=True)
class Progress:
    """How far it is, and what comes next."""

    done: int
    total: int
    doing: str


@dataclass(frozen=True)
class Plan:
    """What would be erased, and what could not be looked at."""

    person: str
    parts: tuple[Part, ...]

    @property
    def found(self) -> tuple[Part, ...]:
        """Return the places where there is something of the person, or nobody knows."""
        return tuple(part for part in self.parts if part.found or part.problem)


class Erasable(Protocol):
    """Rows of which some are about a person, wherever they are kept."""

    @property
    def text(self) -> str:
        """Return what it is called, for people."""

    def count(self, workspace: WorkspaceClient, person: str) -> int:
        """Return how many rows there are."""

    def delete(self, workspace: WorkspaceClient, person: str) -> None:
        """Delete them."""

    def clean(self, workspace: WorkspaceClient) -> str:
        """Remove what is left of former versions; return until when some may stay, if any."""


@dataclass
class _Place:
    """Rows, or an experiment, and what is known of it so far."""

    name: str
    table: Erasable | None = None
    experiment: str = ""
    parts: list[Part] = field(default_factory=list)


class Erasures:
    """Plans an erasure, carries it out, and shows what was erased before."""

    def __init__(self, workspace: WorkspaceClient) -> None:
        self._workspace = workspace

    def people(self, viewer: Viewer) -> list[Person]:
        """Return everybody the workspace knows; others can be erased, too."""
        _check(viewer)
        with translated():
            found = list(self._workspace.users.list(attributes="userName,displayName"))
        known = [Person(each.user_name or "", each.display_name or "") for each in found]
        return sorted((each for each in known if each.user_name), key=lambda each: each.user_name)

    def plan(self, viewer: Viewer, person: str) -> Iterator[Progress | Plan]:
        """Count what there is of a person, place by place; nothing is changed."""
        _check(viewer)
        name = _name(person)
        places = self._places()
        for number, place in enumerate(places):
            yield Progress(number, len(places), f"Looking into {place.name}")
            self._count(place, name)
        yield Plan(name, _parts(places))

    def erase(self, viewer: Viewer, person: str, reference: str) -> Iterator[Progress | Erasure]:
        """Erase a person, step by step, and return the protocol.

        Whoever stops asking for steps stops it; what was done until then is in the protocol.
        """
        self._check_now(viewer)
        name = _name(person)
        begun = Erasure.of(name, viewer.user_name, _reference(reference), _now())
        # Without a protocol nothing is erased.
        protocol = _ledger().open_(begun)
        places: list[_Place] = []
        ended = False
        try:
            places.extend(self._places())
            yield from self._steps(places, name)
            ended = True
        finally:
            protocol = protocol.ended(_parts(places), _now(), stopped=not ended)
            _ledger().close(protocol)
        yield protocol

    def former(self, viewer: Viewer) -> list[Erasure]:
        """Return the protocols there are, the last first, without what was found where."""
        _check(viewer)
        known: list[Erasure] = _ledger().former()
        return known

    def protocol(self, viewer: Viewer, erasure_id: str) -> Erasure:
        """Return one protocol as it is kept."""
        _check(viewer)
        kept: Erasure = _ledger().read(erasure_id)
        return kept

    def _steps(self, places: list[_Place], person: str) -> Iterator[Progress]:
        """Delete everywhere, then clean up behind it, then count again."""
        rounds = ("Erasing from", "Cleaning up", "Checking")
        total = len(rounds) * len(places)
        for number, place in enumerate(places):
            yield Progress(number, total, f"{rounds[0]} {place.name}")
            self._erase(place, person)
        for number, place in enumerate(places, len(places)):
            yield Progress(number, total, f"{rounds[1]} {place.name}")
            self._clean(place)
        for number, place in enumerate(places, 2 * len(places)):
            yield Progress(number, total, f"{rounds[2]} {place.name}")
            self._verify(place, person)

    def _places(self) -> list[_Place]:
        sets = erasable_tables.table_sets(self._workspace)
        tables: list[Erasable] = [table for each in sets for table in each.tables]
        tables += [_replays(), *_datasets()]
        places = [_Place(table.text, table=table) for table in tables]
        # Afterwards: what waited for MLflow is withdrawn with the rows.
        places.extend(
            _Place(f"experiment {each.name}", experiment=each.id)
            for each in _traces().experiments()
        )
        return places

    def _count(self, place: _Place, person: str) -> Any:
        """Note how much is there, and return what it is; a place that fails says why."""
        try:
            if place.table:
                place.parts = [
                    Part(Kind.ROWS, place.name, place.table.count(self._workspace, person))
                ]
                return None
            found = _traces().find(place.experiment, person)
            place.parts = [
                Part(Kind.TRACES, place.name, len(found.traces)),
                Part(Kind.VERDICTS, place.name, len(found.verdicts)),
            ]
            return found
        except ReviewAppError as problem:
            place.parts = [Part(_kind(place), place.name, problem=_said(problem))]
            return None

    def _erase(self, place: _Place, person: str) -> None:
        found = self._count(place, person)
        try:
            if place.table and place.parts[0].found:
                place.table.delete(self._workspace, person)
            elif found:
                _traces().delete(place.experiment, found)
        except ReviewAppError as problem:
            _note(place, problem)

    def _clean(self, place: _Place) -> None:
        """Remove old files, also where nothing was found: another erasure may have stopped here."""
        if place.table is None:
            return
        try:
            until = place.table.clean(self._workspace)
            place.parts = [replace(part, files_until=until) for part in place.parts]
        except ReviewAppError as problem:
            _note(place, problem)

    def _verify(self, place: _Place, person: str) -> None:
        again = _Place(place.name, place.table, place.experiment)
        self._count(again, person)
        counted = {part.kind: part for part in again.parts if not part.problem}
        place.parts = [
            replace(part, left=counted[part.kind].found if part.kind in counted else None)
            for part in place.parts
        ]

    def _check_now(self, viewer: Viewer) -> None:
        """Ask the workspace itself: what a page knows of somebody may be a minute old."""
        _check(viewer)
        _check(Identity(self._workspace).viewer())


def _check(viewer: Viewer) -> None:
    if not viewer.has_any((Role.ADMIN,)):
        raise NotAllowed("People can be erased by administrators only.")


def _name(person: str) -> str:
    name = person.strip()
    if not name or len(name) > NAME_CHARACTERS or not name.isprintable():
        raise Refused("Say which person is meant, by their user name.")
    return name


def _reference(reference: str) -> str:
    text = " ".join(reference.split())
    if not text or len(text) > REFERENCE_CHARACTERS:
        raise Refused(f"A reference has between one and {REFERENCE_CHARACTERS} characters.")
    return text


def _parts(places: list[_Place]) -> tuple[Part, ...]:
    return tuple(part for place in places for part in place.parts)


def _kind(place: _Place) -> Kind:
    return Kind.ROWS if place.table else Kind.TRACES


def _note(place: _Place, problem: ReviewAppError) -> None:
    place.parts = [replace(part, problem=part.problem or _said(problem)) for part in place.parts]


def _said(problem: ReviewAppError) -> str:
    return f"{problem.sentence} ({problem.code})"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _traces() -> ModuleType:
    """Return the module that imports MLflow: that takes seconds, and not at the start."""
    from backend.erasure import erasable_traces  # noqa: PLC0415 - see above

    return erasable_traces


def _replays() -> Erasable:
    from backend.erasure.erasable_replays import ErasableReplays  # noqa: PLC0415 - as above

    return ErasableReplays()


def _datasets() -> Sequence[Erasable]:
    from backend.erasure import erasable_datasets  # noqa: PLC0415 - as above

    known: Sequence[Erasable] = erasable_datasets.places()
    return known


def _ledger() -> ModuleType:
    from backend.erasure import ledger as erasure_ledger  # noqa: PLC0415 - as above

    return erasure_ledger
