"""Access, invitations and what reviewers are asked, as the page of access meets them."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from backend.access.invitations import Invitation, NewLink, Person, PersonToken
from backend.access.lists import EndpointAccess, Entry, Grantee, Kind, Level
from backend.access.review_setup import KnownQuestion
from backend.errors import NotFound, ReviewAppError
from backend.feedback.label_schemas import Question
from backend.identity import Role, Viewer
from backend.serving.reviewer_guide import ReviewerGuide

ENDPOINT = "agents_main-hr-handbook_chain"
REVIEWERS = Grantee(Kind.GROUP, "reviewers")
ADMINS = Grantee(Kind.GROUP, "admins")
BOB = Grantee(Kind.PERSON, "bob@example.com", "Bob *B*")
NOON = datetime(2027, 3, 3, 12, tzinfo=UTC)
CODE = "s3cret-code"


def access(**changes: object) -> EndpointAccess:
    """Return a list that reviewers, Bob and the admins are on."""
    entries = (
        Entry(REVIEWERS, direct=Level.QUERY),
        Entry(BOB, direct=Level.VIEW),
        Entry(ADMINS, inherited=Level.MANAGE),
    )
    return replace(EndpointAccess(ENDPOINT, "id-1", entries, may_change=True), **changes)


@dataclass
class FakeAccess:
    """Has one list; remembers what was changed, or raises."""

    lists: tuple[EndpointAccess, ...] = field(default_factory=lambda: (access(),))
    shuts_out: bool = False
    error: ReviewAppError | None = None
    changes: list[tuple[object, ...]] = field(default_factory=list)

    def read(self, _viewer: Viewer, endpoint: str) -> EndpointAccess:
        found = next((each for each in self.lists if each.endpoint == endpoint), None)
        if found is None:
            raise NotFound
        return found

    def overview(self, _viewer: Viewer, _names: Iterable[str]) -> tuple[EndpointAccess, ...]:
        return self.lists

    def known(self, _viewer: Viewer) -> tuple[Grantee, ...]:
        return (REVIEWERS, BOB)

    def locks_out(self, *_change: object) -> bool:
        return self.shuts_out

    def give(self, _viewer: Viewer, endpoint: str, grantee: Grantee, level: Level) -> None:
        if self.error:
            raise self.error
        self.changes.append((endpoint, grantee, level))


@dataclass
class FakeInvitations:
    """Knows two people; remembers what was done."""

    offered: bool = True
    people_known: list[Person] = field(
        default_factory=lambda: [
            Person("1", "alice@example.com", "Alice", frozenset({Role.ADMIN})),
            Person("2", "bob@example.com", "Bob *B*", frozenset({Role.REVIEWER})),
        ]
    )
    invited: list[Invitation] = field(default_factory=list)
    ways_in: list[PersonToken] = field(default_factory=list)
    error: ReviewAppError | None = None
    done: list[tuple[object, ...]] = field(default_factory=list)

    def are_offered(self, _viewer: Viewer) -> bool:
        return self.offered

    def open(self, _viewer: Viewer) -> list[Invitation]:
        return self.invited

    def people(self, _viewer: Viewer) -> list[Person]:
        return self.people_known

    def let_in(self, _viewer: Viewer, user_name: str, display_name: str, role: Role) -> Person:
        if self.error:
            raise self.error
        self.done.append((user_name, display_name, role))
        return Person("3", user_name, display_name, frozenset({role}))

    def make_link(
        self, _viewer: Viewer, user_name: str, opens_for: timedelta, signed_in_for: timedelta
    ) -> NewLink:
        self.done.append((user_name, opens_for, signed_in_for))
        return NewLink(user_name, NOON, CODE)

    def tokens(self, _viewer: Viewer, _person: Person) -> list[PersonToken]:
        return self.ways_in


@dataclass
class FakeReviewSetup:
    """Has one guide and the questions it was given; remembers what was saved, or raises."""

    kept: ReviewerGuide = field(default_factory=ReviewerGuide)
    known: tuple[KnownQuestion, ...] | ReviewAppError = ()
    error: ReviewAppError | None = None
    added: list[Question] = field(default_factory=list)

    def guide(self, _viewer: Viewer, _endpoint: str) -> ReviewerGuide:
        return self.kept

    def save(self, _viewer: Viewer, _endpoint: str, guide: ReviewerGuide) -> None:
        if self.error:
            raise self.error
        self.kept = guide

    def questions(self, _viewer: Viewer, _endpoint: str) -> tuple[KnownQuestion, ...]:
        if isinstance(self.known, ReviewAppError):
            raise self.known
        return self.known

    def choose(self, _viewer: Viewer, _endpoint: str, names: tuple[str, ...] | None) -> None:
        self.kept = replace(self.kept, questions=names)

    def add(self, _viewer: Viewer, _endpoint: str, question: Question) -> None:
        if self.error:
            raise self.error
        self.added.append(question)
