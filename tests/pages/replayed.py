"""Replays and searches as the page meets them, behind the one seam."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from backend.errors import NotFound, ReviewAppError
from backend.feedback.verdicts import Thumb, Verdict
from backend.identity import Viewer
from backend.long_work.record import Job, JobKind, JobState
from backend.replay.bisection import Tried, likened, pointed
from backend.replay.bisections import Bisection
from backend.replay.record import NewAnswer, ReplaySummary, Said, Wanted
from backend.replay.replays import Replay
from backend.request_logs.former_request import FormerRequest
from tests.pages.deployed import ENDPOINT, FIRST

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
OLD, BAD = "You get *five* days.", "You get no days <b>at all</b>."


def a_replay(answers=None, **job):
    """Return one that is over, of three flagged answers."""
    usual = {
        "kind": JobKind.REPLAY,
        "endpoint": ENDPOINT,
        "subject": FIRST.name,
        "by": "admin@example.com",
        "asked_at": NOON,
        "state": JobState.DONE,
        "result": {"asked": 3, "changed": 1},
        "id": "replay-job",
    }
    if answers is None:
        answers = (
            NewAnswer("r1", "2", "", "You get six days.", "n1", 120, is_changed=True),
            NewAnswer("r2", "2", "", OLD, "n2", 90),
            NewAnswer("r3", "2", error="The chain failed. (CHAIN_FAILED)"),
        )
    return Replay(Job(**(usual | job)), Wanted(Said.DOWN), FIRST.version, True, tuple(answers))


def former(number, **more):
    """Return what was asked and answered once."""
    verdict = Verdict(f"r{number}", "rita@example.com", Thumb.NEGATIVE, comment="Too *few*.")
    usual = {
        "request_id": f"r{number}",
        "question": f"How many days <i>{number}</i>?",
        "answer": OLD,
        "before": ("Do I get leave?",) if number == 1 else (),
        "model": FIRST.model,
        "version": "2",
        "asked_at": NOON,
        "verdicts": (verdict,),
    }
    return FormerRequest(**(usual | more))


@dataclass
class FakeReplays:
    """Has one replay and counts what it was given, or raises; remembers what was begun."""

    replay: Replay | ReviewAppError = field(default_factory=a_replay)
    known: dict[str, FormerRequest] = field(
        default_factory=lambda: {f"r{number}": former(number) for number in (1, 2, 3)}
    )
    number: int | ReviewAppError = 3
    error: ReviewAppError | None = None
    summed_up: ReplaySummary | None = None
    begun: list[tuple[str, str, Wanted, bool]] = field(default_factory=list)
    counted: list[Wanted] = field(default_factory=list)
    times_opened: int = 0

    def count(self, _viewer: Viewer, _endpoint: str, wanted: Wanted) -> int:
        self.counted.append(wanted)
        if isinstance(self.number, ReviewAppError):
            raise self.number
        return self.number

    def begin(
        self, _viewer: Viewer, endpoint: str, served_name: str, wanted: Wanted, *, is_shared: bool
    ) -> Job:
        if self.error:
            raise self.error
        self.begun.append((endpoint, served_name, wanted, is_shared))
        return a_replay().job

    def open(self, _viewer: Viewer, _job_id: str) -> Replay:
        self.times_opened += 1
        if isinstance(self.replay, ReviewAppError):
            raise self.replay
        return self.replay

    def former(
        self, _viewer: Viewer, _replay: Replay, request_ids: list[str]
    ) -> dict[str, FormerRequest]:
        return {each: self.known[each] for each in request_ids if each in self.known}

    def summary(self, _viewer: Viewer, _endpoint: str, _served: str) -> ReplaySummary | None:
        if self.error:
            raise self.error
        return self.summed_up


@dataclass
class FakeBisections:
    """Has one search, or raises; remembers what was begun."""

    tries: tuple[Tried, ...] = tuple(
        likened(Tried(str(number), f"chain_{number}", "", text, f"t{number}"), BAD)
        for number, text in ((1, OLD), (2, BAD), (3, BAD))
    )
    question: FormerRequest | ReviewAppError = field(
        default_factory=lambda: former(1, answer=BAD, version="3")
    )
    state: JobState = JobState.DONE
    known: bool = False
    begun: list[tuple[str, str]] = field(default_factory=list)

    @property
    def job(self) -> Job:
        return Job(
            JobKind.BISECT, ENDPOINT, "r1", "admin@example.com", NOON, self.state, id="bisect-job"
        )

    def former(self, _viewer: Viewer, _endpoint: str, _request_id: str) -> FormerRequest:
        if isinstance(self.question, ReviewAppError):
            raise self.question
        return self.question

    def begin(self, _viewer: Viewer, endpoint: str, request_id: str) -> Job:
        self.begun.append((endpoint, request_id))
        return self.job

    def latest(self, _viewer: Viewer, _endpoint: str, _request_id: str) -> Job | None:
        return self.job if self.known else None

    def open(self, viewer: Viewer, job_id: str) -> Bisection:
        if job_id != self.job.id:
            raise NotFound
        question = self.former(viewer, ENDPOINT, "r1")
        if self.state is not JobState.DONE:
            return Bisection(self.job, question)
        found = pointed(self.tries, question.answer, question.version)
        return Bisection(self.job, question, self.tries, found, {})
