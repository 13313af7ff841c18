"""The ledger as a page searches and exports it, behind the one seam."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from backend.errors import NotFound, ReviewAppError
from backend.identity import Viewer
from backend.releases.answers import Answers
from backend.releases.query import ReleaseQuery
from backend.releases.record import Page, Release


@dataclass
class FakeReleaseSearch:
    """Finds what it was given, or raises; remembers what it was asked."""

    found: Page = field(default_factory=lambda: Page(()))
    answered: Answers | ReviewAppError | None = None
    asked: list[tuple[ReleaseQuery, str | None]] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)
    requests: dict[str, Release | None] = field(default_factory=dict)

    def search(self, _viewer: Viewer, query: ReleaseQuery, token: str | None = None) -> Page:
        self.asked.append((query, token))
        return self.found

    def read(self, _viewer: Viewer, release_id: str) -> Release:
        found = (each for each in self.found.releases if each.id == release_id)
        if (release := next(found, None)) is None:
            raise NotFound
        return release

    def release_of_request(
        self, _viewer: Viewer, _endpoint: str, request_id: str
    ) -> Release | None:
        if request_id not in self.requests:
            raise NotFound("No request of this id is on record here.")
        return self.requests[request_id]

    def answers(self, _viewer: Viewer, release: Release) -> Answers | None:
        self.counted.append(release.id)
        if isinstance(self.answered, ReviewAppError):
            raise self.answered
        return self.answered


@dataclass
class FakeReleaseExport:
    """Writes the name of the endpoint, twice."""

    def csv(self, _viewer: Viewer, endpoint: str = "") -> Iterator[bytes]:
        yield from (b"endpoint\n", f"{endpoint}\n".encode())

    def jsonl(self, _viewer: Viewer, endpoint: str = "") -> Iterator[bytes]:
        yield f'{{"endpoint": "{endpoint}"}}\n'.encode()
