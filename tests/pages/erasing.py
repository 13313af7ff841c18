"""What is known of people to be erased, in memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from backend.erasure.erasures import Person, Plan, Progress
from backend.erasure.protocol import Erasure, Part
from backend.errors import ReviewAppError
from backend.identity import Viewer


@dataclass
class FakeErasures:
    """Knows what there is of people, and what was erased; a step that fails raises."""

    known: list[Person] = field(default_factory=list)
    parts: tuple[Part, ...] = ()
    outcome: Erasure | ReviewAppError | None = None
    protocols: list[Erasure] = field(default_factory=list)
    erased: list[tuple[str, str]] = field(default_factory=list)

    def people(self, _viewer: Viewer) -> list[Person]:
        return self.known

    def plan(self, _viewer: Viewer, person: str) -> Iterator[Progress | Plan]:
        yield Progress(0, 1, "Looking into main.rag.chain_payload")
        yield Plan(person, self.parts)

    def erase(self, _viewer: Viewer, person: str, reference: str) -> Iterator[Progress | Erasure]:
        self.erased.append((person, reference))
        yield Progress(0, 1, "Erasing from main.rag.chain_payload")
        if isinstance(self.outcome, ReviewAppError):
            raise self.outcome
        assert self.outcome
        self.protocols.insert(0, self.outcome)
        yield self.outcome

    def former(self, _viewer: Viewer) -> list[Erasure]:
        return [replace(each, parts=()) for each in self.protocols]

    def protocol(self, _viewer: Viewer, name: str) -> Erasure:
        return next(each for each in self.protocols if each.id == name)
