"""Picked requests as the page meets them, behind the one seam."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from backend.endpoint_tests.plan import Dataset
from backend.errors import ReviewAppError
from backend.identity import Viewer
from backend.long_work.record import Job
from backend.picked_requests.picked import Added
from backend.serving.endpoints import ServedVersion
from tests.pages.replayed import a_replay


@dataclass
class FakePickedRequests:
    """Remembers what was done with which requests, or raises."""

    known_queues: list[str] = field(default_factory=lambda: ["Monday <b>round</b>"])
    known_datasets: list[Dataset] = field(default_factory=lambda: [Dataset("golden", "d-1")])
    served: list[ServedVersion] = field(
        default_factory=lambda: [
            ServedVersion("chain_3", "main.hr.chain", "3", 0),
            ServedVersion("chain_2", "main.hr.chain", "2", 100),
        ]
    )
    left_out: tuple[str, ...] = ()
    able: int | None = None
    error: ReviewAppError | None = None
    # Of adding alone.
    refusal: ReviewAppError | None = None
    done: list[tuple[str, str, object]] = field(default_factory=list)

    def queues(self, _viewer: Viewer, _endpoint: str) -> list[str]:
        self._check()
        return self.known_queues

    def add_to_queue(
        self, _viewer: Viewer, endpoint: str, request_ids: Sequence[str], queue: str
    ) -> Added:
        return self._add("queue", endpoint, request_ids, queue, queue)

    def datasets(self, _viewer: Viewer) -> list[Dataset]:
        self._check()
        return self.known_datasets

    def add_to_dataset(
        self, _viewer: Viewer, endpoint: str, request_ids: Sequence[str], dataset: Dataset
    ) -> Added:
        return self._add("dataset", endpoint, request_ids, dataset.name, dataset)

    def versions(self, _viewer: Viewer, _endpoint: str) -> list[ServedVersion]:
        self._check()
        return self.served

    def repeatable(self, _viewer: Viewer, _endpoint: str, request_ids: Sequence[str]) -> int:
        self._check()
        return len(request_ids) if self.able is None else self.able

    def replay(
        self, _viewer: Viewer, endpoint: str, request_ids: Sequence[str], served_name: str
    ) -> Job:
        self._check()
        self.done.append(("replay", endpoint, (tuple(request_ids), served_name)))
        return a_replay().job

    def _add(
        self, what: str, endpoint: str, request_ids: Sequence[str], name: str, into: object
    ) -> Added:
        if self.refusal:
            raise self.refusal
        self.done.append((what, endpoint, into))
        added = tuple(each for each in request_ids if each not in self.left_out)
        return Added(name, added, self.left_out)

    def _check(self) -> None:
        if self.error:
            raise self.error
